"""What partners are handed of a delivery: the format of their profile, and nothing of what is withdrawn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from lxml import etree
from pydantic_core import to_json

from syndicate.connectors.documents import Document, Documents
from syndicate.connectors.suite.sendings import a_correction, a_retraction, a_sending, an_update
from syndicate.model.declarations import Format, Profile
from syndicate.model.delivery import EventType
from syndicate.model.journal import Cause
from syndicate.parse.record import read_record
from syndicate.render.event import outgoing
from syndicate.render.formats.table import FORMATS
from tests.builders import a_publisher

SEED = Path(__file__).resolve().parents[2].parent / "shared" / "input" / "seed-article.json"


def written(name: str, sending: Any) -> Document:
    return Documents(Profile.model_validate({"format": name}), a_publisher()).of(sending)


def test_every_format_that_can_be_declared_is_written() -> None:
    assert {"article", *FORMATS} == set(get_args(Format))


@pytest.mark.parametrize(
    ("name", "media_type", "suffix"),
    [
        ("article", "application/json", "json"),
        ("ninjs", "application/json", "json"),
        ("newsml-g2", "application/vnd.iptc.g2.newsmessage+xml", "xml"),
        ("nitf", "application/nitf+xml", "xml"),
        ("atom", "application/atom+xml;type=entry", "atom"),
        ("html", "text/html; charset=utf-8", "html"),
    ],
)
def test_a_document_says_what_it_is(name: str, media_type: str, suffix: str) -> None:
    document = written(name, a_sending())
    assert (document.media_type, document.suffix) == (media_type, suffix)


def test_a_tombstone_has_a_media_type_of_its_own() -> None:
    assert written("atom", a_retraction()).media_type == "application/atomdeleted+xml"


@pytest.mark.parametrize("name", FORMATS)
def test_every_attempt_at_a_delivery_writes_the_same(name: str) -> None:
    for sending in (a_sending(), a_retraction()):
        assert written(name, sending) == written(name, sending)


VERSIONS = {
    "newsml-g2": "//*[local-name()='newsItem'][1]/@version",
    "nitf": "//*[local-name()='du-key']/@version",
    "html": "//meta[@name='article-version']/@content",
}


def version_of(name: str, body: bytes) -> str:
    if name not in VERSIONS:
        return str(json.loads(body)["version"])
    parser = etree.HTMLParser() if name == "html" else None
    found = etree.fromstring(body, parser).xpath(VERSIONS[name])
    assert isinstance(found, list)
    return str(found[0])


@pytest.mark.parametrize("name", ["ninjs", "ninjs-2.1", *VERSIONS])
def test_the_version_rises_also_where_rights_end_and_come_back_without_a_revision(name: str) -> None:
    sendings = (
        a_sending(revision=2, seq=7),
        # A picture's rights ended, then the story's; then both were extended.
        a_sending(revision=2, seq=8, type=EventType.UPDATED),
        a_retraction(revision=2, seq=9, cause=Cause.RIGHTS),
        a_sending(revision=2, seq=11),
        a_retraction(revision=3, seq=12),
    )
    assert [version_of(name, written(name, each).body) for each in sendings] == ["7", "8", "9", "11", "12"]


def test_a_correction_is_told_from_an_update() -> None:
    def signal(sending: Any) -> str | None:
        found = etree.fromstring(written("newsml-g2", sending).body).find(".//{*}signal")
        return None if found is None else found.get("qcode")

    assert [signal(each) for each in (a_sending(), an_update("Again"), a_correction("Again"))] == [
        None,
        "sig:update",
        "sig:correction",
    ]


@pytest.mark.parametrize("name", FORMATS)
def test_the_seed_article_keeps_its_captions_and_credits_in_every_format(name: str) -> None:
    if not SEED.is_file():
        pytest.skip("the seed article is not on this machine")
    article = outgoing(read_record(json.loads(SEED.read_bytes())).article, a_publisher())
    assert article.images
    sending = a_sending(record=to_json(article.wire()), article_id=article.id, url=article.url)
    document = written(name, sending).body
    text = " ".join(_words(name, document).split())
    for image in article.images:
        assert " ".join((image.caption or "").split()) in text
        assert (image.credit or "") in text


def _words(name: str, document: bytes) -> str:
    if name.startswith("ninjs"):
        return " ".join(_strings(json.loads(document)))
    if name == "html":
        return "".join(map(str, etree.fromstring(document, etree.HTMLParser(encoding="utf-8")).itertext()))
    return "".join(map(str, etree.fromstring(document).itertext()))


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _strings(each)]
    if isinstance(value, list):
        return [text for each in value for text in _strings(each)]
    return [value] if isinstance(value, str) else []
