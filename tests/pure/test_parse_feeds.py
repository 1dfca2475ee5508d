"""Feeds of every format: nothing an article has gets lost, and a bad entry costs no other."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.errors import InvalidError, UnreadableDocumentError
from syndicate.model.article import Article
from syndicate.parse.dates import read_date
from syndicate.parse.documents import read_document
from syndicate.parse.parsed import ParsedFeed
from syndicate.parse.pictures import same_picture_key

FIXTURES = Path(__file__).parents[1] / "fixtures" / "feeds"
REAL_FEEDS = Path(__file__).resolve().parents[2].parent / "shared" / "input" / "feeds"


def read(name: str) -> ParsedFeed:
    return read_document((FIXTURES / name).read_bytes(), address=f"https://harbour.example/{name}", content_type=None)


def wire(article: Article, *keys: str) -> Any:
    found = article.wire()
    return tuple(found.get(key) for key in keys) if len(keys) > 1 else found.get(keys[0])


def item(inner: str, head: str = "", declarations: str = "") -> Article:
    channel = f"<title>H</title><link>https://h.example/</link>{head}<item><title>T</title>{inner}</item>"
    text = f"<rss {declarations}><channel>{channel}</channel></rss>"
    found = read_document(text.encode(), address="https://h.example/feed", content_type=None)
    assert found.problems == ()
    return found.entries[0].article


def test_an_rss_item_keeps_all_it_says() -> None:
    feed = read("harbour.rss")
    article = feed.entries[0].article
    assert (feed.title, feed.url, feed.language) == ("Harbour Daily", "https://harbour.example/", "en-gb")
    assert (article.title, article.id) == ("Ferry & tug meet", "https://harbour.example/news/ferry.html")
    assert article.url == "https://harbour.example/news/ferry.html"
    assert wire(article, "published_at", "summary") == ("2026-03-04T09:30:00+01:00", "A calm morning.")
    assert wire(article, "authors") == [{"name": "Ada Pilot", "email": "desk@harbour.example"}, {"name": "Ben Mate"}]
    assert wire(article, "categories") == [
        {"term": "Shipping", "scheme": "https://harbour.example/topics"},
        {"term": "Local"},
    ]
    assert wire(article, "comments") == {
        "url": "https://harbour.example/news/ferry.html#comments",
        "count": 7,
        "feed_url": "https://harbour.example/news/ferry/comments.rss",
    }
    assert wire(article, "attachments") == [
        {"url": "https://harbour.example/a/horn.mp3", "type": "audio/mpeg", "length": 1234}
    ]
    assert wire(article, "rights") == {"copyright": "© 2026 Harbour Daily"}
    assert [str(change) for change in feed.entries[0].changes] == ["body_html: removed the attributes onclick"]


def test_each_picture_keeps_its_own_caption_and_credit() -> None:
    images = {image.url.rpartition("/")[2]: image for image in read("harbour.rss").entries[0].article.images}
    assert list(images) == ["quay-1200x800.jpg", "tug.jpg", "b.jpg"]
    quay, tug, crew = images.values()
    assert (quay.caption, quay.credit, quay.alt, quay.width) == ("The quay at dawn", "N. Shore", "The quay", 1200)
    assert (tug.caption, tug.credit, tug.alt) == ("The tug", "Cy Deck", "A red tug")
    assert (crew.caption, crew.credit) == ("The crew", None)


def test_a_picture_in_the_body_stands_where_it_stood_and_is_described_once() -> None:
    body = read("harbour.rss").entries[0].article.body_html
    assert body == '<p>Nobody was hurt.</p><img src="https://harbour.example/i/quay-1200x800.jpg">'


def test_a_copied_item_names_its_own_source_and_its_id_is_always_the_same() -> None:
    article = read("harbour.rss").entries[1].article
    assert article.id == "tag:harbour.example,2000:4711"
    assert wire(article, "source") == {
        "name": "The Wire",
        "url": "https://wire.example/",
        "feed_url": "https://wire.example/feed.xml",
    }
    assert article.published_at is None
    assert [(image.url, image.credit) for image in article.images] == [("https://harbour.example/i/lead.jpg", None)]


def test_an_item_without_title_gets_one_and_an_empty_one_is_a_problem() -> None:
    feed = read("harbour.rss")
    assert feed.entries[2].article.title == "Only a few words – no title."
    assert feed.entries[2].changes
    assert [(problem.position, problem.reason) for problem in feed.problems] == [(3, "title: is required")]


def test_an_own_item_names_the_feed_as_its_source() -> None:
    assert wire(read("harbour.rss").entries[0].article, "source") == {
        "name": "Harbour Daily",
        "url": "https://harbour.example/",
        "feed_url": "https://harbour.example/harbour.rss",
        "article_url": "https://harbour.example/news/ferry.html",
    }


def test_an_atom_entry_keeps_all_it_says() -> None:
    article = read("harbour.atom").entries[0].article
    assert wire(article, "title", "url") == ("Buoys & <lights>", "https://harbour.example/blog/1.html")
    assert wire(article, "published_at", "updated_at") == (
        "2026-03-04T09:00:00+01:00",
        "2026-03-04T10:00:00.500000+01:00",
    )
    assert wire(article, "authors") == [{"name": "Ada Pilot", "url": "https://harbour.example/ada"}]
    assert wire(article, "language", "summary") == ("en", "Two new buoys.")
    assert wire(article, "categories") == [
        {"term": "nav", "scheme": "https://harbour.example/terms", "label": "Navigation"}
    ]
    assert wire(article, "comments") == {"url": "https://harbour.example/blog/1.html#replies", "count": 3}
    assert [(image.url, image.caption, image.length) for image in article.images] == [
        ("https://harbour.example/blog/buoy.jpg", "A buoy at night", 99)
    ]
    assert wire(article, "attachments") == [
        {"url": "https://harbour.example/blog/chart.pdf", "type": "application/pdf", "title": "The chart"}
    ]
    assert article.source is not None
    assert article.source.article_url == "https://pilot.example/original"
    assert article.body_html == (
        "<p>Two <em>new</em> buoys.<br>"
        '<a href="https://harbour.example/chart" rel="noopener noreferrer nofollow">Chart</a></p>'
    )


def test_a_copied_atom_entry_keeps_the_source_it_names_and_its_authors() -> None:
    article = read("harbour.atom").entries[1].article
    assert wire(article, "source") == {
        "name": "The Pilots",
        "url": "https://pilot.example/news/",
        "feed_url": "https://pilot.example/feed",
    }
    assert wire(article, "authors", "body_html") == ([{"name": "Cy Deck"}], "<p>Plain &amp; simple.</p>")


def test_a_json_feed_item_keeps_all_it_says() -> None:
    feed = read("harbour.json")
    article = feed.entries[0].article
    assert [image.url.rpartition("/")[2] for image in article.images] == ["table.jpg", "banner.jpg", "gauge.png"]
    assert article.images[2].caption == "The gauge"
    assert wire(article, "attachments")[0] | {"url": ""} == {
        "url": "",
        "type": "audio/mpeg",
        "length": 99,
        "title": "Horn",
        "duration": 3.5,
    }
    assert wire(article, "keywords", "authors") == (
        ["tides", "tables"],
        [{"name": "Ada Pilot", "url": "https://harbour.example/ada"}],
    )
    assert wire(article, "related") == [{"title": "Tide table", "url": "https://tides.example/table"}]
    assert 'href="https://harbour.example/x"' in (article.body_html or "")
    assert (feed.title, feed.language, len(feed.problems)) == ("Harbour Notes", "en-GB", 2)


def test_a_json_feed_of_version_1_with_numeric_ids_and_plain_text_is_read() -> None:
    article = read("harbour.json").entries[1].article
    assert (article.id, article.title) == ("tag:harbour.example,2000:2", "One line <3. Another.")
    assert wire(article, "body_html", "authors") == ("<p>One line &lt;3.</p><p>Another.</p>", [{"name": "Ben Mate"}])


def test_rss_in_json_is_read_as_rss() -> None:
    item_ = {
        "title": "T",
        "guid": {"#value": "7", "isPermaLink": "false"},
        "enclosure": {"url": "https://h.example/a.jpg", "type": "image/jpeg", "length": 9},
    }
    document = {"rss": {"version": "2.0", "channel": {"title": "H", "link": "https://h.example/", "item": [item_]}}}
    article = read_document(json.dumps(document).encode(), address="x.json", content_type=None).entries[0].article
    assert (article.id, article.images[0].length) == ("tag:h.example,2000:7", 9)


@pytest.mark.parametrize(
    ("data", "count"),
    [
        (b'{"title": "T"}', 1),
        (b'[{"title": "T"}, {"title": "U"}]', 2),
        (b'{"items": [{"title": "T"}, {"title": "U"}]}', 2),
        (b'{"title": "T"}\n{"title": "U"}\n', 2),
        (b'\xef\xbb\xbf{"title": "T"}\n\n{"title": "U"}', 2),
    ],
)
def test_article_records_are_read_in_every_shape(data: bytes, count: int) -> None:
    found = read_document(data, address="stories.json", content_type=None)
    assert len(found.entries) == count
    assert not found.problems


def test_a_bad_line_of_records_costs_no_other() -> None:
    data = b'{"title": "T"}\n{"title": \n{"titel": "U"}\n{"title": "V"}'
    found = read_document(data, address="stories.ndjson", content_type=None)
    assert [entry.article.title for entry in found.entries] == ["T", "V"]
    assert [problem.position for problem in found.problems] == [2, 3]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"/etc/passwd",
        b"<html><body>x</body></html>",
        b'<!DOCTYPE rss [<!ENTITY x "y">]><rss><channel/></rss>',
        b"GIF89a",
        b'<?xml version="1.0"?><!-- <a> --><?x <!-- ?><!DOCTYPE rss PUBLIC "a" [<!ENTITY x "y">]><rss><channel/></rss>',
    ],
)
def test_what_is_no_document_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableDocumentError):
        read_document(data, address="x", content_type=None)


@pytest.mark.parametrize(
    "data",
    [
        "<rss><channel><item><title>Café &eacute; &nbsp;AT&T &#8217;</title></item></channel></rss>".encode(),
        "\ufeff\n<rss><channel><item><title>Café é \xa0AT&amp;T ’</title></item></channel></rss>".encode(),
        '<?xml version="1.0" encoding="iso-8859-1"?><rss><channel><item><title>Café é AT&amp;T ’</title></item>'.encode(
            "cp1252"
        ),
        '<?xml version="1.0" encoding="utf-16"?><rss><channel><item><title>Café é AT&amp;T ’</title></item>'.encode(
            "utf-16"
        ),
        "\x00\x0b<rss><channel><item><title>Café\x0b é AT&amp;T ’</title></item></channel></rss>".encode(),
    ],
    ids=["html references", "byte order mark", "latin-1, cut off", "utf-16", "controls"],
)
def test_broken_documents_in_any_encoding_are_mended(data: bytes) -> None:
    assert read_document(data, address="x", content_type=None).entries[0].article.title == "Café é AT&T ’"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Kochi raises &lt;span class='rupee'&gt;₹&lt;/span&gt;4,000 &amp;amp; more", "Kochi raises ₹4,000 & more"),
        ("&amp;lt;b&amp;gt;Ferry&amp;lt;/b&amp;gt; sails", "Ferry sails"),
        ("How to write &lt;ferry&gt; and &lt;/ferry&gt;", "How to write <ferry> and </ferry>"),
        ("5 &lt; 6 &amp; 7 &gt; 6", "5 < 6 & 7 > 6"),
    ],
)
def test_html_in_a_line_of_rss_becomes_plain_text(written: str, expected: str) -> None:
    assert wire(item("", head=f"<copyright>{written}</copyright>"), "rights") == {"copyright": expected}


def test_relative_addresses_in_a_saved_feed_count_from_the_address_it_gives_itself() -> None:
    entry = "<entry><id>a:1</id><title>T</title><content type='html'>&lt;img src='/p.jpg'&gt;</content></entry>"
    text = (
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>H</title>"
        f"<link rel='self' href='https://h.example/all.atom'/>{entry}</feed>"
    )
    found = read_document(text.encode(), address="saved.atom", content_type=None)
    assert wire(found.entries[0].article, "images") == [{"url": "https://h.example/p.jpg"}]


def test_descriptions_of_several_pictures_beside_them_go_to_each_in_turn() -> None:
    media = "".join(
        f'<m:content url="https://h.example/{name}.jpg" medium="image"/><m:description>{name}!</m:description>'
        for name in "ab"
    )
    article = item(f"{media}<m:credit>All</m:credit>", declarations='xmlns:m="http://search.yahoo.com/mrss/"')
    assert [(image.caption, image.credit) for image in article.images] == [("a!", "All"), ("b!", "All")]


def test_values_that_break_a_rule_are_left_out_and_the_story_stays() -> None:
    article = item(
        '<link>javascript:alert(1)</link><guid isPermaLink="false">9</guid>'
        '<enclosure url="data:x" type="image/png"/><pubDate>soon</pubDate>'
    )
    assert (article.url, article.images, article.published_at) == (None, (), None)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://h.example/a-150x150.jpg", "https://h.example/a-1200x800.jpg", True),
        ("https://h.example/90x90/a.jpg", "https://h.example/600x338/a.jpg", True),
        ("https://h.example/a.jpg?w=10&v=2", "https://h.example/a.jpg?w=900&v=2", True),
        ("https://h.example/x-mediumThreeByTwo440.jpg", "https://h.example/x-superJumbo.jpg", True),
        ("https://h.example/1.jpg", "https://h.example/2.jpg", False),
        ("https://h.example/2026/1/full.jpg", "https://h.example/2026/2/full.jpg", False),
        ("https://h.example/photos/1234/a.jpg", "https://h.example/photos/5678/a.jpg", False),
        ("https://h.example/a-two.jpg", "https://h.example/a-three.jpg", False),
        ("https://h.example/?id=1", "https://h.example/?id=2", False),
    ],
)
def test_renditions_of_one_picture_are_told_from_different_pictures(one: str, other: str, same: bool) -> None:
    assert (same_picture_key(one) == same_picture_key(other)) is same


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wed, 4 Mar 2026 12:00:00 GMT", datetime(2026, 3, 4, 12, tzinfo=UTC)),
        ("Wed, 4 Mar 2026 07:00:00  EST", datetime(2026, 3, 4, 12, tzinfo=UTC)),
        ("2026-03-04T13:00:00+01:00", datetime(2026, 3, 4, 12, tzinfo=UTC)),
        ("2026-03-04T12:00:00.1234567Z", datetime(2026, 3, 4, 12, 0, 0, 123456, tzinfo=UTC)),
        ("2026-03-04 12:00", datetime(2026, 3, 4, 12, tzinfo=UTC)),
        ("2026-03-04", datetime(2026, 3, 4, tzinfo=UTC)),
        ("0000-00-00", None),
        ("Wed, 99 Mar 2026 12:00:00 GMT", None),
        ("tomorrow", None),
        ("", None),
    ],
)
def test_dates_are_read_as_feeds_write_them(text: str, expected: datetime | None) -> None:
    assert read_date(text) == expected


@given(st.text(max_size=60))
def test_any_text_is_a_date_or_none(text: str) -> None:
    found = read_date(text)
    assert found is None or found.tzinfo is not None


@given(st.binary(max_size=200) | st.text(alphabet='<>/&;"[]{}:!- rschanelitmdk=', max_size=200).map(str.encode))
def test_any_bytes_are_a_document_or_an_error_of_ours(data: bytes) -> None:
    try:
        assert isinstance(read_document(b"<rss><channel><item>" + data, address="x", content_type=None), ParsedFeed)
        read_document(data, address="x", content_type=None)
    except InvalidError as error:
        assert error.message  # noqa: PT017 - either outcome is right, anything else is not


@pytest.mark.skipif(not REAL_FEEDS.is_dir(), reason="needs feeds of real publishers, which are theirs")
def test_feeds_of_real_publishers_are_read_whole() -> None:
    for path in sorted(REAL_FEEDS.iterdir()):
        feed = read_document(path.read_bytes(), address=f"https://feeds.example/{path.name}", content_type=None)
        assert feed.entries, path.name
        assert feed.problems == (), path.name
        assert all(entry.article.id for entry in feed.entries), path.name
        if path.name == "dailymail.rss":
            assert sum(bool(entry.article.images) for entry in feed.entries) == 62
            assert "None" not in {image.credit for entry in feed.entries for image in entry.article.images}
