"""What a partner's editors decide about our posts stays, whatever comes of the article afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from syndicate.connectors.suite.sendings import NOW, a_retraction, a_sending, an_update
from syndicate.model.delivery import EventType
from tests.connectors.wordpress_site import WordPressSite
from tests.connectors.wordpress_story import PUBLISHED, RESTORED, RETRACTED, a_life, the_post

AHEAD = "2026-03-09T06:00:00"


@pytest.mark.parametrize("story", [a_sending(), PUBLISHED])
@pytest.mark.parametrize(
    "theirs",
    [
        {"status": "future", "date_gmt": AHEAD},
        {"status": "publish", "date_gmt": "2026-03-04T11:59:00"},
        {"status": "private"},
        {"status": "draft"},
        {"status": "pending"},
        {"status": "publish", "password": "sesame"},
    ],
)
async def test_a_status_or_date_that_editors_gave_a_post_survives_updates(theirs: dict[str, Any], story: Any) -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(story)
        the_post(site).update(theirs)
        await life.until_accepted(an_update("New ferry sails again"))
    post = the_post(site)
    assert post["title"] == "New ferry sails again"
    assert {key: post[key] for key in theirs} == theirs


async def test_a_date_that_changes_here_changes_there() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
        await life.until_accepted(an_update("Again", article={"published_at": NOW.replace(hour=6)}))
    assert the_post(site)["date_gmt"] == "2026-03-04T06:00:00"


@pytest.mark.parametrize("status", ["private", "pending", "draft"])
async def test_a_restored_article_comes_back_as_its_editors_had_it(status: str) -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(PUBLISHED)
        the_post(site)["status"] = status
        await life.until_accepted(RETRACTED)
        assert the_post(site)["status"] == "trash"
        await life.until_accepted(RESTORED)
    assert (the_post(site)["status"], the_post(site)["title"]) == (status, "New ferry sails again")


async def test_what_editors_trashed_before_a_retraction_stays_in_the_trash_when_the_article_returns() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
        the_post(site)["status"] = "trash"
        await life.until_accepted(a_retraction())
        await life.until_accepted(a_sending(delivery_id="msg_4", revision=4, type=EventType.UPDATED))
    assert the_post(site)["status"] == "trash"


async def test_a_retraction_that_came_twice_is_undone_by_the_return() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
        await life.until_accepted(a_retraction())
        await life.until_accepted(a_retraction(delivery_id="msg_9"))
        await life.until_accepted(a_sending(delivery_id="msg_4", revision=4, type=EventType.UPDATED))
    assert the_post(site)["status"] == "publish"


async def test_an_unfinished_post_that_editors_put_off_meanwhile_is_not_published_by_us() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(PUBLISHED)
        the_post(site)["status"] = "private"
        life.copy.remote["unfinished"] = True
        await life.until_accepted(an_update("Again"))
    assert the_post(site)["status"] == "private"


@pytest.mark.parametrize("story", [a_sending(), PUBLISHED])
async def test_a_site_whose_clock_is_behind_shows_the_post_at_once_all_the_same(story: Any) -> None:
    site = WordPressSite(clock="2026-03-04T08:00:00")
    async with a_life(site) as life:
        outcome = await life.until_accepted(story)
        assert outcome.url == f"{site.url}ferry/"
        await life.until_accepted(an_update("New ferry sails again"))
    assert (the_post(site)["status"], the_post(site)["date_gmt"]) == ("publish", site.clock)


async def test_what_editors_there_changed_beside_the_words_stays() -> None:
    site = WordPressSite(extra={"status": "pending"})
    async with a_life(site) as life:
        await life.until_accepted(a_sending(title="New ferry sails"))
        site.terms["categories"][77] = "Front page"
        the_post(site).update(status="publish", slug="our-ferry", categories=[77], featured_media=5)
        await life.until_accepted(an_update("New ferry sails again"))
    post = the_post(site)
    assert (post["title"], post["status"], post["slug"]) == ("New ferry sails again", "publish", "our-ferry")
    assert (post["categories"], post["featured_media"]) == ([77], 5)


async def test_what_an_editor_there_put_into_the_trash_stays_there_up_to_date() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
        the_post(site)["status"] = "trash"
        outcome = await life.until_accepted(an_update("New ferry sails again"))
    assert "trash" in outcome.answer
    assert (the_post(site)["status"], the_post(site)["title"]) == ("trash", "New ferry sails again")


async def test_what_an_editor_there_deleted_does_not_come_back_with_an_update() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
        site.posts.clear()
        outcome = await life.until_accepted(an_update("New ferry sails again"))
        assert "deleted" in outcome.answer
        assert not site.posts
        await life.until_accepted(a_retraction())


@pytest.mark.parametrize("gone", ["trash", "deleted"])
async def test_a_copy_that_is_gone_comes_back_when_the_same_revision_is_sent_again(gone: str) -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
        if gone == "trash":
            the_post(site).update(status="trash", slug="ferry__trashed")
        else:
            site.posts.clear()
        await life.until_accepted(an_update("New ferry sails", revision=1))
    assert (the_post(site)["status"], the_post(site)["slug"]) == ("publish", "ferry")
