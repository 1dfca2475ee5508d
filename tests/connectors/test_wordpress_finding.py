"""A copy is found again at a WordPress, whatever became of it, of its number or of what we knew."""

from __future__ import annotations

from typing import Any

import pytest

from syndicate.connectors.suite.copy import Copy, accepted, refused
from syndicate.connectors.suite.sendings import a_retraction, a_sending, an_update
from syndicate.connectors.suite.site import connector_at
from syndicate.connectors.wordpress.ledger import UNCLEAR
from tests.connectors.wordpress_faults import Fault
from tests.connectors.wordpress_site import AUTHOR, CONTRIBUTOR, WordPressSite
from tests.connectors.wordpress_story import PUBLISHED, RETRACTED, a_life, the_post, writes


def theirs(number: int, **changes: Any) -> dict[str, Any]:
    """Return a post of the partner's own."""
    post = {"id": number, "meta": {}, "slug": "council", "title": "Council meets", "content": "x", "excerpt": ""}
    return post | {"status": "publish", "author": 9, "categories": [1], "tags": [], "featured_media": 0} | changes


async def test_the_partners_own_post_that_has_the_number_of_our_copy_by_now_is_not_touched() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
        number = the_post(site)["id"]
        site.posts = {number: theirs(number)}
        outcome = await life.until_accepted(an_update("New ferry sails again"))
        assert "deleted there" in outcome.answer
        assert site.posts[number] == theirs(number)


async def test_a_retraction_of_a_copy_that_cannot_be_told_from_the_partners_posts_is_not_called_done() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
        number = the_post(site)["id"]
        site.posts = {number: theirs(number)}
        outcome = refused(await life.copy.send(a_retraction()))
    assert outcome.permanent
    assert f"post {number} there bears no mark of ours" in outcome.reason
    assert site.posts[number]["status"] == "publish"


@pytest.mark.parametrize("change", [{"content": "<p>All of it anew.</p>"}, {"slug": "our-ferry"}])
async def test_a_copy_that_editors_rewrote_or_renamed_is_ours_still(change: dict[str, Any]) -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
        the_post(site).update(change)
        await life.until_accepted(a_retraction())
    assert the_post(site)["status"] == "trash"


async def test_a_post_of_another_author_with_the_same_address_is_not_in_the_way() -> None:
    site = WordPressSite(capabilities=AUTHOR)
    async with a_life(site) as life:
        site.posts[3] = theirs(3, slug="ferry")
        await life.until_accepted(a_sending(title="New ferry sails"))
    assert [post["title"] for post in site.posts.values()] == ["Council meets", "New ferry sails"]


async def test_a_post_that_editors_gave_to_another_author_says_nothing_against_the_account() -> None:
    site = WordPressSite(capabilities=AUTHOR)
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
        the_post(site)["author"] = 9
        outcome = refused(await life.copy.send(an_update("Changed")))
    assert (outcome.status, outcome.unauthorised) == (403, False)
    assert "need the role Editor" in outcome.reason


async def test_what_a_cache_kept_of_an_earlier_search_makes_no_second_post() -> None:
    site = WordPressSite(cached=True)
    async with a_life(site) as life:
        site.faults = {6: Fault.DROPPED}
        refused(await life.copy.send(a_sending()))
        life.wait()
        # After three searches that find nothing, rightly.
        site.faults = {len(site.requests) + 3: Fault.DROPPED_AFTER}
        refused(await life.copy.send(a_sending()))
        assert len(site.posts) == 1
        await life.until_accepted(a_sending())
    assert the_post(site)["status"] == "publish"


async def test_a_search_may_take_as_long_as_the_partner_is_given() -> None:
    site = WordPressSite(extra={"timeout": "3s"}, search_seconds=1.0)
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
        the_post(site)["slug"] = "our-ferry"
        life.copy.remote = {}
        await life.until_accepted(a_retraction())
    assert the_post(site)["status"] == "trash"


async def test_what_we_may_not_change_any_more_is_not_called_taken_down() -> None:
    site = WordPressSite(capabilities=CONTRIBUTOR, extra={"status": "pending", "terms": "none"})
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
        the_post(site)["status"] = "publish"
        assert refused(await life.copy.send(a_retraction())).status == 403
        life.copy.remote = {}
        outcome = refused(await life.copy.send(a_retraction()))
    assert "is ours, and the account may not change it" in outcome.reason
    assert not outcome.permanent


@pytest.mark.parametrize("attempts", [1, 2])
async def test_no_second_post_is_made_right_after_a_kill_whatever_attempt_it_was(attempts: int) -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        site.faults = {len(site.requests): Fault.ERROR} if attempts == 2 else {}
        if attempts == 2:
            refused(await life.copy.send(a_sending()))
        # Killed while the site is at it: the post appears only later.
        site.faults = {len(site.requests) + 6: Fault.KILLED}
        await life._attempt(a_sending())
        assert life.copy.remote["making"]
        # The attempt that a kill ended counts for nothing.
        life.copy._attempts = attempts - 1
        life.clock.advance(UNCLEAR / 10)
        assert "may still be making" in refused(await life.copy.send(a_sending())).reason
        assert not site.posts


async def test_two_partners_sections_at_one_wordpress_share_a_post() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        other = Copy(connector_at(site, life.means, name="herald"))
        await life.until_accepted(PUBLISHED)
        accepted(await other.send(PUBLISHED))
        assert (the_post(site)["status"], len(site.media)) == ("publish", 3)
        accepted(await other.send(RETRACTED))
        assert the_post(site)["status"] == "trash"
        await life.until_accepted(RETRACTED)
    assert the_post(site)["status"] == "trash"


async def test_a_post_of_the_partners_own_with_the_same_slug_is_not_ours() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        site.posts[3] = {"id": 3, "slug": "ferry", "title": "Ours", "content": "x", "excerpt": "", "status": "publish"}
        await life.until_accepted(a_sending(title="New ferry sails"))
        await life.until_accepted(a_retraction())
    assert [(post["title"], post["status"]) for post in site.posts.values()] == [
        ("Ours", "publish"),
        ("New ferry sails", "trash"),
    ]


async def test_a_post_without_a_slug_is_found_by_its_content_after_a_lost_answer() -> None:
    site = WordPressSite(capabilities=CONTRIBUTOR, extra={"status": "pending", "terms": "none"})
    async with a_life(site) as life:
        site.faults = {2: Fault.DROPPED_AFTER}
        refused(await life.copy.send(a_sending()))
        await life.until_accepted(a_sending())
        assert the_post(site)["slug"] == ""


async def test_a_copy_of_which_nothing_is_known_any_more_is_found() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(a_sending(title="New ferry sails"))
        life.copy.remote = {}
        await life.until_accepted(an_update("New ferry sails again"))
        assert the_post(site)["title"] == "New ferry sails again"
        life.copy.remote = {}
        await life.until_accepted(a_retraction())
    assert the_post(site)["status"] == "trash"


async def test_a_site_that_was_brought_back_from_a_backup_under_other_numbers_keeps_one_copy() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(a_sending(title="New ferry sails"))
        post = site.posts.pop(the_post(site)["id"])
        site.posts[900] = post | {"id": 900}
        await life.until_accepted(an_update("New ferry sails again"))
    assert (the_post(site)["id"], the_post(site)["title"]) == (900, "New ferry sails again")


async def test_a_retraction_waits_for_a_request_that_may_still_be_making_the_post() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        site.faults = {6: Fault.DROPPED}
        first = refused(await life.copy.send(a_sending()))
        assert writes(site)[-1].endswith("/posts")
        assert (first.certain, first.retry_after is not None) == (False, True)
        life.clock.advance(UNCLEAR / 2)
        assert "still" in refused(await life.copy.send(a_retraction())).reason
        life.wait()
        accepted(await life.copy.send(a_retraction()))


async def test_a_post_that_went_into_the_trash_while_the_answer_was_lost_is_there() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
        # The client repeats a DELETE by itself where a kept connection ends.
        site.faults = {len(site.requests) + 1: Fault.DROPPED_AFTER}
        accepted(await life.copy.send(a_retraction()))
        assert [line.partition(" ")[0] for line in writes(site)[-2:]] == ["DELETE", "DELETE"]
    assert the_post(site)["status"] == "trash"


async def test_a_draft_of_ours_of_which_nothing_is_known_any_more_is_shown() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        site.faults = {7: Fault.ERROR}
        refused(await life.copy.send(PUBLISHED))
        assert the_post(site)["status"] == "draft"
        life.copy.remote = {}
        await life.until_accepted(PUBLISHED)
    assert (the_post(site)["status"], len(site.media)) == ("publish", 3)
