"""Dialects: what partners ask for beside the standards."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import feedparser
import pytest
from lxml import etree

from syndicate.model.article import Rights
from syndicate.model.entry import Tombstone
from syndicate.render.dialects import smartnews
from syndicate.render.dialects.table import DIALECTS, repairs_of
from syndicate.render.feeds import render
from syndicate.render.namespaces import ATOM, DCTERMS, MEDIA, MI, SNF
from tests.builders import NOON, an_article, an_entry, an_image, feed_content

NAMES = {"a": ATOM, "dcterms": DCTERMS, "media": MEDIA, "mi": MI, "snf": SNF}
TITLE = "The new ferry sails on time"
GONE = Tombstone(
    "tag:harbour.example,2026:tide",
    NOON - timedelta(minutes=5),
    "The tide table was that of another port.",
    "https://harbour.example/articles/tide",
    NOON - timedelta(hours=3),
)


def tree(dialect: str, *, format_name: str = "rss", gone: tuple[Tombstone, ...] = (), **article: Any) -> Any:
    content = feed_content(an_entry(title=TITLE, **article), tombstones=gone, dialect=dialect, **LOGOS)
    return etree.fromstring(render(content, format_name))


LOGOS: dict[str, Any] = {"logo": "https://harbour.example/logo.png", "dark_logo": "https://harbour.example/dark.png"}


def texts(found: Any, path: str) -> list[str]:
    return [each.text for each in found.iterfind(path, NAMES)]


@pytest.mark.parametrize("format_name", ["rss", "atom", "json"])
def test_the_standard_feed_has_nothing_of_any_dialect(format_name: str) -> None:
    document = render(feed_content(an_entry(images=(an_image(),)), **LOGOS), format_name).decode()
    assert "microsoft" not in document
    assert "smartnews" not in document
    assert "logo" not in document


@pytest.mark.parametrize("dialect", DIALECTS)
def test_json_has_no_dialects(dialect: str) -> None:
    assert render(feed_content(dialect=dialect), "json") == render(feed_content(), "json")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_keeps_what_readers_read(dialect: str) -> None:
    body = "<p>The ferry left.</p>" + "<p>It was <q>on time</q>, as ever.</p>" * 20
    for format_name in ("rss", "atom"):
        content = feed_content(an_entry(title=TITLE, body_html=body, images=(an_image(),)), dialect=dialect)
        parsed = feedparser.parse(render(content, format_name))
        assert not parsed.bozo
        assert parsed.entries[0].title == TITLE
        assert parsed.entries[0].id == "tag:harbour.example,2026:ferry"
        assert "on time" in parsed.entries[0].content[0].value


@pytest.mark.parametrize("format_name", ["rss", "atom"])
def test_msn_reads_updates_from_the_date_of_change_and_not_of_publication(format_name: str) -> None:
    found = tree("msn", format_name=format_name)
    assert texts(found, ".//dcterms:modified") == ["2026-03-04T11:00:00Z"]
    assert texts(found, ".//mi:dateTimeWritten") == ["2026-03-04T10:00:00Z"]
    assert texts(found, ".//dcterms:valid") == ["start=2026-03-04T10:00:00Z; scheme=W3C-DTF"]
    published = texts(found, ".//pubDate") or texts(found, ".//a:published")
    assert "10:00:00" in published[0]


def test_msn_learns_when_an_article_will_end() -> None:
    found = tree("msn", expires_at=NOON + timedelta(days=1))
    [valid] = texts(found, ".//dcterms:valid")
    assert valid == "start=2026-03-04T10:00:00Z; end=2026-03-05T12:00:00Z; scheme=W3C-DTF"


def test_msn_is_told_whose_every_picture_is() -> None:
    free = an_image(1, rights=Rights(licence="CC-BY-4.0", copyright="Harbour Daily"), focal_point=(0.5, 0.0))
    bound = an_image(2, rights=Rights(allow_partners=("gazette",)))
    found = tree("msn", images=(free, bound))
    assert texts(found, ".//media:content/mi:hasSyndicationRights") == ["1", "0"]
    assert texts(found, ".//mi:licenseId") == ["CC-BY-4.0"]
    assert texts(found, ".//mi:licensorName") == ["Harbour Daily", "Photographer 2"]
    assert [each.get("url") for each in found.iterfind(".//media:thumbnail", NAMES)] == [free.url, bound.url]
    assert texts(found, ".//mi:focalRegion/*") == ["400", "800", "0", "133"]


def test_html_outside_of_what_msn_takes_is_repaired_without_a_word_lost() -> None:
    body = "<h6>Tide</h6><dl><dt>High</dt><dd>Nine</dd></dl><p><q>Calm</q> <mark>seas</mark></p><hr><pre>At ten</pre>"
    found = tree("msn", body_html=body)
    [html] = texts(found, ".//{http://purl.org/rss/1.0/modules/content/}encoded")
    assert html == "<h5>Tide</h5><ul><li>High</li><li>Nine</li></ul><p>Calm <em>seas</em></p><p>At ten</p>"


def test_what_is_repaired_is_said() -> None:
    article = an_article(body_html="<p><q>Calm</q></p><hr><h6>Tide</h6>")
    found = repairs_of(article, "msn")
    assert [each.path for each in found] == ["body_html.h6", "body_html.hr", "body_html.q"]
    assert "becomes h5" in found[0].reason
    assert not any(each.refuses for each in found)
    assert repairs_of(article, "standard") == ()


@pytest.mark.parametrize("format_name", ["rss", "atom"])
def test_msn_hears_of_a_withdrawal_by_an_item_that_has_ended(format_name: str) -> None:
    found = tree("msn", format_name=format_name, gone=(GONE,))
    modified, valid = texts(found, ".//dcterms:modified")[-1], texts(found, ".//dcterms:valid")[-1]
    assert modified == "2026-03-04T11:55:00Z"
    assert valid == "start=2026-03-04T09:00:00Z; end=2026-03-04T11:55:00Z; scheme=W3C-DTF"
    assert GONE.id in [*texts(found, ".//guid"), *texts(found, ".//a:entry/a:id")]
    # An entry and a tombstone of one id would contradict each other.
    assert b"deleted-entry" not in etree.tostring(found)


def test_smartnews_hears_of_a_withdrawal_by_its_status() -> None:
    found = tree("smartnews", gone=(GONE,))
    assert texts(found, ".//media:status") == ["active", "deleted"]


@pytest.mark.parametrize("dialect", ["standard", "flipboard"])
def test_elsewhere_a_tombstone_says_it(dialect: str) -> None:
    assert len(tree(dialect, gone=(GONE,)).findall(".//item")) == 1
    assert b"deleted-entry" in etree.tostring(tree(dialect, format_name="atom", gone=(GONE,)))


def test_nothing_of_a_withdrawn_article_leaves_but_its_note() -> None:
    item = tree("msn", gone=(GONE,)).findall(".//item")[-1]
    assert [each.text for each in item if each.tag in ("title", "description")] == [
        "This article has been withdrawn",
        GONE.note,
    ]


def test_the_note_of_a_withdrawal_is_read_as_it_was_written() -> None:
    note = "It <sailed> late & empty."
    document = render(feed_content(tombstones=(replace(GONE, note=note),), dialect="msn"), "rss")
    assert "&lt;sailed&gt; late &amp; empty" in feedparser.parse(document, sanitize_html=False).entries[-1].summary


def test_smartnews_gets_logos_a_thumbnail_and_a_short_description() -> None:
    found = tree("smartnews", images=(an_image(),))
    assert texts(found, "channel/snf:logo/url") == [LOGOS["logo"]]
    assert texts(found, "channel/snf:darkModeLogo/url") == [LOGOS["dark_logo"]]
    assert [each.get("url") for each in found.iterfind(".//item/media:thumbnail", NAMES)] == [an_image().url]
    assert len(texts(found, "channel/description")[0]) <= 30
    assert len(texts(found, "channel/pubDate")) == 1


def test_a_smartnews_document_shows_as_many_articles_as_fit() -> None:
    entries = [an_entry(id=f"tag:harbour.example,2026:{n}", body_html=f"<p>{'x' * 300_000}</p>") for n in range(5)]
    document = render(feed_content(*entries, dialect="smartnews"), "rss")
    assert len(document) <= smartnews.MAX_BYTES
    assert [each.id for each in feedparser.parse(document).entries] == [entry.id for entry in entries[:3]]


def test_flipboard_gets_a_description_that_goes_on_from_the_body() -> None:
    body = "<p>" + "The ferry left at nine and came at ten. " * 20 + "</p>"
    [_, description] = texts(tree("flipboard", body_html=body), ".//description")
    assert description.startswith("The first crossing of the new ferry left on the minute. The ferry left")
    assert 300 <= len(description) <= 420
