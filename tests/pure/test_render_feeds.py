"""What every feed format promises, and what each says in its own way."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.model.article import Article, Source
from syndicate.model.entry import Entry, FeedContent, Tombstone
from syndicate.render.feeds import FORMATS, render
from syndicate.render.namespaces import ATOM, DC, DCTERMS, MEDIA, SLASH, THR, TOMBSTONES, WFW
from tests.builders import NOON, an_entry, an_image, feed_content

GOLDEN = Path(__file__).parent / "golden"
SEED = Path(__file__).resolve().parents[2].parent / "shared" / "input" / "seed-article.json"
XML_FORMATS = ["rss", "atom"]
WIRE = Source(name="Wire & Co", url="https://wire.example/", feed_url="https://wire.example/feed?a=1&b=2")
HOSTILE = "1 < 2 & 3 ]]> &nbsp; &amp; שלום \u202eRTL\u202c 😀 'q' \"q\" " + "long " * 200


def xml(content: FeedContent, name: str) -> ET.Element:
    return ET.fromstring(render(content, name))


def item(content: FeedContent) -> ET.Element:
    found = xml(content, "rss").find("channel/item")
    assert found is not None
    return found


def atom_entry(content: FeedContent) -> ET.Element:
    found = xml(content, "atom").find(f"{{{ATOM}}}entry")
    assert found is not None
    return found


def json_item(content: FeedContent) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(render(content, "json"))["items"][0]
    return found


def links(element: ET.Element, rel: str) -> list[dict[str, str]]:
    found = [link.attrib for link in element.findall(f"{{{ATOM}}}link") if link.get("rel") == rel]
    return [{name: value for name, value in link.items() if name != "rel"} for link in found]


def a_full_feed() -> FeedContent:
    own = an_entry(
        title="Ferry & harbour <new>",
        short_title="Ferry",
        byline="By Ann Lee for Harbour Daily",
        authors=[{"name": "Ann Lee", "url": "https://harbour.example/ann"}],
        body_html='<p>Left.<img src="https://images.harbour.example/2.jpg">Arrived.</p>',
        images=[an_image(1), an_image(2, rights={"copyright": "© 2026 Port Pictures", "deny_partners": ["gazette"]})],
        categories=[{"term": "medtop:1", "scheme": "http://cv.iptc.org/newscodes/mediatopic/", "label": "Transport"}],
        keywords=["ferry", "transport"],
        attachments=[{"url": "https://harbour.example/a.mp3", "type": "audio/mpeg", "length": 5, "duration": 61.5}],
        related=[{"title": "Older ferry", "url": "https://harbour.example/articles/older"}],
        comments={"url": "https://harbour.example/c", "count": 2, "feed_url": "https://harbour.example/c.rss"},
        rights={"copyright": "© 2026 Harbour Daily", "licence_url": "https://harbour.example/terms"},
        corrections=[{"note": "It left at nine.", "at": NOON}],
        editor_note="Check the spelling of Lee.",
        published_at=datetime(2026, 3, 4, 9, 50, tzinfo=ZoneInfo("Europe/Paris")),
        updated_at=datetime(2026, 3, 4, 10, 54, tzinfo=ZoneInfo("Europe/Paris")),
    )
    copied = an_entry(id="tag:wire.example,2026:1", url="https://wire.example/1", source=WIRE, title="From the wire")
    gone = Tombstone("tag:harbour.example,2026:gone", NOON + timedelta(minutes=5), "Withdrawn <in error>")
    return feed_content(own, copied, tombstones=(gone,), ttl=15)


@pytest.mark.parametrize("name", FORMATS)
def test_a_feed_is_written_as_reviewed(name: str) -> None:
    written = render(a_full_feed(), name).decode()
    if name == "json":
        written = json.dumps(json.loads(written), ensure_ascii=False, indent=2) + "\n"
    assert written == (GOLDEN / f"feed.{name}").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_equal_content_gives_equal_bytes_without_a_byte_before_the_document(name: str) -> None:
    written = render(a_full_feed(), name)
    assert written == render(a_full_feed(), name)
    assert written[:1] in (b"<", b"{")


@pytest.mark.parametrize(("name", "extension"), [("rss", ".rss"), ("atom", ".atom"), ("json", ".json")])
def test_a_format_knows_its_suffix_and_charset(name: str, extension: str) -> None:
    assert FORMATS[name].suffix == extension
    assert FORMATS[name].media_type.endswith("; charset=utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_a_feed_without_entries_can_be_read(name: str) -> None:
    empty = render(dataclasses.replace(feed_content(), entries=()), name)
    assert json.loads(empty)["items"] == [] if name == "json" else feedparser.parse(empty).bozo is False


@pytest.mark.parametrize("name", FORMATS)
def test_entries_stay_in_the_order_given_and_keep_their_ids(name: str) -> None:
    content = feed_content(*(an_entry(id=f"tag:harbour.example,2026:{number}") for number in (3, 1, 2)))
    ids = [f"tag:harbour.example,2026:{number}" for number in (3, 1, 2)]
    written = render(content, name)
    read = (
        [each["id"] for each in json.loads(written)["items"]]
        if name == "json"
        else [each.id for each in feedparser.parse(written).entries]
    )
    assert read == ids


@pytest.mark.parametrize("name", XML_FORMATS)
def test_feedparser_gets_titles_bodies_dates_and_captions_back(name: str) -> None:
    entry = an_entry(body_html="<p>The <b>whole</b> text.</p>", images=[an_image(1)])
    read = feedparser.parse(render(feed_content(entry), name))
    [got] = read.entries
    assert read.bozo is False
    assert got.title == "New ferry sails on time"
    assert got.summary == "The first crossing of the new ferry left on the minute."
    [body] = got.content
    assert "<p>The <b>whole</b> text.</p>" in body.value
    assert "<figcaption>Caption 1 <cite>Photographer 1</cite></figcaption>" in body.value
    assert got.published_parsed[:5] == (2026, 3, 4, 10, 0)
    assert got.updated_parsed[:5] == (2026, 3, 4, 11, 0)
    assert got.enclosures[0].href == "https://images.harbour.example/1.jpg"
    assert got.media_content[0]["url"] == "https://images.harbour.example/1.jpg"


@pytest.mark.parametrize("name", XML_FORMATS)
def test_a_title_with_markup_in_it_is_text(name: str) -> None:
    root = xml(feed_content(an_entry(title="AT&T <b>x</b>")), name)
    titles = [title.text for title in root.iter() if title.tag in ("title", f"{{{ATOM}}}title")]
    assert titles[1] == "AT&T <b>x</b>"


def test_a_title_with_markup_in_it_reaches_an_atom_reader_unchanged() -> None:
    read = feedparser.parse(render(feed_content(an_entry(title="AT&T <b>x</b>")), "atom"))
    assert read.entries[0].title == "AT&T <b>x</b>"


@pytest.mark.parametrize("name", FORMATS)
def test_one_hostile_article_does_not_take_the_feed_down(name: str) -> None:
    hostile = an_entry(
        title=HOSTILE,
        summary=HOSTILE,
        byline=HOSTILE,
        body_html="<p>]]&gt; &amp;nbsp; שלום 😀</p>",
        authors=[{"name": "A & B", "email": "a&b@harbour.example"}],
        images=[an_image(1, caption=HOSTILE, credit="<&>", alt=HOSTILE)],
        categories=[HOSTILE],
        source={"name": "<&>", "url": "https://wire.example/?a=1&b=2"},
        related=[{"title": HOSTILE, "url": "https://wire.example/?a=1&b=2"}],
        rights={"copyright": HOSTILE},
    )
    tombstone = Tombstone("tag:harbour.example,2026:x", NOON, "]]> & \x00 <b>")
    written = render(feed_content(hostile, an_entry(), tombstones=(tombstone,), title=HOSTILE), name)
    if name == "json":
        assert json.loads(written)["items"][0]["title"] == HOSTILE.strip()
    else:
        read = feedparser.parse(written)
        assert read.bozo is False
        assert read.entries[1].title == "New ferry sails on time"


@given(text=st.text(max_size=60), caption=st.text(max_size=60))
def test_any_text_comes_back_as_it_went_in(text: str, caption: str) -> None:
    image = an_image(1, caption=caption or None)
    entry = an_entry(title=f"t{text}", images=[image])
    content = feed_content(entry)
    captions = f"{{{MEDIA}}}content/{{{MEDIA}}}description"
    assert item(content).findtext("title") == entry.article.title
    assert item(content).findtext(captions, "") == (image.caption or "")
    assert atom_entry(content).findtext(f"{{{ATOM}}}title") == entry.article.title
    assert atom_entry(content).findtext(captions, "") == (image.caption or "")


def test_the_head_names_the_feed_its_site_and_its_language() -> None:
    channel = xml(a_full_feed(), "rss").find("channel")
    assert channel is not None
    head = {child.tag: child.text for child in channel if child.tag != "item"}
    assert head == {
        "title": "World news",
        "link": "https://harbour.example/",
        "description": "World news from Harbour Daily",
        f"{{{ATOM}}}link": None,
        "docs": "https://www.rssboard.org/rss-specification",
        "generator": "syndicate",
        "language": "en-GB",
        "lastBuildDate": "Wed, 04 Mar 2026 12:05:00 GMT",
        "ttl": "15",
    }
    assert links(channel, "self") == [
        {"href": "https://harbour.example/feeds/world.rss", "type": "application/rss+xml"}
    ]


@pytest.mark.parametrize(
    ("content", "changed"),
    [
        (feed_content(), "2026-03-04T12:00:00+00:00"),
        (feed_content(an_entry(updated_at=NOON + timedelta(hours=1))), "2026-03-04T13:00:00+00:00"),
        (feed_content(tombstones=(Tombstone("tag:a,2026:b", NOON + timedelta(hours=2)),)), "2026-03-04T14:00:00+00:00"),
    ],
)
def test_a_feed_changed_when_the_newest_thing_in_it_did(content: FeedContent, changed: str) -> None:
    assert xml(content, "atom").findtext(f"{{{ATOM}}}updated") == changed


def test_a_feed_may_speak_another_language_than_its_publisher() -> None:
    content = feed_content(language="cy")
    assert xml(content, "rss").findtext("channel/language") == "cy"
    assert json.loads(render(content, "json"))["language"] == "cy"


def test_dates_keep_the_offset_of_the_article_and_name_no_zone() -> None:
    paris = datetime(2026, 7, 4, 9, 50, 1, 500000, tzinfo=ZoneInfo("Europe/Paris"))
    content = feed_content(an_entry(published_at=paris, updated_at=paris))
    stamp = "2026-07-04T09:50:01.500000+02:00"
    assert item(content).findtext("pubDate") == "Sat, 04 Jul 2026 07:50:01 GMT"
    assert item(content).findtext(f"{{{ATOM}}}updated") == stamp
    assert atom_entry(content).findtext(f"{{{ATOM}}}published") == stamp
    assert json_item(content)["date_modified"] == stamp


def test_an_offset_that_rfc_3339_cannot_write_becomes_utc() -> None:
    mean_time = datetime(1880, 1, 1, 12, tzinfo=UTC).astimezone(ZoneInfo("America/New_York"))
    content = feed_content(an_entry(published_at=mean_time))
    assert atom_entry(content).findtext(f"{{{ATOM}}}published") == "1880-01-01T12:00:00+00:00"
    assert json_item(content)["date_published"] == "1880-01-01T12:00:00Z"


def test_an_id_is_a_permalink_only_where_it_is_the_address_of_the_item() -> None:
    same = an_entry(id="https://harbour.example/a", url="https://harbour.example/a")
    guids = [item(feed_content(entry)).find("guid") for entry in (an_entry(), same)]
    assert [guid.get("isPermaLink") for guid in guids if guid is not None] == ["false", "true"]


def test_a_republished_item_names_the_feed_it_comes_from_and_the_original() -> None:
    content = feed_content(an_entry(source=WIRE, url="https://wire.example/1"))
    source = item(content).find("source")
    assert source is not None
    assert (source.text, source.get("url")) == ("Wire & Co", "https://wire.example/feed?a=1&b=2")
    assert links(item(content), "via") == [{"href": "https://wire.example/1", "type": "text/html"}]
    assert json_item(content)["external_url"] == "https://wire.example/1"
    assert "Posted on: <a" in json_item(content)["content_html"]


def test_a_republished_item_without_a_known_feed_names_the_site() -> None:
    source = item(feed_content(an_entry(source=Source(name="Wire", url="https://wire.example/")))).find("source")
    assert source is not None
    assert source.get("url") == "https://wire.example/"


def test_own_items_name_no_source() -> None:
    content = feed_content(an_entry())
    assert item(content).find("source") is None
    assert atom_entry(content).find(f"{{{ATOM}}}source") is None
    assert "external_url" not in json_item(content)


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"authors": [{"name": "A"}, {"name": "B"}], "byline": "By C"}, ["A", "B"]),
        ({"byline": "By C for D"}, ["C for D"]),
        ({"byline": "Byron"}, ["Byron"]),
        ({"source": WIRE}, ["Wire & Co"]),
    ],
)
def test_every_entry_has_an_author(changes: dict[str, Any], names: list[str]) -> None:
    content = feed_content(an_entry(**changes))
    assert [creator.text for creator in item(content).findall(f"{{{DC}}}creator")] == names
    assert [name.text for name in atom_entry(content).findall(f"{{{ATOM}}}author/{{{ATOM}}}name")] == names
    assert [author["name"] for author in json_item(content)["authors"]] == names


def test_an_address_of_an_author_never_stands_in_rss() -> None:
    content = feed_content(an_entry(authors=[{"name": "A", "email": "a@harbour.example"}]))
    assert item(content).find("author") is None
    assert atom_entry(content).findtext(f"{{{ATOM}}}author/{{{ATOM}}}email") == "a@harbour.example"


def a_picture(content: FeedContent, read: Callable[[FeedContent], ET.Element]) -> SimpleNamespace:
    media = read(content).find(f"{{{MEDIA}}}content")
    assert media is not None
    children = {child.tag.removeprefix(f"{{{MEDIA}}}"): child.text for child in media}
    return SimpleNamespace(attributes=media.attrib, **children)


@pytest.mark.parametrize("read", [item, atom_entry])
def test_a_picture_carries_its_own_caption_alt_credit_and_copyright(read: Callable[[FeedContent], ET.Element]) -> None:
    image = an_image(1, rights={"copyright": "© Port"})
    picture = a_picture(feed_content(an_entry(images=[image])), read)
    assert (picture.title, picture.description) == ("Caption 1", "Caption 1")
    assert (picture.text, picture.credit, picture.copyright) == ("What picture 1 shows", "Photographer 1", "© Port")
    assert picture.attributes == {
        "url": "https://images.harbour.example/1.jpg",
        "type": "image/jpeg",
        "medium": "image",
        "width": "1200",
        "height": "800",
        "fileSize": "123456",
        "isDefault": "true",
    }


def test_what_is_not_known_of_a_picture_is_left_out() -> None:
    bare = {"caption": None, "credit": None, "alt": None, "type": None, "width": None, "height": None, "length": None}
    content = feed_content(an_entry(images=[an_image(1, url="https://harbour.example/picture", **bare)]))
    picture = a_picture(content, item)
    assert vars(picture).keys() == {"attributes"}
    assert picture.attributes.keys() == {"url", "medium", "isDefault"}
    assert item(content).find("enclosure") is None
    assert links(atom_entry(content), "enclosure") == []
    assert "attachments" not in json_item(content)


def test_the_type_of_a_picture_is_read_off_its_address_where_it_is_not_recorded() -> None:
    image = an_image(1, type=None, length=None, url="https://harbour.example/a.PNG?w=100")
    enclosure = item(feed_content(an_entry(images=[image]))).find("enclosure")
    assert enclosure is not None
    assert enclosure.attrib == {"url": "https://harbour.example/a.PNG?w=100", "length": "0", "type": "image/png"}


def test_attachments_are_carried_in_every_format() -> None:
    audio = {"url": "https://harbour.example/a.mp3", "type": "audio/mpeg", "length": 5, "title": "T", "duration": 61.5}
    content = feed_content(an_entry(attachments=[audio]))
    assert links(atom_entry(content), "enclosure") == [
        {"href": "https://harbour.example/a.mp3", "type": "audio/mpeg", "length": "5", "title": "T"}
    ]
    assert json_item(content)["attachments"] == [
        {
            "url": "https://harbour.example/a.mp3",
            "mime_type": "audio/mpeg",
            "title": "T",
            "size_in_bytes": 5,
            "duration_in_seconds": 61.5,
        }
    ]
    media = item(content).find(f"{{{MEDIA}}}content")
    assert media is not None
    assert (media.get("medium"), media.get("duration")) == ("audio", "62")


def test_related_stories_and_comments_are_links_in_every_format() -> None:
    content = a_full_feed()
    related = {"href": "https://harbour.example/articles/older", "title": "Older ferry"}
    assert links(item(content), "related") == [related]
    assert links(atom_entry(content), "related") == [related | {"type": "text/html"}]
    assert links(atom_entry(content), "replies") == [
        {"href": "https://harbour.example/c", "type": "text/html", f"{{{THR}}}count": "2"},
        {"href": "https://harbour.example/c.rss"},
    ]
    assert item(content).findtext("comments") == "https://harbour.example/c"
    assert item(content).findtext(f"{{{SLASH}}}comments") == "2"
    assert item(content).findtext(f"{{{WFW}}}commentRss") == "https://harbour.example/c.rss"
    assert json_item(content)["_syndicate"]["comments"]["count"] == 2
    for html in (json_item(content)["content_html"], atom_entry(content).findtext(f"{{{ATOM}}}content", "")):
        assert '<a href="https://harbour.example/articles/older">Older ferry</a>' in html
        assert '<a href="https://harbour.example/c">Leave a reply</a>' in html


def test_rights_short_title_and_expiry_are_carried() -> None:
    rights = {"copyright": "© H", "licence": "CC BY", "licence_url": "https://harbour.example/by"}
    content = feed_content(an_entry(rights=rights, short_title="Short", expires_at=NOON + timedelta(days=9)))
    assert item(content).findtext(f"{{{DC}}}rights") == "© H; CC BY"
    assert atom_entry(content).findtext(f"{{{ATOM}}}rights") == "© H; CC BY"
    for element in (item(content), atom_entry(content)):
        assert links(element, "license") == [{"href": "https://harbour.example/by"}]
        assert element.findtext(f"{{{DCTERMS}}}alternative") == "Short"
        assert element.findtext(f"{{{DCTERMS}}}valid") == "end=2026-03-13T12:00:00Z; scheme=W3C-DTF"


def test_what_is_for_partners_only_reaches_no_reader() -> None:
    rights = {"allow_partners": ["secret-partner"], "deny_partners": ["gazette"]}
    hidden = an_entry(
        editor_note="between us",
        extensions={"desk": "between us"},
        rights=rights,
        images=[an_image(1, rights=rights)],
    )
    for name in FORMATS:
        written = render(feed_content(hidden), name)
        assert not any(word in written for word in (b"between us", b"secret-partner", b"gazette")), name


@pytest.mark.parametrize(("content", "text"), [("full", "three"), (2, "two"), ("summary", "minute.")])
def test_a_feed_shows_as_much_of_the_body_as_it_declares(content: Any, text: str) -> None:
    feed = feed_content(an_entry(body_html="<p>one</p><p>two</p><p>three</p>"), content=content)
    html = json_item(feed)["content_html"]
    assert html.removesuffix("</p>").endswith(text)
    assert atom_entry(feed).findtext(f"{{{ATOM}}}content") == html


def test_tombstones_stand_before_the_entries() -> None:
    feed = xml(a_full_feed(), "atom")
    tags = [child.tag for child in feed]
    assert tags.index(f"{{{TOMBSTONES}}}deleted-entry") < tags.index(f"{{{ATOM}}}entry")
    tombstone = feed.find(f"{{{TOMBSTONES}}}deleted-entry")
    assert tombstone is not None
    assert tombstone.attrib == {"ref": "tag:harbour.example,2026:gone", "when": "2026-03-04T12:05:00Z"}
    assert tombstone.findtext(f"{{{TOMBSTONES}}}comment") == "Withdrawn <in error>"
    assert json.loads(render(a_full_feed(), "json"))["_syndicate"]["deleted"] == [
        {"id": "tag:harbour.example,2026:gone", "when": "2026-03-04T12:05:00Z", "note": "Withdrawn <in error>"}
    ]


def test_json_feed_has_no_empty_members() -> None:
    def members(value: Any) -> list[Any]:
        if isinstance(value, dict):
            return [found for member in value.values() for found in [member, *members(member)]]
        return [found for member in value for found in members(member)] if isinstance(value, list) else []

    bare = an_entry(summary=None, body_html=None, categories=[], language=None)
    assert not [
        member for member in members(json.loads(render(feed_content(bare), "json"))) if member in (None, "", [])
    ]


def test_a_whole_page_with_fourteen_captions_and_two_credits_goes_through() -> None:
    if not SEED.exists():
        pytest.skip("the sample page is not on this machine")
    article = Article.model_validate_json(SEED.read_text(encoding="utf-8"))
    assert article.published_at is not None
    assert article.updated_at is not None
    content = feed_content(Entry(article, article.published_at, article.updated_at))
    for element in (item(content), atom_entry(content)):
        pictures = element.findall(f"{{{MEDIA}}}content")
        captions = [picture.findtext(f"{{{MEDIA}}}description") for picture in pictures]
        assert captions == [image.caption for image in article.images]
        assert len(element.findall(f".//{{{MEDIA}}}credit")) == 2
    html = json_item(content)["content_html"]
    assert (html.count("<figcaption>"), html.count("<cite>")) == (14, 2)
    assert "<h2>Check also</h2>" in html or not article.related
