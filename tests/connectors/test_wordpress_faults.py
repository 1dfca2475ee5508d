"""Whatever goes wrong between us and a WordPress, at whatever request, one post and one of each picture come of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.wordpress_faults import Fault
from tests.connectors.wordpress_site import WordPressSite
from tests.connectors.wordpress_story import PUBLISHED, RESTORED, RETRACTED, a_life, a_picture, corrected

FILES = sorted(a_picture(name).data for name in ("lead", "quay", "crew"))


async def live(site: WordPressSite, **declared: Any) -> None:
    async with a_life(site, **declared) as life:
        await life.until_accepted(PUBLISHED)
        stands(site, "New ferry sails", "publish")
        await life.until_accepted(corrected())
        stands(site, "New ferry sails at ten", "publish")
        assert "The ferry Photo: lead" in [media["caption"] for media in site.media.values()]
        await life.until_accepted(RETRACTED)
        stands(site, "New ferry sails at ten", "trash")
        await life.until_accepted(RESTORED)
        stands(site, "New ferry sails again", "publish")
        assert next(iter(site.posts.values()))["slug"] == "ferry"


def stands(site: WordPressSite, title: str, status: str) -> None:
    """See that there is exactly one post, whole, with exactly one of each picture."""
    (post,) = site.posts.values()
    assert (post["title"], post["status"]) == (title, status)
    assert sorted(media["data"] for media in site.media.values()) == FILES
    assert {media["post"] for media in site.media.values()} == {post["id"]}
    assert site.media[post["featured_media"]]["data"] == b"the picture lead"
    for media in site.media.values():
        assert media["source_url"] in post["content"]
    assert "harbour.example/media" not in post["content"]


async def requests_of_a_life() -> int:
    site = WordPressSite()
    await live(site)
    return len(site.requests)


@pytest.mark.parametrize("fault", Fault)
async def test_one_post_and_one_of_each_picture_come_of_a_fault_at_any_request(fault: Fault) -> None:
    count = await requests_of_a_life()
    for place in range(count):
        site = WordPressSite(faults={place: fault})
        try:
            await live(site)
        except AssertionError as error:
            raise AssertionError(f"{fault} at request {place}: {site.requests[place]}") from error


async def test_two_faults_one_after_the_other_do_no_more_harm() -> None:
    for place in range(0, await requests_of_a_life(), 3):
        site = WordPressSite(faults={place: Fault.DROPPED_AFTER, place + 2: Fault.ERROR_AFTER})
        await live(site)
