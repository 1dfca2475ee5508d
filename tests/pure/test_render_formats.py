"""Stories and withdrawals in every format: what they carry, and what they do not."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html
from pydantic import ValidationError

from syndicate.errors import InvalidError
from syndicate.model.article import Article
from syndicate.model.declarations import Profile
from syndicate.model.delivery import EventType
from syndicate.parse.record import read_record
from syndicate.render.event import outgoing
from syndicate.render.formats.story import Story
from syndicate.render.formats.table import FORMATS
from syndicate.render.formats.terms import holder_of
from syndicate.render.namespaces import ATOM, MEDIA, NAR, NITF, TOMBSTONES, XHTML
from tests.builders import NOON, a_publisher, an_article, an_image
from tests.pure.ninjs_schema import SCHEMAS
from tests.stories import a_full_article, a_story, a_withdrawal

NAMES = {"n": NAR, "f": NITF, "a": ATOM, "m": MEDIA, "h": XHTML, "t": TOMBSTONES}
# What is read back of a document: its title, and caption and credit of every picture.
Read = tuple[str, list[tuple[str, str]]]


def at(root: etree._Element, path: str) -> list[str]:
    found = root.xpath(path, namespaces=NAMES)
    assert isinstance(found, list)
    return [each if isinstance(each, str) else "".join(map(str, each.itertext())) for each in found]  # type: ignore[union-attr]


def first(root: etree._Element, path: str) -> str:
    return next(iter(at(root, path)), "")


def each(root: etree._Element, path: str) -> list[etree._Element]:
    found = root.xpath(path, namespaces=NAMES)
    assert isinstance(found, list)
    return [element for element in found if isinstance(element, etree._Element)]


def read_ninjs(body: bytes) -> Read:
    document = json.loads(body)
    pictures = [item for item in document.get("associations", []) if item["type"] == "picture"]
    return document["title"], [(described(item, "caption"), item.get("by", "")) for item in pictures]


def described(item: dict[str, Any], role: str) -> str:
    return next((text["value"] for text in item.get("descriptions", []) if text["role"] == role), "")


def read_newsml(body: bytes) -> Read:
    root = etree.fromstring(body)
    pictures = each(root, "//n:newsItem[n:itemMeta/n:itemClass/@qcode='ninat:picture']")
    shown = [
        (first(item, ".//n:description[@role='drol:caption']"), first(item, ".//n:creditline")) for item in pictures
    ]
    return first(root, "//n:headline[1]"), shown


def read_nitf(body: bytes) -> Read:
    root = etree.fromstring(body)
    pictures = each(root, "//f:media[@media-type='image']")
    return first(root, "//f:hl1"), [
        (first(it, "f:media-caption/f:p"), first(it, "f:media-producer")) for it in pictures
    ]


def read_atom(body: bytes) -> Read:
    root = etree.fromstring(body)
    pictures = each(root, "m:content[@medium='image']")
    return first(root, "a:title"), [(first(it, "m:title"), first(it, "m:credit")) for it in pictures]


def read_html(body: bytes) -> Read:
    root = html.document_fromstring(body, parser=html.HTMLParser(encoding="utf-8"))
    figures = [figure for figure in root.iter("figure") if figure.find("img") is not None]
    return first(root, "//h1"), [
        ("".join(at(figure, "figcaption/text()")), first(figure, "figcaption/cite")) for figure in figures
    ]


READERS: dict[str, Callable[[bytes], Read]] = {
    "ninjs": read_ninjs,
    "ninjs-2.1": read_ninjs,
    "newsml-g2": read_newsml,
    "nitf": read_nitf,
    "atom": read_atom,
    "html": read_html,
}


def folded(text: str) -> str:
    return " ".join(text.split())


TAGS = ("p", "div", "ul", "li", "table", "tr", "td", "blockquote", "b", "a", "h2", "figure", "dl", "dt", "dd", "pre")
PIECES = st.sampled_from([*(f"<{tag}>" for tag in TAGS), *(f"</{tag}>" for tag in TAGS), "<br>", "<hr>", "&amp;"])
PIECES |= st.sampled_from(['<img src="https://images.harbour.example/1.jpg">', '<img src="https://x.example/2.png">'])
PIECES |= st.text(max_size=6)
TEXT = st.text(min_size=1, max_size=30)
LINES = st.none() | TEXT
RECORDS = st.fixed_dictionaries(
    {
        "id": st.just("tag:harbour.example,2026:ferry"),
        "title": TEXT,
        "body_html": st.lists(PIECES, max_size=20).map("".join),
        "published_at": st.just("2026-03-04T10:00:00+05:45"),
    },
    optional={
        **dict.fromkeys(("short_title", "kicker", "dateline", "genre", "editor_note", "summary", "byline"), LINES),
        "keywords": st.lists(TEXT, max_size=3),
        "categories": st.lists(st.fixed_dictionaries({"term": TEXT}, optional={"label": LINES}), max_size=3),
        "images": st.lists(
            st.fixed_dictionaries({}, optional={"caption": LINES, "credit": LINES, "alt": LINES}), max_size=3
        ).map(
            lambda images: [{"url": f"https://images.harbour.example/{n}.jpg", **each} for n, each in enumerate(images)]
        ),
        "rights": st.fixed_dictionaries({}, optional={"copyright": LINES, "licence": LINES, "usage_terms": LINES}),
        "urgency": st.integers(1, 8),
    },
)


def accepted(record: dict[str, Any]) -> Article | None:
    """Return the article that the API makes of a record, as it leaves; None where it refuses it."""
    try:
        article = read_record(record).article
    except InvalidError:
        return None
    settled = article.model_copy(update={"slug": "ferry", "revision": 1, "seq": 1})
    return outgoing(settled, a_publisher())


@pytest.mark.parametrize("name", FORMATS)
@given(record=RECORDS)
def test_whatever_is_accepted_is_written_and_read_back(name: str, record: dict[str, Any]) -> None:
    article = accepted(record)
    if article is None:
        return
    title, pictures = READERS[name](FORMATS[name].write(a_story(article)))
    assert folded(title) == folded(article.title)
    # A body may show a picture twice.
    shown = {(folded(caption), folded(credit)) for caption, credit in pictures if caption or credit}
    told = {(folded(image.caption or ""), folded(image.credit or "")) for image in article.images}
    assert shown == told - {("", "")}


@given(record=RECORDS)
def test_nitf_loses_no_word_of_a_body(record: dict[str, Any]) -> None:
    article = accepted(record)
    if article is None:
        return
    root = etree.fromstring(FORMATS["nitf"].write(a_story(article)))
    story = a_story(article)
    shown = "".join("".join(at(root, "//f:body.content//text()")).split())
    words = "".join("".join(html.fragment_fromstring(story.body_html, create_parent="div").itertext()).split())
    # A picture that is none of the record's is a link with its alternate text or its address.
    assert shown.replace("https://x.example/2.png", "").replace("https://images.harbour.example/1.jpg", "") == words


@pytest.mark.parametrize("name", SCHEMAS)
@given(record=RECORDS)
def test_ninjs_has_no_member_that_its_schema_does_not_know(name: str, record: dict[str, Any]) -> None:
    if article := accepted(record):
        SCHEMAS[name].model_validate_json(FORMATS[name].write(a_story(article)))


@pytest.mark.parametrize("name", SCHEMAS)
def test_ninjs_with_everything_and_its_withdrawal_fit_the_schema(name: str) -> None:
    SCHEMAS[name].model_validate_json(FORMATS[name].write(a_story(a_full_article(), type=EventType.CORRECTED)))
    SCHEMAS[name].model_validate_json(FORMATS[name].write_withdrawal(a_withdrawal()))


def test_the_two_versions_of_ninjs_are_told_apart_by_their_schemas() -> None:
    for name, other in (("ninjs", "ninjs-2.1"), ("ninjs-2.1", "ninjs")):
        with pytest.raises(ValidationError):
            SCHEMAS[other].model_validate_json(FORMATS[name].write(a_story(a_full_article())))


@pytest.mark.parametrize("name", FORMATS)
def test_equal_stories_give_equal_bytes(name: str) -> None:
    kind = FORMATS[name]
    assert kind.write(a_story(a_full_article())) == kind.write(a_story(a_full_article()))
    assert kind.write_withdrawal(a_withdrawal()) == kind.write_withdrawal(a_withdrawal())


CARRIED = (
    *("DOVER", "Call the desk first.", "By Jo Smith for Harbour Daily", "It left at ten.", "© 2026 AP"),
    *("Not for archives", "AP editorial", "https://ap.example/licence", "Mail Online", "https://mail.example/ferry"),
    *("News report", "Transport", "sea lanes", "tag:harbour.example,2026:ferry", "What picture 1 shows", "en-GB"),
)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("text", CARRIED)
def test_every_format_carries_what_desks_need(name: str, text: str) -> None:
    assert text in FORMATS[name].write(a_story(a_full_article())).decode()


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("newsml-g2", "//n:newsItem[1]/@version", "2"),
        ("newsml-g2", "//n:urgency", "4"),
        ("newsml-g2", "//n:signal/@qcode", "sig:correction"),
        ("newsml-g2", "//n:pubStatus/@qcode", "stat:usable"),
        ("newsml-g2", "//n:altRep", "https://mail.example/ferry"),
        ("newsml-g2", "//n:subject[1]/@uri", "http://cv.iptc.org/newscodes/mediatopic/20000123"),
        ("newsml-g2", "//n:rightsInfo/@validto", "2027-01-01T00:00:00Z"),
        ("newsml-g2", "//n:copyrightHolder/n:name", "AP"),
        ("newsml-g2", "//n:remoteContent/@width", "1200"),
        ("newsml-g2", "//h:body/h:ul/h:li[1]", "one"),
        ("nitf", "/f:nitf/@version", "-//IPTC//DTD NITF 3.6//EN"),
        ("nitf", "//f:docdata/@management-status", "usable"),
        ("nitf", "//f:du-key/@version", "2"),
        ("nitf", "//f:urgency/@ed-urg", "4"),
        ("nitf", "//f:date.release/@norm", "20260304T100000Z"),
        ("nitf", "//f:doc.copyright/@holder", "AP"),
        ("nitf", "//f:correction/@info", "Correction (2026-03-04): It left at ten."),
        ("nitf", "//f:media-reference/@width", "1200"),
        ("atom", "/a:entry/a:link[@rel='via']/@href", "https://mail.example/ferry"),
        ("atom", "//n:urgency", "4"),
        ("atom", "//n:signal/@qcode", "sig:correction"),
        ("atom", "/a:entry/a:updated", "2026-03-04T12:00:00Z"),
    ],
)
def test_a_value_stands_where_the_format_has_its_place(name: str, path: str, value: str) -> None:
    story = a_story(a_full_article(), version=2, type=EventType.CORRECTED)
    assert first(etree.fromstring(FORMATS[name].write(story)), path) == value


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("version", "2"),
        ("urgency", 4),
        ("located", "DOVER"),
        ("embargoedUntil", "2026-01-01T00:00:00Z"),
        # The rights end before the story does.
        ("expires", "2027-01-01T00:00:00Z"),
        ("copyrightHolder", "AP"),
        ("rightsInfo", {"linkedRights": "https://ap.example/licence"}),
        ("genres", [{"name": "News report"}]),
        ("edNote", "Call the desk first.\nCorrection (2026-03-04): It left at ten."),
        ("infoSources", [
            {"name": "Mail Online", "uri": "https://mail.example/", "role": "source"},
            {"name": "Harbour Daily", "uri": "https://harbour.example/", "role": "distributor"},
            {"name": "Jo Smith", "uri": "https://x.example/jo", "role": "author"},
        ]),
    ],
)  # fmt: skip
def test_ninjs_has_a_value_under_its_name(key: str, value: object) -> None:
    assert json.loads(FORMATS["ninjs"].write(a_story(a_full_article(), version=2)))[key] == value


def test_a_picture_of_ninjs_has_its_sizes_and_its_point_of_interest() -> None:
    document = json.loads(FORMATS["ninjs"].write(a_story(a_full_article())))
    assert document["associations"][0]["name"] == "featuremedia"
    assert document["associations"][0]["renditions"] == [
        {
            "name": "original",
            "href": "https://images.harbour.example/1.jpg",
            "contentType": "image/jpeg",
            "width": 1200,
            "height": 800,
            "sizeInBytes": 123_456,
            "poi": {"x": 600, "y": 160},
        }
    ]


def test_the_plain_body_of_ninjs_counts_its_own_characters_and_words() -> None:
    bodies = json.loads(FORMATS["ninjs"].write(a_story()))["bodies"]
    plain = next(body for body in bodies if body["contentType"] == "text/plain")
    assert plain["value"].startswith("The ferry left at nine.\nIt arrived at ten.")
    assert (plain["charCount"], plain["wordCount"]) == (len(plain["value"]), len(plain["value"].split()))


@pytest.mark.parametrize("name", FORMATS)
def test_a_withdrawal_leaks_nothing_but_the_note(name: str) -> None:
    withdrawn = FORMATS[name].write_withdrawal(a_withdrawal()).decode()
    assert "the ferry " in withdrawn
    secrets = {*CARRIED, "New ferry sails", "Caption 1", "It arrived"} - {"tag:harbour.example,2026:ferry", "en-GB"}
    assert [text for text in sorted(secrets) if text in withdrawn] == []


@pytest.mark.parametrize("name", FORMATS)
def test_a_withdrawal_without_a_note_says_no_more_than_that_it_is_gone(name: str) -> None:
    withdrawn = FORMATS[name].write_withdrawal(a_withdrawal(public_note=None)).decode()
    assert "tag:harbour.example,2026:ferry" in withdrawn
    assert "None" not in withdrawn
    assert "null" not in withdrawn


@pytest.mark.parametrize(
    ("name", "status", "version"),
    [("newsml-g2", "stat:canceled", "3"), ("nitf", "canceled", "3")],
)
def test_a_withdrawal_is_the_same_item_canceled_at_a_higher_version(name: str, status: str, version: str) -> None:
    paths = {
        "newsml-g2": ("//n:pubStatus/@qcode", "//n:newsItem/@version", "//n:newsItem/@guid"),
        "nitf": ("//f:docdata/@management-status", "//f:du-key/@version", "//f:doc-id/@id-string"),
    }
    told, gone = (
        etree.fromstring(document)
        for document in (FORMATS[name].write(a_story(version=2)), FORMATS[name].write_withdrawal(a_withdrawal()))
    )
    assert [first(gone, path) for path in paths[name][:2]] == [status, version]
    assert first(gone, paths[name][2]) == first(told, paths[name][2])


@pytest.mark.parametrize(
    ("name", "created", "status"),
    [("ninjs", "versionCreated", "pubStatus"), ("ninjs-2.1", "versioncreated", "pubstatus")],
)
def test_a_kill_in_ninjs_keeps_the_uri_and_raises_version_and_time(name: str, created: str, status: str) -> None:
    told = json.loads(FORMATS[name].write(a_story(version=2)))
    gone = json.loads(FORMATS[name].write_withdrawal(a_withdrawal(at=NOON + timedelta(hours=1))))
    assert (gone["uri"], gone[status]) == (told["uri"], "canceled")
    assert int(gone["version"]) > int(told["version"])
    assert datetime.fromisoformat(gone[created]) > datetime.fromisoformat(told[created])


def test_an_atom_entry_is_taken_back_by_a_tombstone() -> None:
    root = etree.fromstring(FORMATS["atom"].write_withdrawal(a_withdrawal()))
    assert root.tag == f"{{{TOMBSTONES}}}deleted-entry"
    assert (root.get("ref"), root.get("when")) == ("tag:harbour.example,2026:ferry", "2026-03-04T12:00:00Z")


@pytest.mark.parametrize("name", FORMATS)
def test_a_profile_words_the_attribution_in_every_format(name: str) -> None:
    story = a_story(a_full_article(), profile=Profile(attribution="First seen in {source}"))
    assert "First seen in " in FORMATS[name].write(story).decode()


@pytest.mark.parametrize(
    ("line", "holder"),
    [
        ("© 2026 AP. All rights reserved.", "AP"),
        ("Copyright 2019-2026 by Harbour Daily", "Harbour Daily"),
        ("(c) Jo Smith", "Jo Smith"),
        ("AP", "AP"),
        ("© 2026", "© 2026"),
        ("20000 Leagues Ltd", "20000 Leagues Ltd"),
    ],
)
def test_the_holder_of_a_copyright_is_read_from_its_line(line: str, holder: str) -> None:
    rights = an_article(rights={"copyright": line}).rights
    assert holder_of(rights) == holder


def test_a_picture_that_the_profile_leaves_out_of_the_body_is_still_told_of_in_nitf() -> None:
    story: Story = a_story(an_article(images=[an_image()]), profile=Profile(allowed_html=("p",)))
    assert "<media-caption><p>Caption 1" in FORMATS["nitf"].write(story).decode()


def test_no_text_can_end_the_data_block_of_an_html_document() -> None:
    page = FORMATS["html"].write(a_story(an_article(title="</script><script>alert(1)</script>"))).decode()
    assert page.count("<script") == 1


def test_a_table_within_a_table_stays_one_in_nitf() -> None:
    inner = "<table><tr><td>Nine</td></tr></table>"
    story = a_story(an_article(body_html=f"<table><tr><th>Day</th><td>{inner}</td></tr></table>"))
    root = etree.fromstring(FORMATS["nitf"].write(story))
    assert at(root, "//f:body.content/f:table/f:tr/f:td/f:table/f:tr/f:td") == ["Nine"]
