"""Posts at a WordPress: what stands in them, who may change them, and what is said when it does not work."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from syndicate.connectors.suite.copy import accepted, refused
from syndicate.connectors.suite.sendings import a_retraction, a_sending, an_update
from syndicate.model.delivery import EventType
from tests.connectors.wordpress_faults import Fault
from tests.connectors.wordpress_site import AUTHOR, WordPressSite
from tests.connectors.wordpress_story import a_life, the_post


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


async def test_work_that_was_done_counts_and_trying_again_does_not() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        site.faults = dict.fromkeys(range(6, 40), Fault.ERROR)
        assert not refused(await life.copy.send(a_sending())).progressed
        life.wait()
        assert not refused(await life.copy.send(a_sending())).progressed
        assert life.copy.remote["making"]
        site.faults = {}
        life.wait()
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


async def test_what_a_text_says_in_brackets_is_not_run_by_the_site() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        words = {"body_html": "<p>Write [gallery ids='1'] or [sic].</p>", "byline": "By [audio src=x]"}
        await life.until_accepted(a_sending(article=words))
    assert "[" not in the_post(site)["content"]
    assert "&#91;gallery ids='1'] or &#91;sic]." in the_post(site)["content"]
