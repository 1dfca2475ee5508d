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


def test_the_version_is_the_revision_and_rises_with_the_withdrawal() -> None:
    sendings = (a_sending(), an_update("Again"), a_retraction(revision=3))
    assert [json.loads(written("ninjs", each).body)["version"] for each in sendings] == ["1", "2", "3"]
    lapsed = a_retraction(revision=2, cause=Cause.RIGHTS)
    assert json.loads(written("ninjs", lapsed).body)["version"] == "3"


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
