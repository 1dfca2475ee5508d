"""Apple News Format: what stands in an article.json, and that no caption is lost on the way."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from lxml import html

from syndicate.model.article import Article, Correction
from syndicate.model.declarations import Profile
from syndicate.render.apple_news import apple_news_document, apple_news_identifier
from syndicate.render.partner_html import partner_html
from tests.builders import NOON, a_publisher, an_article, an_image
from tests.connectors.apple import check_document
from tests.pure.test_render_formats import RECORDS, accepted

SEED = Path(__file__).resolve().parents[2].parent / "shared" / "input" / "seed-article.json"
NOWHERE: dict[str, str] = {}


def document(addresses: dict[str, str] = NOWHERE, **article: Any) -> dict[str, Any]:
    made = apple_news_document(an_article(**article), Profile(), a_publisher(), addresses=addresses)
    check_document(made, {address.removeprefix("bundle://"): b"" for address in addresses.values()})
    return made


def components(body_html: str, **article: Any) -> list[tuple[str, str]]:
    found = document(body_html=body_html, source=None, **article)["components"]
    return [(each["role"], each.get("text") or each.get("URL") or each.get("html") or "") for each in found[1:]]


def test_paragraphs_headings_quotes_and_rules_have_their_roles() -> None:
    body = "<p>One <b>bold</b>.</p><h2>Two</h2><blockquote><p>Three</p></blockquote><hr><ul><li>Four</li></ul>"
    assert components(body) == [
        ("body", "<p>One <b>bold</b>.</p>"),
        ("heading2", "Two"),
        ("quote", "<p>Three</p>"),
        ("divider", ""),
        ("body", "<ul><li>Four</li></ul>"),
    ]


def test_of_tags_that_are_not_read_only_the_words_stay() -> None:
    body = '<p>A <cite>ship</cite> and <a href="https://harbour.example/x" title="t">a <u>link</u></a>.</p>'
    assert components(body) == [("body", '<p>A ship and <a href="https://harbour.example/x">a link</a>.</p>')]


def test_words_outside_of_paragraphs_and_in_holders_are_not_lost() -> None:
    assert components("Before <div><p>inside</p> between</div> after") == [
        ("body", "Before"),
        ("body", "<p>inside</p>"),
        ("body", "between"),
        ("body", "after"),
    ]


def test_a_picture_says_its_caption_and_credit_in_the_article_and_full_screen() -> None:
    image = an_image(1)
    found = document({image.url: "bundle://1.jpg"}, images=[image], body_html="<p>One.</p>")
    photo, caption = found["components"][1:3]
    assert photo == {
        "role": "photo",
        "URL": "bundle://1.jpg",
        "accessibilityCaption": "What picture 1 shows",
        "caption": {"text": "Caption 1 Photographer 1"},
    }
    assert caption == {"role": "caption", "text": "Caption 1 Photographer 1"}
    assert found["metadata"]["thumbnailURL"] == "bundle://1.jpg"


def test_a_picture_in_the_midst_of_text_stands_beside_it() -> None:
    image = an_image(1)
    body = f'<ul><li>One <img src="{image.url}"> two</li></ul>'
    roles = [role for role, _ in components(body, images=[image])]
    assert roles == ["body", "photo", "caption"]


def test_a_picture_of_the_body_alone_keeps_the_caption_it_has_there() -> None:
    body = (
        '<figure><img src="https://images.example/x.jpg" alt="x"><figcaption>By <cite>Us</cite></figcaption></figure>'
    )
    assert components(body) == [("photo", "https://images.example/x.jpg"), ("caption", "By Us")]


def test_the_correction_and_the_source_stand_in_it() -> None:
    note = (Correction(note="It left at ten.", at=NOON),)
    found = document(corrections=note)["components"]
    assert next(each for each in found if each.get("textStyle") == "correction")["text"].startswith("<p>Correction")
    assert found[-1]["text"] == ('<p>Posted on: <a href="https://harbour.example/articles/ferry">Harbour Daily</a></p>')


def test_metadata_says_who_when_and_where_in_utc() -> None:
    metadata = document(byline="By Jo Smith", keywords=["ferries"])["metadata"]
    assert metadata == {
        "authors": ["Jo Smith"],
        "canonicalURL": "https://harbour.example/articles/ferry",
        "dateCreated": "2026-03-04T10:00:00Z",
        "datePublished": "2026-03-04T10:00:00Z",
        "dateModified": "2026-03-04T11:00:00Z",
        "excerpt": "The first crossing of the new ferry left on the minute.",
        "keywords": ["ferries"],
        "generatorName": "syndicate",
    }


@pytest.mark.parametrize("id_", ["tag:harbour.example,2026:ferry", "https://a.example/" + "x" * 900, "urn:ü"])
def test_an_identifier_is_short_stable_and_of_the_characters_that_are_allowed(id_: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", apple_news_identifier(id_))
    assert apple_news_identifier(id_) == apple_news_identifier(id_)
    assert apple_news_identifier(id_) != apple_news_identifier(f"{id_}x")


@pytest.mark.skipif(not SEED.exists(), reason="the seed article is not at hand")
def test_the_seed_article_keeps_its_fourteen_captions_in_order() -> None:
    record = json.loads(SEED.read_text("utf-8"))
    article = Article.model_validate({**record, "slug": "raqqa"})
    found = apple_news_document(article, Profile(), a_publisher(), addresses={})
    check_document(found, {})
    captions = [each["text"] for each in found["components"] if each["role"] == "caption"]
    assert len(captions) == 14
    assert all(
        image.caption in caption for image, caption in zip(article.images, captions, strict=True) if image.caption
    )


def letters(text: str) -> str:
    return "".join(sorted("".join(text.split())))


def words_of(found: list[dict[str, Any]]) -> str:
    """Return all words of the components below the title; a photo's own caption stands beside it again."""
    shown = [each for each in found if each["role"] not in ("title", "heading", "byline", "photo")]
    return " ".join(
        _read(each.get("html") or each["text"]) if each.get("format") == "html" or "html" in each else each["text"]
        for each in shown
        if each["role"] != "divider"
    )


def _read(text: str) -> str:
    return "".join(map(str, html.fragment_fromstring(text, create_parent="div").itertext()))


@given(record=RECORDS)
def test_no_word_of_a_body_is_lost(record: dict[str, Any]) -> None:
    if article := accepted(record):
        made = apple_news_document(article, Profile(), a_publisher(), addresses={})
        assert letters(words_of(made["components"])) == letters(_read(partner_html(article, Profile(), a_publisher())))


@pytest.mark.parametrize(
    "body",
    [
        "<figure><table><tr><td>Nine</td></tr></table><figcaption>Times</figcaption></figure>",
        "<figure><blockquote><p>Nine</p></blockquote><figcaption>Times</figcaption></figure>",
        "<ul><li>Nine<figure><pre>Times</pre></figure></li></ul>",
        '<table><tr><td>Nine<img src="https://x.example/1.png"></td><td>Times</td></tr></table>',
        '<figure><img src="https://x.example/1.png">Nine<figcaption>Times</figcaption></figure>',
        '<p><a href="https://x.example/"><img src="https://x.example/1.png"></a> Nine Times</p>',
    ],
)
def test_words_in_figures_tables_and_lists_are_not_lost(body: str) -> None:
    found = document(body_html=body, source=None)["components"]
    told = words_of(found)
    assert "Nine" in told
    assert "Times" in told
