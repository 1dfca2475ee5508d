"""Posts at a WordPress: what stands in them, who may change them, and what is said when it does not work."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from syndicate.connectors.suite.copy import accepted, refused
from syndicate.connectors.suite.sendings import NOW, a_retraction, a_sending, an_update
from syndicate.connectors.suite.site import LOOPBACK, connector_at, means
from syndicate.model.delivery import EventType
from syndicate.net.client import Client
from syndicate.net.guard import AddrInfo, Guard
from tests.connectors.partners import partner
from tests.connectors.wordpress_site import AUTHOR, CONTRIBUTOR, EDITOR, Fault, WordPressSite
from tests.connectors.wordpress_story import PUBLISHED, a_life


def the_post(site: WordPressSite) -> dict[str, Any]:
    (post,) = site.posts.values()
    return post


def writes(site: WordPressSite) -> list[str]:
    return [f"{method} {target.partition('?')[0]}" for method, target in site.requests if method not in ("GET", "HEAD")]


async def test_a_post_has_the_articles_words_date_and_address() -> None:
    site = WordPressSite()
    published_at = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
    async with a_life(site) as life:
        await life.until_accepted(a_sending(title="Ferry & <quay>", article={"published_at": published_at}))
    post = the_post(site)
    assert (post["title"], post["slug"], post["date_gmt"]) == (
        "Ferry &amp; &lt;quay&gt;",
        "ferry",
        "2026-03-04T10:30:00",
    )
    assert post["excerpt"] == "The first crossing of the new ferry left on the minute."
    assert "<p>It arrived at ten.</p>" in post["content"]
    assert 'Posted on: <a href="https://harbour.example/articles/ferry">Harbour Daily</a>' in post["content"]


async def test_no_filter_puts_paragraphs_into_a_post() -> None:
    site = WordPressSite(capabilities=AUTHOR)
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
    content = the_post(site)["content"]
    assert content.startswith("<!-- wp:html -->\n")
    assert content.endswith("\n<!-- /wp:html -->")


async def test_the_address_of_the_copy_is_told_once_readers_can_see_it() -> None:
    for status, url in (("publish", "ferry/"), ("pending", None)):
        site = WordPressSite(extra={"status": status})
        async with a_life(site) as life:
            outcome = await life.until_accepted(a_sending())
            assert outcome.url == (url and site.url + url)
        assert the_post(site)["status"] == status


async def test_an_author_who_has_an_account_there_is_named_and_anybody_else_stands_in_the_text() -> None:
    for name, author, byline in (("Jo Smith", 2, False), ("Jo Unknown", 1, True)):
        site = WordPressSite(extra={"author": "match"})
        async with a_life(site) as life:
            await life.until_accepted(a_sending(article={"authors": [{"name": name}]}))
        assert the_post(site)["author"] == author
        assert ("By Jo Smith" in the_post(site)["content"]) is byline


async def test_categories_and_tags_are_matched_by_name_or_made() -> None:
    site = WordPressSite(terms={"categories": {1: "Uncategorized", 5: "Arts &amp; Harbour"}, "tags": {}})
    async with a_life(site) as life:
        categories = [{"term": "h1", "label": "arts & harbour"}, "Boats"]
        await life.until_accepted(a_sending(article={"categories": categories}))
    post = the_post(site)
    assert [site.terms["categories"][each] for each in post["categories"]] == ["Arts &amp; Harbour", "Boats"]
    assert [site.terms["tags"][each] for each in post["tags"]] == ["ferries"]


async def test_case_makes_no_other_term_and_names_are_html_there() -> None:
    site = WordPressSite(extra={"terms": "match"}, terms={"categories": {5: "HARBOUR"}, "tags": {}})
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
        assert the_post(site)["categories"] == [5]
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(a_sending(article={"categories": ["Arts & <life>"]}))
        assert site.terms["categories"][the_post(site)["categories"][0]] == "Arts &amp; &lt;life&gt;"


async def test_a_term_that_reads_alike_is_taken_for_the_same() -> None:
    site = WordPressSite(terms={"categories": {1: "Uncategorized", 5: "Harbour!"}, "tags": {}})
    async with a_life(site) as life:
        await life.until_accepted(a_sending(article={"categories": ["Hárbour!".replace("á", "a").rstrip("!") + "?"]}))
    assert the_post(site)["categories"] == [5]


@pytest.mark.parametrize(("terms", "made"), [("make", True), ("match", False), ("none", False)])
async def test_terms_are_made_only_where_that_is_wanted(terms: str, made: bool) -> None:
    site = WordPressSite(extra={"terms": terms})
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
    assert ("Harbour" in site.terms["categories"].values()) is made


async def test_an_account_that_may_make_no_categories_posts_all_the_same() -> None:
    site = WordPressSite(capabilities=AUTHOR)
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
    assert the_post(site)["categories"] == [1]
    assert [site.terms["tags"][each] for each in the_post(site)["tags"]] == ["ferries"]


async def test_every_post_gets_the_fixed_category() -> None:
    site = WordPressSite(extra={"terms": "none", "category": "Wire"}, terms={"categories": {7: "Wire"}, "tags": {}})
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
    assert the_post(site)["categories"] == [7]


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


async def test_a_retraction_may_leave_a_draft() -> None:
    site = WordPressSite(extra={"retraction": "draft"})
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
        await life.until_accepted(a_retraction())
        assert the_post(site)["status"] == "draft"
        await life.until_accepted(a_sending(delivery_id="msg_4", revision=4, type=EventType.UPDATED))
    assert the_post(site)["status"] == "publish"


async def test_a_site_without_a_trash_is_left_a_draft() -> None:
    site = WordPressSite(trash=False)
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
        await life.until_accepted(a_retraction())
    assert the_post(site)["status"] == "draft"


async def test_a_retraction_waits_for_a_request_that_may_still_be_making_the_post() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        site.faults = {6: Fault.DROPPED}
        first = refused(await life.copy.send(a_sending()))
        assert writes(site)[-1].endswith("/posts")
        assert (first.certain, first.retry_after is not None) == (False, True)
        life.copy._attempts = 0
        assert "still" in refused(await life.copy.send(a_retraction())).reason
        accepted(await life.copy.send(a_retraction()))


async def test_a_page_in_place_of_an_answer_is_no_retraction() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
        site.pretty = False
        refused(await life.copy.send(a_retraction()))
        # And the API is looked for anew.
        accepted(await life.copy.send(a_retraction()))
    assert the_post(site)["status"] == "trash"


async def test_a_page_that_says_not_found_is_no_word_of_wordpress() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
        site.faults = {len(site.requests) + 1: Fault.MISSING}
        refused(await life.copy.send(a_retraction()))
        assert writes(site)[-1].startswith("DELETE")


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


async def test_comments_are_as_the_partner_wants_them() -> None:
    site = WordPressSite(extra={"comments": "closed"})
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
    assert the_post(site)["comment_status"] == "closed"


async def test_the_canonical_address_goes_where_the_site_registered_a_key() -> None:
    keys = ["_yoast_wpseo_canonical", "rank_math_canonical_url"]
    site = WordPressSite(extra={"canonical_meta": keys}, registered_meta=frozenset(keys[:1]))
    async with a_life(site) as life:
        outcome = await life.until_accepted(a_sending())
    assert the_post(site)["meta"] == {keys[0]: "https://harbour.example/articles/ferry"}
    assert keys[0] not in outcome.answer
    assert keys[1] in outcome.answer


async def test_a_refusal_says_what_to_change() -> None:
    site = WordPressSite(capabilities=CONTRIBUTOR)
    async with a_life(site) as life:
        outcome = refused(await life.copy.send(a_sending()))
    assert "403 rest_cannot_publish" in outcome.reason
    assert "status to pending" in outcome.reason
    assert outcome.certain


async def test_a_test_says_what_the_account_may_not_do() -> None:
    site = WordPressSite(capabilities=CONTRIBUTOR)
    async with a_life(site) as life:
        outcome = refused(await life.connector.test(delivery_id="msg_t", at=NOW))
        assert outcome.reason.startswith("the account lacks publish_posts, ")
        assert "upload_files" in outcome.reason
        site.capabilities = EDITOR
        accepted(await life.connector.test(delivery_id="msg_t", at=NOW))


async def test_an_address_that_is_no_wordpress_is_told() -> None:
    site = WordPressSite(api_at="")
    async with a_life(site) as life:
        assert "no WordPress API" in refused(await life.copy.send(a_sending())).reason


async def test_credentials_do_not_follow_a_link_to_another_host() -> None:
    site = WordPressSite(api_at="http://localhost:1/wp-json/")
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
    assert the_post(site)["status"] == "publish"


async def test_work_that_was_done_counts_and_trying_again_does_not() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        site.faults = dict.fromkeys(range(6, 40), Fault.ERROR)
        assert not refused(await life.copy.send(a_sending())).progressed
        assert not refused(await life.copy.send(a_sending())).progressed
        assert life.copy.remote["making"]
        site.faults = {}
        accepted(await life.copy.send(a_sending()))
        site.faults = {len(site.requests) + 1: Fault.ERROR}
        assert not refused(await life.copy.send(an_update("Again"))).progressed


async def test_a_preview_shows_the_post_as_it_would_be_sent() -> None:
    site = WordPressSite()
    async with a_life(site) as running:
        accepted_ = await running.until_accepted(a_sending())
        preview = running.connector.preview(replace(an_update("Again"), remote=accepted_.remote))
        assert (preview.method, preview.url) == ("POST", f"{site.url}wp-json/wp/v2/posts/{the_post(site)['id']}")
        assert b'"title": "Again"' in preview.body
        assert running.connector.preview(replace(a_retraction(), remote=accepted_.remote)).method == "DELETE"


async def test_the_password_does_not_go_in_the_open_to_a_host_that_is_not_the_operators() -> None:
    site = WordPressSite()

    def lookup(host: str, port: int) -> list[AddrInfo]:
        # One address that the operator opened, and one of anybody's.
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in ("127.0.0.1", "93.184.216.34")
        ]

    guard = Guard(allow_private=LOOPBACK, base_url="http://127.0.0.1:9")
    async with partner(site.behave) as site.server:
        site.extra = {"url": site.server.at("herald.example", "/")}
        site.linked = False
        async with Client(guard, base_url="http://127.0.0.1:9", lookup=lookup) as client, means(client=client) as made:
            outcome = refused(await connector_at(site, made).send(a_sending()))
    assert "only be sent over https" in outcome.reason
    assert outcome.certain
    assert [target for _, target in site.requests] == ["/", "/wp-json/?_fields=namespaces"]
