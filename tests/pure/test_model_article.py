"""The record: what is taken, what is refused, what is made harmless."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from syndicate.model.article import Article, Author, Image
from syndicate.model.text import FORBIDDEN
from tests.builders import an_article, an_image


def refused_at(record: dict[str, Any]) -> list[str]:
    """Return the paths of what a record is refused for."""
    with pytest.raises(ValidationError) as caught:
        Article.model_validate({"title": "T"} | record)
    return [".".join(map(str, error["loc"])) for error in caught.value.errors()]


@pytest.mark.parametrize(
    ("record", "path"),
    [
        ({"title": ""}, "title"),
        ({"title": 5}, "title"),
        ({"headline": "x"}, "headline"),
        ({"images": [{"url": "https://a.example/1.jpg", "captoin": "x"}]}, "images.0.captoin"),
        ({"images": [{"url": "/relative.jpg"}]}, "images.0.url"),
        ({"images": [{"url": "https://a.example/1.jpg", "width": "1200"}]}, "images.0.width"),
        ({"images": [{"url": "https://a.example/1.jpg", "width": True}]}, "images.0.width"),
        ({"images": [{"url": "https://a.example/1.jpg", "focal_point": [0.5, 1.5]}]}, "images.0.focal_point.1"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "https://user:secret@a.example/"}, "url"),
        ({"id": "no-scheme"}, "id"),
        ({"id": "data:text/html,x"}, "id"),
        ({"published_at": "2026-03-04T12:00:00"}, "published_at"),
        ({"published_at": "2026-03-04"}, "published_at"),
        ({"urgency": 9}, "urgency"),
        ({"language": "not a tag"}, "language"),
        ({"audience": "nobody"}, "audience"),
        ({"authors": [{"name": "A", "email": "a@b\x01.example"}]}, "authors.0.email"),
        ({"comments": {"url": "https://a.example/", "count": -1}}, "comments.count"),
        ({"attachments": [{"url": "https://a.example/a.mp3", "type": "audio"}]}, "attachments.0.type"),
    ],
)
def test_a_value_that_breaks_a_rule_is_refused_at_its_path(record: dict[str, Any], path: str) -> None:
    assert refused_at(record) == [path]


def test_one_picture_is_not_listed_twice() -> None:
    with pytest.raises(ValidationError, match="same url"):
        Article.model_validate({"title": "T", "images": [{"url": "https://a.example/1.jpg"}] * 2})


def test_a_category_may_be_a_plain_string() -> None:
    article = Article.model_validate({"title": "T", "categories": ["World", {"term": "uk", "label": "Britain"}]})
    assert [category.term for category in article.categories] == ["World", "uk"]


def test_what_goes_out_reads_back_as_the_same_article() -> None:
    article = an_article(images=[an_image(1), an_image(2, focal_point=[0.25, 1])], byline="By A", urgency=3)
    assert Article.model_validate(article.wire()) == article
    assert Article.model_validate_json(article.model_dump_json(by_alias=True)) == article


def test_empty_keys_do_not_go_out() -> None:
    wire = Article(title="T").wire()
    assert wire == {"schema": 1, "title": "T", "audience": "public"}


@given(st.text())
def test_no_text_of_an_article_holds_a_character_that_may_stand_in_no_document(text: str) -> None:
    article = Article.model_validate({"title": "T" + text, "summary": text, "byline": text})
    for kept in (article.title, article.summary, article.byline):
        assert FORBIDDEN.search(kept or "") is None


def test_a_title_is_one_line() -> None:
    assert Article(title="  A\r\n title\u2028 here ").title == "A title here"


@pytest.mark.parametrize(
    ("given_url", "kept"),
    [
        ("HTTP://Example.ORG", "http://example.org/"),
        ("https://example.org:443/a", "https://example.org/a"),
        ("https://example.org:8443/a", "https://example.org:8443/a"),
        ("https://exämple.org/ü b?q=ö#ä", "https://xn--exmple-cua.org/%C3%BC%20b?q=%C3%B6#%C3%A4"),
        ("https://example.org/a%20b", "https://example.org/a%20b"),
        (" https://example.org/x\n", "https://example.org/x"),
    ],
)
def test_addresses_are_kept_as_ascii_in_one_spelling(given_url: str, kept: str) -> None:
    assert Image(url=given_url).url == kept
    assert Image(url=kept).url == kept


def test_no_refusal_of_an_address_repeats_a_password_in_it() -> None:
    with pytest.raises(ValidationError) as caught:
        Article.model_validate({"title": "T", "url": "https://user:hunter2@ex\u2100ample.org/"})
    assert "hunter2" not in str([error["msg"] for error in caught.value.errors(include_input=False)])


def test_an_author_may_have_an_address() -> None:
    assert Author(name="A", email="a.b+c@harbour.example").email == "a.b+c@harbour.example"
