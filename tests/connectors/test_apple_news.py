"""Apple News beyond what every connector promises: revisions, bundles, sections, duplicates and refusals."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from syndicate.connectors.apple_news.bundle import Key, authorisation
from syndicate.connectors.suite.copy import accepted, refused
from syndicate.connectors.suite.sendings import NOW, a_sending, an_update
from syndicate.connectors.suite.site import Mood, connector_at, means
from syndicate.errors import ConfigurationError
from tests.connectors.apple import Channel
from tests.connectors.lives import Away, Watch, a_copy_at
from tests.connectors.wordpress_story import PICTURES, PUBLISHED, RETRACTED


def the_article(channel: Channel) -> dict[str, Any]:
    (article,) = channel.articles.values()
    return {**article, "document": json.loads(article["document"])}


def test_the_signature_is_that_of_apples_rule() -> None:
    # HMAC-SHA256 with the key "secret" of "GET", the address and the date, made with another tool (openssl).
    key = Key("k", b"secret")
    url = "https://news-api.apple.com/channels/c"
    made = authorisation(key, method="GET", url=url, media_type="", body=b"", at=NOW)
    signature = "vK6k5qanpzyq6X7tKTZe4ICfze+WpQCY4S0lh+UQUDE="
    assert made == {"Authorization": f"HHMAC; key=k; signature={signature}; date=2026-03-04T12:00:00Z"}
    assert "secret" not in repr(key)


async def test_the_address_in_the_app_is_the_copys() -> None:
    async with a_copy_at(Channel()) as copy:
        assert accepted(await copy.send(a_sending())).url == "https://apple.news/a0001"


async def test_pictures_are_bundled_once_each_and_another_that_nobody_has_is_left_out() -> None:
    channel = Channel()
    lost = {"url": "https://harbour.example/media/lost.jpg", "caption": "Lost"}
    sending = a_sending(article={"images": [*PUBLISHED.article.wire()["images"], lost]} if PUBLISHED.article else {})
    async with a_copy_at(channel) as copy:
        accepted(await copy.send(sending))
    (bundle,) = channel.bundles.values()
    assert sorted(bundle.values()) == sorted(file.data for url, file in PICTURES.items() if "rail" not in url)
    shown = [each["text"] for each in the_article(channel)["document"]["components"] if each["role"] == "caption"]
    assert shown == ["The lead Photo: lead", "The quay Photo: quay", "The crew Photo: crew"]


async def test_hotlinked_pictures_stay_where_they_are() -> None:
    channel = Channel()
    async with a_copy_at(channel, profile={"pictures": "hotlink"}) as copy:
        accepted(await copy.send(PUBLISHED))
    assert channel.bundles == {"a0001": {}}
    photos = [each["URL"] for each in the_article(channel)["document"]["components"] if each["role"] == "photo"]
    assert sorted(photos) == sorted(url for url in PICTURES if "rail" not in url)


async def test_a_picture_that_cannot_be_had_now_is_waited_for() -> None:
    channel = Channel()
    async with a_copy_at(channel, given={"pictures": Away()}) as copy:
        outcome = refused(await copy.send(PUBLISHED))
    assert (outcome.permanent, outcome.certain, channel.articles) == (False, True, {})


async def test_anothers_change_in_between_is_read_and_replaced() -> None:
    channel = Channel()
    async with a_copy_at(channel) as copy:
        accepted(await copy.send(a_sending()))
        channel.articles["a0001"]["revision"] = "somebody-elses"
        accepted(await copy.send(an_update("New ferry sails again")))
    assert the_article(channel)["document"]["title"] == "New ferry sails again"
    assert [seen.method for seen in channel.seen] == ["POST", "POST", "GET", "POST"]


async def test_an_article_that_was_deleted_there_is_made_again() -> None:
    channel = Channel()
    async with a_copy_at(channel) as copy:
        accepted(await copy.send(a_sending()))
        channel.articles.clear()
        accepted(await copy.send(an_update("New ferry sails again")))
    assert the_article(channel)["id"] == "a0002"


@pytest.mark.parametrize("with_documents", [True, False])
async def test_a_lost_article_is_found_among_many_of_that_time(*, with_documents: bool) -> None:
    channel = Channel()
    channel.with_documents = with_documents
    async with a_copy_at(channel) as copy:
        for number in range(5):
            channel.add_other(f"o{number}")
        channel.mood = Mood.LOSING
        refused(await copy.send(a_sending()))
        channel.mood = Mood.WELL
        accepted(await copy.send(an_update("New ferry sails again")))
    assert len(channel.articles) == 6
    assert [seen.path for seen in channel.sent("POST")][-1] == "/articles/a0001"
    assert len(channel.sent("GET", "/articles/")) == (0 if with_documents else 6)


async def test_it_is_looked_for_in_the_time_of_the_lost_answer_however_late() -> None:
    channel, watch = Channel(), Watch()
    async with a_copy_at(channel, given={"clock": watch}) as copy:
        channel.mood = Mood.LOSING
        refused(await copy.send(a_sending()))
        channel.mood = Mood.WELL
        channel.now = watch.now = NOW + timedelta(days=2)
        accepted(await copy.send(a_sending()))
    assert list(channel.articles) == ["a0001"]


async def test_a_duplicate_that_is_not_ours_is_told_and_not_touched() -> None:
    channel = Channel()
    channel.finds_duplicates = True
    async with a_copy_at(channel) as copy:
        channel.add_other("o1")
        channel.articles["o1"]["document"] = json.dumps({"identifier": "other", "title": "New ferry sails"})
        outcome = refused(await copy.send(a_sending(title="New ferry sails")))
    assert outcome.reason == "answered 400: DUPLICATE_ARTICLE_FOUND"
    assert list(channel.articles) == ["o1"]


async def test_a_refusal_says_what_apple_does_not_like() -> None:
    channel = Channel()
    channel.mood = Mood.REFUSING
    async with a_copy_at(channel) as copy:
        outcome = refused(await copy.send(a_sending()))
    assert (outcome.reason, outcome.permanent) == ("answered 400: INVALID_DOCUMENT", True)


async def test_a_channel_that_had_too_much_is_left_alone_as_long_as_it_says() -> None:
    channel = Channel()
    channel.mood = Mood.BUSY
    async with a_copy_at(channel) as copy:
        outcome = refused(await copy.send(a_sending()))
    assert (outcome.overloaded, outcome.retry_after) == (True, timedelta(minutes=2))


async def test_options_and_sections_are_the_articles_metadata() -> None:
    channel = Channel()
    channel.more = {
        "status": "preview",
        "sponsored": True,
        "maturity": "MATURE",
        "sections": {"harbour": "s1", "World": "s2"},
    }
    async with a_copy_at(channel) as copy:
        accepted(await copy.send(a_sending()))
    article = the_article(channel)
    assert (article["isPreview"], article["isHidden"], article["isSponsored"]) == (True, False, True)
    assert article["maturityRating"] == "MATURE"
    assert article["links"] == {"sections": [f"{channel.root}/sections/s1"]}


async def test_a_retraction_before_anything_was_sent_asks_nobody() -> None:
    channel = Channel()
    async with a_copy_at(channel) as copy:
        accepted(await copy.send(RETRACTED))
    assert channel.seen == []


async def test_a_secret_that_is_no_base64_is_refused_and_not_shown() -> None:
    channel = Channel()
    channel.secrets = {"secret": ("canary!",)}
    channel.root = "https://news-api.example"
    async with means() as made:
        with pytest.raises(ConfigurationError) as caught:
            connector_at(channel, made)
    assert "canary" not in repr(caught.value) + str(caught.value.violations)


async def test_a_preview_of_an_update_goes_to_the_article() -> None:
    channel = Channel()
    async with channel.running(), means() as made:
        connector = connector_at(channel, made)
        sending = replace(a_sending(), remote={"id": "a0001", "revision": "R1"})
        shown = connector.preview(sending)
    assert (shown.method, shown.url) == ("POST", f"{channel.root}/articles/a0001")
    assert b'"revision":"R1"' in shown.body
    assert channel.seen == []


async def test_a_long_article_is_taken_once_though_the_answer_holds_all_of_it() -> None:
    channel = Channel()
    long = {"body_html": "<p>The ferry left at nine.</p>" * 5_000}
    async with a_copy_at(channel) as copy:
        accepted(await copy.send(a_sending(article=long)))
        accepted(await copy.send(an_update("New ferry sails again", article=long)))
    assert [seen.method for seen in channel.seen] == ["POST", "POST"]


async def test_an_article_that_is_deleted_while_it_is_changed_is_made_again() -> None:
    channel = Channel()
    async with a_copy_at(channel) as copy:
        accepted(await copy.send(a_sending()))
        copy.remote["revision"] = "stale"
        channel.vanishes_when_read = True
        accepted(await copy.send(an_update("New ferry sails again")))
    assert list(channel.articles) == ["a0002"]
