"""A real article with fourteen captioned pictures, published, corrected and withdrawn at each scripted site."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic_core import to_json

from syndicate.connectors.contract import Sending
from syndicate.connectors.means import PictureFile
from syndicate.connectors.suite.copy import accepted
from syndicate.connectors.suite.sendings import a_correction, a_retraction, a_sending
from syndicate.connectors.suite.site import GivenPictures
from syndicate.model.article import Article
from tests.connectors.apple import Channel
from tests.connectors.atom_server import ATOM, AtomServer
from tests.connectors.fediverse import Instance
from tests.connectors.lives import a_copy_at

SEED = Path(__file__).resolve().parents[2].parent / "shared" / "input" / "seed-article.json"
pytestmark = pytest.mark.skipif(not SEED.exists(), reason="the seed article is not at hand")


def the_article(**changes: object) -> Article:
    return Article.model_validate({**json.loads(SEED.read_text("utf-8")), "slug": "raqqa", **changes})


def of(sending: Sending, article: Article) -> Sending:
    record = None if sending.record is None else to_json(article.wire())
    return replace(sending, record=record, article_id=article.id or "", url=article.url, slug="raqqa")


def pictures(article: Article) -> GivenPictures:
    files = {}
    for image in article.images:
        data = image.url.encode()
        files[image.url] = PictureFile(
            image.url, data, "image/jpeg", "jpg", 1200, 800, hashlib.sha256(data).hexdigest()
        )
    return GivenPictures(files)


async def test_apple_news_shows_every_picture_with_its_caption() -> None:
    channel, article = Channel(), the_article()
    async with a_copy_at(channel, given={"pictures": pictures(article)}) as copy:
        accepted(await copy.send(of(a_sending(), article)))
        accepted(await copy.send(of(a_correction("Raqqa"), the_article(title="Raqqa"))))
        (made,) = channel.articles.values()
        components = json.loads(made["document"])["components"]
        assert list(await channel.shown()) == ["Raqqa"]
        captions = [each["text"] for each in components if each["role"] == "caption"]
        assert [
            image.caption in caption for image, caption in zip(article.images, captions, strict=True) if image.caption
        ]
        assert len(channel.bundles[made["id"]]) == 14
        accepted(await copy.send(of(a_retraction(), article)))
    assert channel.articles == {}


async def test_atompub_holds_every_picture_once_with_its_caption() -> None:
    server, article = AtomServer(), the_article()
    async with a_copy_at(server, given={"pictures": pictures(article)}) as copy:
        accepted(await copy.send(of(a_sending(), article)))
        accepted(await copy.send(of(a_correction("Raqqa"), the_article(title="Raqqa"))))
        assert list(await server.shown()) == ["Raqqa"]
        titles = [kept.entry.findtext(f"{{{ATOM}}}title") for kept in server.media.values()]
        assert titles == [" ".join((image.caption or "").split()) for image in article.images]
        accepted(await copy.send(of(a_retraction(), article)))
    assert (server.entries, server.media) == ({}, {})


async def test_mastodon_shows_four_pictures_with_words_for_who_cannot_see_them() -> None:
    instance, article = Instance(), the_article()
    async with a_copy_at(instance, given={"pictures": pictures(article)}) as copy:
        accepted(await copy.send(of(a_sending(), article)))
        accepted(await copy.send(of(a_correction("Raqqa"), the_article(title="Raqqa"))))
        (status,) = instance.statuses.values()
        assert status["status"].startswith("Raqqa")
        assert article.url is not None
        assert article.url in status["status"]
        assert [len(instance.media[id_]["description"]) > 0 for id_ in status["media_ids"]] == [True] * 4
        accepted(await copy.send(of(a_retraction(), article)))
    assert instance.statuses == {}
