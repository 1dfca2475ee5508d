"""Mastodon beyond what every connector promises: limits, pictures, edits, lost posts and the server's own words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from syndicate.connectors.contract import Sending
from syndicate.connectors.mastodon.answers import Limits, limits_of, shows_link
from syndicate.connectors.mastodon.media import described
from syndicate.connectors.means import PictureFile
from syndicate.connectors.suite.copy import accepted, refused
from syndicate.connectors.suite.sendings import NOW, a_sending, an_update
from syndicate.connectors.suite.site import GivenPictures, Mood
from tests.builders import an_image
from tests.connectors.fediverse import Instance
from tests.connectors.lives import Away, a_copy_at
from tests.connectors.wordpress_story import PUBLISHED, RETRACTED, corrected
from tests.connectors.wordpress_story import an_image as pictured

LINK = "https://harbour.example/articles/ferry"


def the_status(instance: Instance) -> dict[str, Any]:
    (status,) = instance.statuses.values()
    return status


def with_pictures(*names: str) -> Sending:
    return a_sending(title="New ferry sails", article={"images": [pictured(name) for name in names]})


async def test_a_status_says_title_summary_and_link_in_the_articles_language() -> None:
    instance = Instance()
    async with a_copy_at(instance) as copy:
        outcome = accepted(await copy.send(a_sending(title="New ferry sails")))
    status = the_status(instance)
    assert status["status"] == f"New ferry sails\n\nThe first crossing of the new ferry left on the minute.\n\n{LINK}"
    assert (status["language"], status["visibility"], status["sensitive"]) == ("en", "public", False)
    assert outcome.url == status["url"]


async def test_the_servers_own_limits_count() -> None:
    instance = Instance()
    instance.configuration = {"statuses": {"max_characters": 60, "max_media_attachments": 1}}
    async with a_copy_at(instance) as copy:
        accepted(await copy.send(with_pictures("lead", "quay")))
    status = the_status(instance)
    assert status["status"] == f"New ferry sails\n\nThe first …\n\n{LINK}"
    assert len(status["media_ids"]) == 1


async def test_options_shape_the_status() -> None:
    instance = Instance()
    instance.more = {
        "text": "{title} {url} {hashtags}",
        "visibility": "unlisted",
        "hashtags": 1,
        "sensitive": ["harbour"],
        "warnings": {"HARBOUR": "Water"},
    }
    async with a_copy_at(instance, profile={"link_query": "utm_source=social"}) as copy:
        accepted(await copy.send(a_sending(title="New ferry sails")))
        accepted(await copy.send(an_update("New ferry sails on")))
    status = the_status(instance)
    assert status["status"] == f"New ferry sails on {LINK}?utm_source=social #Ferries"
    assert (status["visibility"], status["sensitive"], status["spoiler_text"]) == ("unlisted", True, "Water")


async def test_the_query_is_added_to_a_story_on_the_papers_own_site() -> None:
    instance = Instance()
    instance.more = {"text": "{title} {url}"}
    async with a_copy_at(instance, profile={"link_query": "utm_source=social"}) as copy:
        accepted(await copy.send(a_sending(article={"url": "https://www.harbour.example/ferry"})))
    assert "https://www.harbour.example/ferry?utm_source=social" in the_status(instance)["status"]


async def test_pictures_are_described_and_keep_their_focus_when_cropped() -> None:
    instance = Instance()
    first = pictured("lead", focal_point=[0.75, 0.1])
    second = pictured("quay", alt=None)
    async with a_copy_at(instance) as copy:
        accepted(await copy.send(a_sending(article={"images": [first, second]})))
    lead, quay = instance.media.values()
    assert (lead["description"], lead["focus"]) == ("A lead", "0.50,0.80")
    assert (quay["description"], "focus" in quay) == ("The quay Photo: quay", False)
    assert the_status(instance)["media_ids"] == [lead["id"], quay["id"]]


@pytest.mark.parametrize(
    ("point", "focus"), [((0, 0), "-1.00,1.00"), ((0.5, 0.5), "0.00,0.00"), ((1, 1), "1.00,-1.00")]
)
def test_a_focal_point_counts_from_the_middle_and_upwards(point: tuple[float, float], focus: str) -> None:
    assert described(an_image(focal_point=point), Limits())["focus"] == focus


async def test_an_edit_uploads_nothing_again_and_brings_new_descriptions() -> None:
    instance = Instance()
    async with a_copy_at(instance) as copy:
        accepted(await copy.send(PUBLISHED))
        edited = pictured("lead", alt="A ferry at sea")
        accepted(await copy.send(an_update("New ferry sails again", article={"images": [edited]})))
        assert len(instance.sent("POST", "/api/v2/media")) == 3
    status = the_status(instance)
    assert [instance.media[id_]["description"] for id_ in status["media_ids"]] == ["A ferry at sea"]
    assert (status["visibility"], len(instance.sent("POST", "/api/v1/statuses"))) == ("public", 1)


async def test_a_correction_edits_the_status_and_says_so() -> None:
    instance = Instance()
    async with a_copy_at(instance) as copy:
        before = accepted(await copy.send(PUBLISHED)).url
        assert accepted(await copy.send(corrected())).url == before
    assert "Correction: It left at ten." in the_status(instance)["status"]
    assert instance.sent("DELETE") == []


async def test_a_picture_that_is_worked_on_is_waited_for() -> None:
    instance = Instance()
    instance.polls_until_ready = 2
    async with a_copy_at(instance) as copy:
        accepted(await copy.send(with_pictures("lead")))
    assert len(instance.sent("GET", "/api/v1/media/")) == 2
    assert len(the_status(instance)["media_ids"]) == 1


@pytest.mark.parametrize(
    ("type_", "largest"),
    [("image/gif", 100), ("image/tiff", 100), ("image/jpeg", 10)],
    ids=["of a type that they refuse", "of a type that they do not name", "too large"],
)
async def test_a_picture_that_they_cannot_take_is_left_out(type_: str, largest: int) -> None:
    instance = Instance()
    instance.configuration["media_attachments"] = {"image_size_limit": largest}
    url = pictured("lead")["url"]
    file = PictureFile(url, b"x" * 20, type_, "img", 6, 4, "ab" * 32)
    async with a_copy_at(instance, given={"pictures": GivenPictures({url: file})}) as copy:
        accepted(await copy.send(with_pictures("lead")))
    assert the_status(instance)["media_ids"] == []


async def test_a_picture_that_nobody_has_any_more_is_left_out() -> None:
    instance = Instance()
    async with a_copy_at(instance, given={"pictures": GivenPictures()}) as copy:
        accepted(await copy.send(with_pictures("lead")))
    assert the_status(instance)["media_ids"] == []


async def test_a_picture_that_cannot_be_had_now_is_waited_for() -> None:
    instance = Instance()
    async with a_copy_at(instance, given={"pictures": Away()}) as copy:
        outcome = refused(await copy.send(with_pictures("lead")))
    assert (outcome.permanent, outcome.certain, instance.statuses) == (False, True, {})


async def test_hotlinked_pictures_are_left_to_the_links_card() -> None:
    instance = Instance()
    async with a_copy_at(instance, profile={"pictures": "hotlink"}) as copy:
        accepted(await copy.send(with_pictures("lead")))
    assert instance.media == {}


async def test_pictures_that_were_thrown_away_before_the_post_are_uploaded_again() -> None:
    instance = Instance()
    async with a_copy_at(instance) as copy:
        copy.remote = {"media": {pictured("lead")["url"]: {"id": "7"}}}
        accepted(await copy.send(with_pictures("lead")))
    assert the_status(instance)["media_ids"] == list(instance.media)


async def test_a_post_refused_for_its_pictures_goes_with_new_ones_next_time() -> None:
    instance = Instance()
    url = pictured("lead")["url"]
    async with a_copy_at(instance) as copy:
        copy.remote = {"media": {url: {"id": "7", "attached": True}}}
        assert "Cannot attach files" in refused(await copy.send(with_pictures("lead"))).reason
        accepted(await copy.send(with_pictures("lead")))
    assert the_status(instance)["media_ids"] == list(instance.media)


async def test_an_edit_refused_for_a_picture_that_is_gone_goes_with_new_ones_next_time() -> None:
    instance = Instance()
    async with a_copy_at(instance) as copy:
        accepted(await copy.send(PUBLISHED))
        instance.media.clear()
        assert "Cannot attach files" in refused(await copy.send(corrected())).reason
        accepted(await copy.send(corrected()))
    assert the_status(instance)["media_ids"] == list(instance.media)
    assert len(instance.statuses) == 1


async def test_a_lost_post_is_found_by_its_link_when_its_key_is_forgotten() -> None:
    instance = Instance()
    instance.remembers_keys = False
    async with a_copy_at(instance, profile={"link_query": "a=1&b=2"}) as copy:
        instance.add_other(f"Read this! {LINK}?a=1&b=2", minutes=-600)
        instance.mood = Mood.LOSING
        refused(await copy.send(a_sending(title="New ferry sails")))
        instance.mood = Mood.WELL
        for number in range(45):
            instance.add_other(f"Story {number} https://harbour.example/articles/{number}", minutes=1)
        accepted(await copy.send(an_update("New ferry sails again")))
        accepted(await copy.send(RETRACTED))
    assert [text for text in await instance.shown() if text.startswith("New ferry")] == []
    assert len(instance.statuses) == 46


async def test_an_older_status_with_the_same_link_is_somebody_elses() -> None:
    instance = Instance()
    async with a_copy_at(instance) as copy:
        instance.add_other(f"Read this! {LINK}", minutes=-60)
        copy.remote = {"posting_at": NOW.isoformat(), "link": LINK}
        accepted(await copy.send(a_sending(title="New ferry sails")))
    assert sorted(await instance.shown()) == ["New ferry sails", f"Read this! {LINK}"]


async def test_a_status_that_was_deleted_there_is_posted_again_with_its_pictures() -> None:
    instance = Instance()
    async with a_copy_at(instance) as copy:
        accepted(await copy.send(PUBLISHED))
        instance.statuses.clear()
        instance.media.clear()
        accepted(await copy.send(corrected()))
    assert the_status(instance)["media_ids"] == list(instance.media)
    assert len(instance.media) == 3


async def test_a_refusal_says_it_in_the_servers_words() -> None:
    instance = Instance()
    instance.mood = Mood.REFUSING
    async with a_copy_at(instance) as copy:
        outcome = refused(await copy.send(a_sending()))
    assert (outcome.reason, outcome.permanent) == ("answered 422: Validation failed: Text can't be blank", True)


async def test_a_server_that_had_too_much_is_left_alone_until_its_limit_ends() -> None:
    instance = Instance()
    instance.mood = Mood.BUSY
    async with a_copy_at(instance) as copy:
        outcome = refused(await copy.send(a_sending()))
    assert (outcome.overloaded, outcome.retry_after) == (True, timedelta(minutes=3))


async def test_a_retraction_takes_the_pictures_along() -> None:
    instance = Instance()
    async with a_copy_at(instance) as copy:
        accepted(await copy.send(PUBLISHED))
        accepted(await copy.send(RETRACTED))
    (deleted,) = instance.sent("DELETE")
    assert deleted.query == "delete_media=true"


@pytest.mark.parametrize(
    "instance", [{}, {"configuration": []}, {"configuration": {"statuses": {"max_characters": "x"}}}]
)
def test_a_server_that_says_nothing_of_its_limits_has_the_usual_ones(instance: dict[str, Any]) -> None:
    assert limits_of(instance) == Limits()


@pytest.mark.parametrize(
    "status", [{}, {"content": 7}, {"content": "", "card": 7}, {"content": "<a>x</a>", "card": {}}]
)
def test_what_is_no_status_shows_no_link(status: dict[str, Any]) -> None:
    assert not shows_link(status, LINK)


def test_a_link_is_found_in_the_card_too() -> None:
    assert shows_link({"content": "<p>x</p>", "card": {"url": LINK}}, LINK)
