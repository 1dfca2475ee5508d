"""The front page, the pages of feeds, and what stands where a story is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import lxml.html

from syndicate.model.entry import Entry
from syndicate.web.pages.front import front_page
from syndicate.web.pages.notices import gone_page, not_found_page
from syndicate.web.pages.subscribing import feed_page, feeds_page
from tests.builders import NOON, a_feed, a_publisher, an_entry, an_image

LEAD = an_entry(images=[an_image(focal_point=[0.1, 0.9])])
OTHER = an_entry(
    id="tag:harbour.example,2026:other", slug="other", title="Other", published_at=NOON - timedelta(days=2)
)


def front(
    lead: Entry | None = LEAD,
    latest: Sequence[Entry] = (),
    sections: Sequence[tuple[str, Sequence[Entry]]] = (),
    **publisher: Any,
) -> Any:
    source = front_page(
        a_publisher(**publisher), now=NOON, lead=lead, latest=latest, sections=sections, feeds=[a_feed()]
    )
    return lxml.html.document_fromstring(source)


def texts(root: Any, xpath: str) -> list[str]:
    return [" ".join(str(element.text_content()).split()) for element in root.xpath(xpath)]


def test_the_front_page_has_masthead_day_lead_latest_and_sections() -> None:
    root = front(latest=[OTHER], sections=[("Harbour", [OTHER])])
    assert texts(root, "//header//h1") == ["Harbour Daily"]
    assert texts(root, "//header//time") == ["Wednesday, 4 March 2026"]
    assert texts(root, "//article[@class='lead']//h2") == ["New ferry sails on time"]
    assert texts(root, "//section/h2") == ["Latest", "Harbour"]


def test_the_lead_story_is_shown_once() -> None:
    root = front(latest=[LEAD, OTHER], sections=[("Ferries", [LEAD]), ("Harbour", [LEAD, OTHER])])
    assert texts(root, "//main//a[normalize-space()]") == ["New ferry sails on time", "Other", "Other"]
    assert texts(root, "//section/h2") == ["Latest", "Harbour"]


def test_the_lead_picture_is_fetched_at_once_and_the_others_when_near() -> None:
    root = front(sections=[("Harbour", [an_entry(id="tag:x,2026:2", images=[an_image(2, width=None)])])])
    lead, other = root.xpath("//img")
    assert (lead.get("loading"), lead.get("fetchpriority"), lead.get("width")) == (None, "high", "1200")
    assert (other.get("loading"), other.get("width"), other.get("height")) == ("lazy", None, None)


def test_a_cropped_picture_keeps_its_focal_point_in_sight() -> None:
    (lead,) = front().xpath("//img")
    assert lead.get("class") == "fx-0 fy-100"


def test_a_list_shows_the_clock_today_and_the_date_before() -> None:
    root = front(latest=[OTHER])
    assert texts(root, "//article[@class='lead']//time") == ["10:00 GMT"]
    assert texts(root, "//section[@class='latest']//time") == ["2 March"]


def test_a_story_from_elsewhere_says_so_and_links_our_page_of_it() -> None:
    wire = {"name": "The Wire", "url": "https://wire.example/"}
    root = front(lead=an_entry(source=wire, url="https://wire.example/ferry"))
    assert texts(root, "//article[@class='lead']//p[@class='meta']/span") == ["From The Wire"]
    assert root.xpath("//article[@class='lead']//h2/a/@href") == ["/articles/ferry"]


def test_a_paper_without_article_pages_links_the_articles_own_addresses() -> None:
    entry = an_entry(url="https://wire.example/ferry")
    source = front_page(
        a_publisher(), now=NOON, lead=entry, latest=[], sections=[], feeds=[a_feed()], content_mode="none"
    )
    root: Any = lxml.html.document_fromstring(source)
    assert root.xpath("//article[@class='lead']//h2/a/@href") == ["https://wire.example/ferry"]


def test_links_stay_below_the_path_that_the_paper_is_served_from() -> None:
    root = front(base_url="https://paper.example/news/")
    assert root.xpath("//article[@class='lead']//h2/a/@href") == ["/news/articles/ferry"]
    assert all(str(href).startswith("/news/static/") for href in root.xpath("//head/link[@rel='stylesheet']/@href"))
    assert "/news/feeds/world" in root.xpath("//nav//@href")


def test_a_paper_without_stories_says_so() -> None:
    assert texts(front(lead=None), "//main//h2") == ["The first edition is being set"]


def test_a_story_in_another_language_is_marked() -> None:
    root = front(lead=an_entry(language="he"), latest=[OTHER])
    (lead,) = root.xpath("//article[@class='lead']")
    assert (lead.get("lang"), lead.get("dir")) == ("he", "rtl")
    assert not root.xpath("//section[@class='latest']//li/@lang")


def test_the_feeds_page_says_how_to_subscribe_and_lists_every_document() -> None:
    root: Any = lxml.html.document_fromstring(
        feeds_page(a_publisher(), [a_feed(), a_feed(slug="sport", title="Sport")])
    )
    hrefs = root.xpath("//main//@href")
    documents = [
        f"https://harbour.example/feeds/{slug}.{form}"
        for slug in ("world", "sport")
        for form in ("rss", "atom", "json")
    ]
    assert set(documents) <= set(hrefs)
    assert "https://harbour.example/feeds.opml" in hrefs
    assert "How to subscribe" in texts(root, "//h2")


def test_a_feeds_page_spells_out_its_addresses_and_shows_its_newest_stories() -> None:
    addresses = {form: f"https://harbour.example/feeds/world.{form}" for form in ("rss", "atom", "json")}
    feeds = [a_feed(), a_feed(slug="sport", title="Sport")]
    root: Any = lxml.html.document_fromstring(
        feed_page(a_publisher(), feeds[0], [LEAD], addresses, now=NOON, feeds=feeds)
    )
    assert texts(root, "//code") == list(addresses.values())
    assert root.xpath("//link[@rel='alternate']/@href") == list(addresses.values())
    assert texts(root, "//main//h3") == ["New ferry sails on time"]


def test_a_withdrawn_article_shows_when_and_the_public_note() -> None:
    source = gone_page(
        a_publisher(), title="New ferry", gone_at=NOON, note="A document was not genuine.\nWe apologise."
    )
    root: Any = lxml.html.document_fromstring(source)
    assert texts(root, "//h1") == ["This article has been withdrawn"]
    assert texts(root, "//p[@class='was']") == ["New ferry"]
    assert texts(root, "//time") == ["12:00 GMT, 4 March 2026"]
    assert texts(root, "//div[@class='note']/p") == ["A document was not genuine.", "We apologise."]
    assert root.xpath("//meta[@name='robots']/@content") == ["noindex"]


def test_an_erased_article_leaves_no_title() -> None:
    root: Any = lxml.html.document_fromstring(gone_page(a_publisher(), title=None, gone_at=NOON, note=None))
    assert not root.xpath("//p[@class='was']")
    assert texts(root, "//div[@class='note']") == ["It is no longer published here."]


def test_a_missing_page_leads_back_to_the_paper() -> None:
    root: Any = lxml.html.document_fromstring(not_found_page(a_publisher()))
    assert texts(root, "//h1") == ["Page not found"]
    assert root.xpath("//main//a/@href") == ["/"]
