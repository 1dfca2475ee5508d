"""One test for each defect of feedgen 1.0 that `render.feedgen_extensions` or `render.xml_feeds` puts right."""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree as ET

import feedparser

from syndicate.model.article import Source
from syndicate.model.entry import FeedContent
from syndicate.render.feeds import render
from syndicate.render.namespaces import ATOM, CONTENT, MEDIA
from tests.builders import NOON, an_entry, an_image, feed_content

NS = {"atom": ATOM, "media": MEDIA}


def channel(content: FeedContent) -> ET.Element:
    return ET.fromstring(render(content, "rss"))[0]


def atom(content: FeedContent) -> ET.Element:
    return ET.fromstring(render(content, "atom"))


def test_links_of_atom_entries_keep_rel_type_length_and_title() -> None:
    entry = atom(feed_content(an_entry(images=[an_image(1), an_image(2)]))).find("atom:entry", NS)
    assert entry is not None
    assert [link.attrib for link in entry.findall("atom:link", NS)] == [
        {"rel": "alternate", "href": "https://harbour.example/articles/ferry", "type": "text/html"},
        *(
            {
                "rel": "enclosure",
                "href": f"https://images.harbour.example/{number}.jpg",
                "type": "image/jpeg",
                "length": "123456",
                "title": f"Caption {number} (Photographer {number})",
            }
            for number in (1, 2)
        ),
    ]


def test_the_captions_of_atom_enclosures_reach_feedparser() -> None:
    read = feedparser.parse(render(feed_content(an_entry(images=[an_image(1), an_image(2)])), "atom"))
    assert [file.title for file in read.entries[0].enclosures] == [
        "Caption 1 (Photographer 1)",
        "Caption 2 (Photographer 2)",
    ]


def test_the_source_of_an_atom_entry_has_id_updated_and_self() -> None:
    wire = Source(name="Wire", url="https://wire.example/", feed_url="https://wire.example/feed")
    source = atom(feed_content(an_entry(source=wire))).find("atom:entry/atom:source", NS)
    assert source is not None
    assert [(child.tag.removeprefix(f"{{{ATOM}}}"), child.text or child.get("href")) for child in source] == [
        ("id", "https://wire.example/feed"),
        ("title", "Wire"),
        ("updated", "2026-03-04T11:00:00Z"),
        ("link", "https://wire.example/feed"),
        ("link", "https://wire.example/"),
    ]


def test_the_channel_link_is_the_site_and_not_the_feed() -> None:
    assert channel(feed_content()).findtext("link") == "https://harbour.example/"


def test_the_dates_of_a_feed_are_those_of_its_content_and_not_of_its_rendering() -> None:
    assert channel(feed_content()).findtext("lastBuildDate") == "Wed, 04 Mar 2026 12:00:00 GMT"
    assert atom(feed_content()).findtext("atom:updated", namespaces=NS) == "2026-03-04T12:00:00+00:00"
    assert atom(feed_content()).findtext("atom:entry/atom:updated", namespaces=NS) == "2026-03-04T11:00:00+00:00"


def test_rss_dates_are_in_gmt_whatever_the_offset_of_the_article() -> None:
    published = (NOON - timedelta(hours=3)).replace(year=999)
    assert channel(feed_content(an_entry(published_at=published))).findtext("item/pubDate") == (
        "Mon, 04 Mar 0999 09:00:00 GMT"
    )


def test_different_pictures_are_not_put_into_one_group() -> None:
    for root in (channel(feed_content(an_entry(images=[an_image(1), an_image(2)]))), atom(feed_content())):
        assert root.find(".//media:group", NS) is None
    assert (
        len(channel(feed_content(an_entry(images=[an_image(1), an_image(2)]))).findall("item/media:content", NS)) == 2
    )


def test_only_the_lead_picture_is_the_enclosure_of_an_rss_item() -> None:
    found = channel(feed_content(an_entry(images=[an_image(1), an_image(2)]))).findall("item/enclosure")
    assert [enclosure.get("url") for enclosure in found] == ["https://images.harbour.example/1.jpg"]


def test_the_content_of_an_atom_entry_is_html_and_its_summary_text() -> None:
    entry = atom(feed_content()).find("atom:entry", NS)
    assert entry is not None
    assert [(part.tag[len(ATOM) + 2 :], part.get("type")) for part in entry if part.tag[-1] in "ty" and part.text][
        :2
    ] == [
        ("content", "html"),
        ("summary", None),
    ]


def test_the_elements_of_an_item_stand_so_that_feedparser_takes_no_caption_for_the_body() -> None:
    entry = an_entry(images=[an_image(1)], keywords=["k"], short_title="S", authors=[{"name": "A"}])
    item = channel(feed_content(entry)).find("item")
    assert item is not None
    tags = [child.tag for child in item]
    assert tags[:4] == ["title", "link", "guid", "pubDate"]
    assert tags[-4:] == ["description", f"{{{CONTENT}}}encoded", "enclosure", f"{{{MEDIA}}}content"]


def test_the_term_of_a_category_is_not_replaced_by_its_label() -> None:
    category = {"term": "medtop:1", "scheme": "http://cv.example/", "label": "Transport"}
    content = feed_content(an_entry(categories=[category], keywords=["Transport", "ferry"]))
    found = channel(content).findall("item/category")
    assert [(each.text, each.get("domain")) for each in found] == [
        ("medtop:1", "http://cv.example/"),
        ("Transport", None),
        ("ferry", None),
    ]
    assert [each.attrib for each in atom(content).findall("atom:entry/atom:category", NS)] == [
        category,
        {"term": "ferry"},
    ]


def test_plain_text_is_written_so_that_no_reader_takes_it_for_html() -> None:
    content = feed_content(an_entry(title="AT&T <b", images=[an_image(1, caption="a < b")]), title="R&D")
    for name in ("rss", "atom"):
        written = render(content, name)
        assert b"<title>AT&#x26;T &#x3C;b</title>" in written
        assert b"<title>R&#x26;D</title>" in written
        assert b">a &#x3C; b</media:description>" in written
