"""What holds for every page: text stays text, nothing runs, and everybody can find their way."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.model.article import Article
from syndicate.model.declarations import FeedDeclaration, Publisher
from syndicate.model.entry import Entry
from syndicate.web.pages.assets import static_files
from syndicate.web.pages.environment import CONTENT_SECURITY_POLICY
from syndicate.web.pages.front import front_page
from syndicate.web.pages.notices import error_page, gone_page, not_found_page
from syndicate.web.pages.skins import Skin
from syndicate.web.pages.story import article_page
from syndicate.web.pages.subscribing import feed_page, feeds_page
from tests.builders import NOON, a_publisher, an_entry

Text = Callable[[str], str]
POLYGLOT = (
    "'\"--></title></style></textarea></script><script>alert(1)</script>"
    "<img src=x onerror=alert(1)><svg onload=alert(1)><b>{{7*7}}&lt;i&gt;"
)
HOSTILE_URL = "https://evil.example/'onload='alert(1)?a=1&lt;b"


def plain(name: str) -> str:
    return f"{name} plain@example.org"


def polyglot(name: str) -> str:
    return f"{name} {POLYGLOT}@example.org"


def _publisher(text: Text) -> Publisher:
    return a_publisher(
        title=text("paper"), description=text("motto"), contact=text("contact"), language=text("language")
    )


def _feed(text: Text) -> FeedDeclaration:
    return FeedDeclaration(slug="world", title=text("feed"), description=text("feed description"))


def _image(text: Text, number: int) -> dict[str, Any]:
    url = f"{HOSTILE_URL}{number}"
    return {"url": url, "caption": text("caption"), "credit": text("picture credit"), "alt": text("alt")}


def _record(text: Text) -> dict[str, Any]:
    lines = {
        key: text(key)
        for key in (
            "title",
            "short_title",
            "kicker",
            "dateline",
            "genre",
            "summary",
            "byline",
            "correction",
            "editor_note",
        )
    }
    return lines | {
        "id": "tag:evil.example,2026:1",
        "url": HOSTILE_URL,
        "slug": "a\"'><script>",
        "language": "en",
        "published_at": NOON,
        "updated_at": NOON,
        "authors": [{"name": text("author"), "organisation": text("organisation")}],
        "categories": [{"term": text("term"), "label": text("label")}],
        "keywords": [text("keyword")],
        "images": [_image(text, 1), _image(text, 2)],
        "attachments": [{"url": HOSTILE_URL, "type": "audio/mpeg", "title": text("recording")}],
        "source": {"name": text("source"), "url": HOSTILE_URL},
        "related": [{"title": text("related"), "url": HOSTILE_URL, "summary": text("story"), "image": _image(text, 3)}],
        "comments": {"url": HOSTILE_URL, "count": 3},
        "rights": {"copyright": text("copyright"), "licence": text("licence"), "licence_url": HOSTILE_URL},
        "corrections": [{"note": text("note"), "at": NOON}],
    }


def _entry(text: Text) -> Entry:
    return Entry(article=Article.model_validate(_record(text)), published_at=NOON, updated_at=NOON)


def pages(text: Text, skin: str | None = None) -> dict[str, str]:
    """Every page there is, with `text` in every field that holds text."""
    publisher, feeds, entry = _publisher(text), [_feed(text)], _entry(text)
    other = an_entry(title=text("other"), summary=text("other summary"))
    addresses = {"rss": HOSTILE_URL, "atom": HOSTILE_URL, "json": HOSTILE_URL}
    story: dict[str, Any] = {
        "body_html": "<p>Body.</p>",
        "page_url": "https://harbour.example/articles/a",
        "jsonld": {"headline": text("headline")},
        "feeds": feeds,
        "skin": skin,
    }
    return {
        "front": front_page(
            publisher,
            now=NOON,
            lead=entry,
            latest=[other],
            sections=[(text("section"), [other])],
            feeds=feeds,
            skin=skin,
        ),
        "empty front": front_page(publisher, now=NOON, lead=None, latest=[], sections=[], feeds=[], skin=skin),
        "article": article_page(publisher, entry, **story),
        "article's summary": article_page(publisher, entry, **story, content_mode="summary"),
        "article's headline": article_page(publisher, entry, **story, content_mode="none"),
        "feeds": feeds_page(publisher, feeds, skin=skin),
        "feed": feed_page(publisher, feeds[0], [entry, other], addresses, now=NOON, feeds=feeds, skin=skin),
        "gone": gone_page(publisher, title=text("gone"), gone_at=NOON, note=text("public note"), skin=skin),
        "not found": not_found_page(publisher, skin=skin),
        "error": error_page(publisher, heading=text("heading"), text=text("error"), skin=skin),
    }


PLAIN = pages(plain, "harbour")
HOSTILE = pages(polyglot, "harbour")


def _read(page: str) -> Any:
    return lxml.html.document_fromstring(page)


def _skeleton(page: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(str(element.tag), tuple(sorted(element.attrib))) for element in _read(page).iter()]


def _values(page: str, xpath: str) -> list[str]:
    return [str(value) for value in _read(page).xpath(xpath)]


@pytest.mark.parametrize("name", PLAIN)
def test_markup_in_any_text_of_a_record_stays_text(name: str) -> None:
    assert _skeleton(HOSTILE[name]) == _skeleton(PLAIN[name])
    assert "{{7*7}}" in HOSTILE[name]


def test_hostile_text_is_shown_as_it_was_written() -> None:
    root = _read(HOSTILE["article"])
    assert root.xpath("string(//h1)") == polyglot("title")
    assert root.xpath("string(//figcaption/cite | //aside//a)") == polyglot("source")
    assert json.loads(root.xpath("//script")[0].text) == {"headline": polyglot("headline")}


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=80))
@settings(max_examples=60, deadline=None)
def test_any_headline_is_shown_as_it_is(title: str) -> None:
    entry = an_entry(title=title)
    page = article_page(a_publisher(), entry, body_html="", page_url=entry.url, jsonld={"headline": title})
    root = _read(page)
    assert root.xpath("//h1")[0].text_content() == entry.article.title
    assert json.loads(root.xpath("//script")[0].text)["headline"] == title


@pytest.mark.parametrize("name", PLAIN)
def test_no_page_runs_or_styles_anything_inline(name: str) -> None:
    page = HOSTILE[name]
    assert set(_values(page, "//script/@type")) <= {"application/ld+json"}
    assert not _values(page, "//script[not(@type)] | //style | //@style | //iframe | //base | //form")
    assert not _values(page, "//@*[starts-with(name(), 'on')]")
    assert not [url for url in _values(page, "//@href | //@src") if url.lower().startswith(("javascript:", "data:"))]


def test_the_policy_lets_pictures_come_from_anywhere_and_nothing_run() -> None:
    directives = dict(part.split(" ", 1) for part in CONTENT_SECURITY_POLICY.split("; "))
    assert directives["default-src"] == directives["frame-ancestors"] == directives["base-uri"] == "'none'"
    assert {"http:", "https:"} <= set(directives["img-src"].split())
    assert "script-src" not in directives
    assert "unsafe" not in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("name", PLAIN)
def test_what_a_page_links_as_static_is_served(name: str) -> None:
    links = [url for url in _values(PLAIN[name], "//link/@href") if "/static/" in url]
    assert len(links) == 2
    assert {url.removeprefix("/static/") for url in links} == set(static_files())


@pytest.mark.parametrize("name", PLAIN)
def test_a_page_has_landmarks_and_a_way_past_the_navigation(name: str) -> None:
    page = PLAIN[name]
    assert [len(_values(page, f"//{tag}")) for tag in ("main", "nav", "h1")] == [1, 1, 1]
    assert _values(page, "//body/a[1]/@href") == ["#content"] == [f"#{id_}" for id_ in _values(page, "//main/@id")]
    ids = _values(page, "//@id")
    assert len(ids) == len(set(ids))
    assert set(_values(page, "//@aria-labelledby")) <= set(ids)


@pytest.mark.parametrize("name", PLAIN)
def test_headings_never_skip_a_level(name: str) -> None:
    levels = [int(heading.tag[1]) for heading in _read(PLAIN[name]).xpath("//h1|//h2|//h3|//h4|//h5|//h6")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", PLAIN)
def test_every_picture_has_an_alternative_text_and_every_link_a_name(name: str) -> None:
    assert not _values(PLAIN[name], "//img[not(@alt)]")
    assert not _values(PLAIN[name], "//a[not(@aria-hidden) and not(normalize-space())]")


@pytest.mark.parametrize("skin", Skin)
def test_every_page_wears_the_skin_it_was_given(skin: Skin) -> None:
    assert all(_values(page, "/html/@data-skin") == [skin] for page in pages(plain, skin).values())


def test_what_the_editor_tells_partners_is_on_no_page() -> None:
    assert not [name for name, page in PLAIN.items() if plain("editor_note") in page]
