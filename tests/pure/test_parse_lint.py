"""The linter: what readers and partners would not take of a document."""

from __future__ import annotations

from typing import Any

import pytest

from syndicate.model.declarations import Dialect
from syndicate.parse.lint.documents import lint_document
from syndicate.render.feeds import FORMATS, render
from tests.builders import NOON, an_entry, an_image, feed_content

ITEM = """<title>The new ferry sails on time</title><link>https://paper.example/1</link>
<guid isPermaLink="false">tag:paper.example,2026:1</guid><pubDate>Wed, 04 Mar 2026 10:00:00 GMT</pubDate>
<description>It left at nine.</description>"""
ENTRY = """<id>tag:paper.example,2026:1</id><title>The new ferry</title><updated>2026-03-04T10:00:00Z</updated>
<link href="https://paper.example/1"/><content>It left at nine.</content>"""


def rss(item: str = ITEM, head: str = "<title>Paper</title><link>https://paper.example/</link>"
        "<description>News</description><language>en</language>") -> bytes:  # fmt: skip
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}<item>{item}</item></channel></rss>'.encode()


def atom(entry: str = ENTRY) -> bytes:
    head = "<id>https://paper.example/</id><title>Paper</title><updated>2026-03-04T10:00:00Z</updated>"
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{head}<entry>{entry}</entry></feed>'.encode()


def found(data: bytes, *, dialect: Dialect = "standard", **options: Any) -> dict[str, bool]:
    options = {"address": "feed.xml", "content_type": None} | options
    linted = lint_document(data, dialect=dialect, now=NOON, **options)
    return {each.finding.code: each.finding.refuses for each in linted.complaints}


@pytest.mark.parametrize("format_name", FORMATS)
def test_our_own_documents_are_clean(format_name: str) -> None:
    entry = an_entry(images=(an_image(),))
    kind = FORMATS[format_name].media_type
    assert found(render(feed_content(entry), format_name), content_type=kind) == {}


def test_a_plain_feed_is_clean() -> None:
    assert found(rss()) == {}
    assert found(atom()) == {}


@pytest.mark.parametrize(
    ("old", "new", "code", "refuses"),
    [
        ("</title>", "", "not_well_formed", True),
        ('<?xml version="1.0"?>', '\n<?xml version="1.0"?>', "leading_space", True),
        ('<?xml version="1.0"?>', '<?xml version="1.0" encoding="ISO-8859-1"?>', "encoding", False),
        ("<description>News</description>", "", "element_missing", True),
        ('<guid isPermaLink="false">tag:paper.example,2026:1</guid>', "", "id_missing", True),
        (' isPermaLink="false"', "", "guid_not_address", False),
        ("</item>", f"</item><item>{ITEM}</item>", "id_repeated", True),
        ("Wed, 04 Mar 2026 10:00:00 GMT", "yesterday", "date_unreadable", True),
        ("Wed, 04 Mar 2026 10:00:00 GMT", "2026-03-04 10:00", "date_format", True),
        ("Wed, 04 Mar 2026 10:00:00 GMT", "Wed, 04 Mar 2026 10:00:00", "date_format", True),
        ("Wed, 04 Mar 2026 10:00:00 GMT", "Wed, 04 Mar 2026 12:10:01 GMT", "date_ahead", True),
        ("<pubDate>Wed, 04 Mar 2026 10:00:00 GMT</pubDate>", "", "date_missing", False),
        ("https://paper.example/1", "/1", "address_relative", True),
        ("The new ferry", "The &lt;b>new&lt;/b> ferry", "title_markup", False),
        ("It left at nine.", "&lt;script>alert(1)&lt;/script>It left.", "html_unsafe", False),
        ("<pubDate>", '<enclosure url="https://p.example/1.jpg" length="0"/><pubDate>', "enclosure_type", True),
        ("<pubDate>", '<enclosure url="https://p.example/1.jpg" type="a/b"/><pubDate>', "enclosure_length", False),
        (
            "<pubDate>",
            '<enclosure url="https://p.example/1.jpg" type="image/jpeg" length="1 MB"/><pubDate>',
            "enclosure_length",
            True,
        ),
        ("<pubDate>", '<enclosure url="/1.jpg" type="image/jpeg" length="0"/><pubDate>', "address_relative", True),
        ("<pubDate>", 2 * '<enclosure url="https://p.example/1.jpg" type="a/b" length="0"/>' + "<pubDate>",
         "enclosures", False),
    ],
)  # fmt: skip
def test_what_readers_stumble_over_in_rss_is_found(old: str, new: str, code: str, *, refuses: bool) -> None:
    text = rss().decode()
    assert old in text
    assert found(text.replace(old, new, 1).encode())[code] is refuses


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<id>tag:paper.example,2026:1</id>", "", "id_missing"),
        ("<updated>2026-03-04T10:00:00Z</updated><link", "<link", "date_missing"),
        ("<title>The new ferry</title>", "", "title_missing"),
        ("2026-03-04T10:00:00Z", "Wed, 04 Mar 2026 10:00:00 GMT", "date_format"),
        ("2026-03-04T10:00:00Z", "2026-03-05T10:00:00Z", "date_ahead"),
        ("<id>https://paper.example/</id>", "", "element_missing"),
        ('href="https://paper.example/1"', 'href="1"', "address_relative"),
    ],
)
def test_what_readers_stumble_over_in_atom_is_found(old: str, new: str, code: str) -> None:
    text = atom().decode().replace("\n", "")
    assert old in text
    assert found(text.replace(old, new).encode())[code] is True


def test_what_readers_stumble_over_in_json_is_found() -> None:
    codes = found(b'{"version": "https://jsonfeed.org/version/1.1", "title": "P", "items": [{"url": "/1"}]}')
    assert {"id_missing", "text_missing", "address_relative"} <= {code for code, refuses in codes.items() if refuses}


def test_a_page_is_no_feed() -> None:
    assert found(b"<html><body>Sorry</body></html>")["unreadable"] is True
    assert found(b"")["unreadable"] is True


def test_the_media_type_and_the_encoding_of_an_answer_are_held_against_the_document() -> None:
    address = "https://paper.example/feed"
    assert found(rss(), address=address, content_type="text/html")["media_type"] is True
    assert found(rss(), address=address, content_type="text/xml; charset=iso-8859-1")["charset_differs"] is True
    assert found(rss(), address=address, content_type="text/xml; charset=utf-8") == {"self_missing": False}


def test_a_partners_limits_are_asked_for_by_name() -> None:
    short = rss().replace(b"The new ferry sails on time", b"Ferry late")
    assert found(short) == {}
    assert found(short, dialect="msn")["title_length"] is True
    assert found(short, dialect="flipboard")["picture_missing"] is True


def test_a_complaint_names_the_story_it_is_about() -> None:
    linted = lint_document(
        rss().replace(b"GMT", b"XX"), address="feed.xml", content_type=None, dialect="standard", now=NOON
    )
    assert [each.entry for each in linted.complaints] == ["tag:paper.example,2026:1"]
