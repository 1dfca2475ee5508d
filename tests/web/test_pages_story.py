"""An article's page."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from syndicate.model.article import Article
from syndicate.model.entry import Entry
from syndicate.render.figures import place_pictures
from syndicate.web.pages.cards import byline
from syndicate.web.pages.story import article_page
from tests.builders import NOON, a_feed, a_publisher, an_article, an_entry, an_image

PAGE_URL = "https://harbour.example/articles/ferry"
WIRE = {"name": "The Wire", "url": "https://wire.example/"}


def page(entry: Entry | None = None, **options: Any) -> Any:
    entry = entry or an_entry()
    options = {"body_html": "<p>The ferry left at nine.</p>", "page_url": PAGE_URL, "jsonld": {}} | options
    return lxml.html.document_fromstring(article_page(a_publisher(), entry, **options))


def text(root: Any, xpath: str) -> str:
    return " ".join(" ".join(str(element.text_content()) for element in root.xpath(xpath)).split())


def one(root: Any, xpath: str) -> str:
    (value,) = root.xpath(xpath)
    return str(value)


def test_an_article_shows_kicker_headline_standfirst_byline_and_body() -> None:
    root = page(an_entry(kicker="On the water", byline="By Ines Falk", dateline="Harbour"))
    assert text(root, "//article//p[@class='kicker']") == "On the water"
    assert text(root, "//h1") == "New ferry sails on time"
    assert text(root, "//p[@class='standfirst']") == "The first crossing of the new ferry left on the minute."
    assert text(root, "//p[@class='byline']") == "By Ines Falk Harbour"
    assert text(root, "//div[@class='body']") == "The ferry left at nine."


def test_both_times_stand_in_the_zone_that_the_record_names() -> None:
    entry = an_entry(
        published_at="2017-10-19T09:50:00-04:00[America/New_York]",
        updated_at="2017-10-19T09:54:00-04:00[America/New_York]",
    )
    root = page(entry)
    expected = "Published: 09:50 EDT, 19 October 2017 | Updated: 09:54 EDT, 19 October 2017"
    assert text(root, "//p[@class='times']") == expected
    assert root.xpath("//article//time/@datetime") == ["2017-10-19T09:50:00-04:00", "2017-10-19T09:54:00-04:00"]


def test_a_bare_offset_is_shown_in_the_publishers_zone() -> None:
    entry = an_entry(published_at="2026-07-01T10:00:00+00:00", updated_at="2026-07-01T10:00:20Z")
    assert text(page(entry), "//p[@class='times']") == "Published: 11:00 BST, 1 July 2026"


def test_a_standfirst_that_the_body_repeats_is_printed_once() -> None:
    body = "<p>The first crossing of the new ferry left on the minute.</p>"
    assert not page(body_html=body).xpath("//p[@class='standfirst']")


def test_our_own_story_is_canonical_and_may_be_indexed() -> None:
    root = page()
    assert one(root, "//link[@rel='canonical']/@href") == PAGE_URL
    assert "noindex" not in one(root, "//meta[@name='robots']/@content")
    assert not root.xpath("//aside")


def test_a_republished_story_names_its_source_and_leaves_the_index_to_it() -> None:
    root = page(an_entry(source=WIRE, url="https://wire.example/ferry"))
    assert one(root, "//link[@rel='canonical']/@href") == "https://wire.example/ferry"
    assert one(root, "//meta[@property='og:url']/@content") == "https://wire.example/ferry"
    assert one(root, "//meta[@name='robots']/@content") == "noindex"
    assert text(root, "//aside/p[1]") == "Posted on: The Wire"
    assert root.xpath("//aside//a/@href") == ["https://wire.example/", "https://wire.example/ferry"]


def test_corrections_are_dated() -> None:
    note = {"note": "The ferry left at nine, not ten.", "at": NOON}
    root = page(an_entry(corrections=[note]))
    assert text(root, "//section[@aria-labelledby='corrections']/ul/li") == (
        "12:00 GMT, 4 March 2026 The ferry left at nine, not ten."
    )
    assert one(root, "//p[@class='corrected']/a/@href") == "#corrections"


def test_check_also_shows_cards_that_reserve_room_for_their_pictures() -> None:
    related = {"title": "Old ferry", "url": "https://harbour.example/old", "summary": "Sold.", "image": an_image()}
    root = page(an_entry(related=[related]))
    assert text(root, "//section[@class='also']/h2") == "Check also"
    assert text(root, "//section[@class='also']//h3") == "Old ferry"
    (image,) = root.xpath("//section[@class='also']//img")
    assert (image.get("width"), image.get("height"), image.get("loading")) == ("1200", "800", "lazy")


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (None, "Leave a reply"),
        (0, "Leave a reply"),
        (1, "Read the reply, or leave one"),
        (12, "Read 12 replies, or leave one"),
    ],
)
def test_comments_are_linked(count: int | None, words: str) -> None:
    root = page(an_entry(comments={"url": "https://harbour.example/ferry#respond", "count": count}))
    assert text(root, "//p[@class='reply']/a") == words
    assert one(root, "//p[@class='reply']/a/@href") == "https://harbour.example/ferry#respond"


def test_a_summary_page_carries_no_body_and_leads_to_the_whole_story() -> None:
    entry = an_entry(source=WIRE, url="https://wire.example/ferry", images=[an_image()])
    root = page(entry, body_html="<p>Secret body.</p>", content_mode="summary")
    assert "Secret body" not in text(root, "//main")
    assert text(root, "//p[@class='standfirst']")
    assert text(root, "//figure/figcaption/cite") == "Photographer 1"
    assert one(root, "//p[@class='onward']/a/@href") == "https://wire.example/ferry"


def test_a_page_without_content_shows_neither_summary_nor_picture_anywhere() -> None:
    entry = an_entry(images=[an_image()])
    source = article_page(
        a_publisher(), entry, body_html="<p>Body.</p>", page_url=PAGE_URL, jsonld={}, content_mode="none"
    )
    assert str(entry.article.summary) not in source
    assert "images.harbour.example" not in source
    assert "Body." not in source


def test_structured_data_cannot_end_its_block() -> None:
    data = {"@type": "NewsArticle", "headline": "</script><script>alert('1')</script> & <!--"}
    root = page(jsonld=data)
    (script,) = root.xpath("//script")
    assert json.loads(script.text) == data
    assert script.get("type") == "application/ld+json"
    assert "<" not in script.text


def test_open_graph_describes_the_story_and_its_lead_picture() -> None:
    root = page(an_entry(images=[an_image(), an_image(2)], keywords=["Ferries", "Sea"]))
    graph = {str(meta.get("property")): meta.get("content") for meta in root.xpath("//meta[@property]")}
    assert graph["og:type"] == "article"
    assert graph["og:title"] == "New ferry sails on time"
    assert graph["og:image"] == "https://images.harbour.example/1.jpg"
    assert (graph["og:image:width"], graph["og:image:height"]) == ("1200", "800")
    assert graph["article:published_time"] == "2026-03-04T10:00:00Z"
    assert root.xpath("//meta[@property='article:tag']/@content") == ["Ferries", "Sea"]


def test_every_feed_can_be_discovered_in_every_format() -> None:
    links = page(feeds=[a_feed()]).xpath("//link[@rel='alternate']")
    assert {link.get("type"): link.get("href") for link in links} == {
        "application/rss+xml": "https://harbour.example/feeds/world.rss",
        "application/atom+xml": "https://harbour.example/feeds/world.atom",
        "application/feed+json": "https://harbour.example/feeds/world.json",
    }


def test_the_language_of_the_story_is_marked_and_its_direction() -> None:
    (article,) = page(an_entry(language="ar-EG")).xpath("//article")
    assert (article.get("lang"), article.get("dir")) == ("ar-EG", "rtl")
    (article,) = page(an_entry(language=None)).xpath("//article")
    assert (article.get("lang"), article.get("dir")) == ("en-GB", "ltr")


def test_recordings_can_be_played_and_documents_opened() -> None:
    files = [
        {"url": "https://harbour.example/log.mp3", "type": "audio/mpeg", "title": "The log"},
        {"url": "https://harbour.example/report.pdf", "type": "application/pdf", "title": "The report"},
    ]
    root = page(an_entry(attachments=files))
    assert root.xpath("//audio/@src") == ["https://harbour.example/log.mp3"]
    assert text(root, "//section[@class='attachments']//a") == "The log The report"


@pytest.mark.parametrize(
    ("names", "words"), [([], ""), (["A"], "By A"), (["A", "B"], "By A and B"), (["A", "B", "C"], "By A, B and C")]
)
def test_a_byline_is_made_from_authors_where_none_was_printed(names: list[str], words: str) -> None:
    assert byline(an_article(authors=[{"name": name} for name in names])) == words


def test_an_update_within_the_minute_is_not_announced_as_one() -> None:
    moment = datetime.fromisoformat("2026-03-04T12:00:05+00:00")
    root = page(an_entry(published_at=moment, updated_at=moment + timedelta(seconds=40)))
    assert "Updated" not in text(root, "//p[@class='times']")


SEED = Path(__file__).resolve().parents[2].parent / "shared" / "input" / "seed-article.json"


@pytest.mark.skipif(not SEED.exists(), reason="the sample record is not part of the project")
def test_everything_on_a_republished_news_page_reaches_ours() -> None:
    article = Article.model_validate_json(SEED.read_text())
    assert article.published_at
    assert article.updated_at
    entry = Entry(article=article, published_at=article.published_at, updated_at=article.updated_at)
    root = page(entry, body_html=place_pictures(article.body_html or "", article.images))
    assert text(root, "//h1") == article.title
    assert text(root, "//p[@class='byline']") == article.byline
    captions = [f"{image.caption} {image.credit or ''}".strip() for image in article.images]
    assert [" ".join(caption.text_content().split()) for caption in root.xpath("//figcaption")] == captions
    assert text(root, "//aside/p[1]") == "Posted on: DailyMail"
    assert [card.text_content() for card in root.xpath("//section[@class='also']//h3")] == [
        story.title for story in article.related
    ]
    assert text(root, "//p[@class='reply']") == "Leave a reply"
