"""What a mail says, and how it is laid out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from syndicate.model.declarations import Profile
from syndicate.model.delivery import EventType
from syndicate.model.journal import Cause
from syndicate.render.letter import House, Story, digest_html, page_html, story_html, withdrawal_html
from tests.builders import a_publisher, an_article, an_image

HOUSE = House(a_publisher(timezone="Europe/London"), Profile())


def shown(**article: Any) -> str:
    values = {"published_at": datetime(2026, 7, 1, 9, 30, tzinfo=UTC), "updated_at": None}
    return story_html(Story(an_article(**values | article), EventType.PUBLISHED), HOUSE)


def test_times_are_those_of_the_publisher() -> None:
    assert "Published 1 July 2026, 10:30 BST" in shown()


def test_an_embargo_that_has_ended_is_told() -> None:
    text = shown(embargo_until=datetime(2026, 7, 1, 9, 30, tzinfo=UTC))
    assert "<strong>Was under embargo until:</strong> 1 July 2026, 10:30 BST" in text


@pytest.mark.parametrize("key", ["title", "kicker", "byline", "dateline", "genre", "editor_note"])
def test_no_word_of_an_article_becomes_markup(key: str) -> None:
    text = shown(**{key: "<script>alert(1)</script> & co"})
    assert "<script>" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co" in text


def test_no_word_of_a_withdrawal_becomes_markup() -> None:
    text = withdrawal_html(
        title="<b>", url="https://a.example/?a=1&b=2", article_id="tag:<i>", cause=None, note="<u>\nx"
    )
    assert [each for each in ("<b>", "<i>", "<u>") if each in text] == []
    assert "&lt;u&gt;<br>x" in text


@pytest.mark.parametrize("cause", Cause)
def test_a_withdrawal_asks_for_the_same_whatever_its_cause(cause: Cause) -> None:
    text = withdrawal_html(title="Ferry", url=None, article_id="tag:a.example,2026:1", cause=cause, note=None)
    assert "Please withdraw: Ferry" in text
    assert "take down what you have of it" in text


@pytest.mark.parametrize(("language", "direction"), [("ar-EG", "rtl"), ("he", "rtl"), ("en-GB", "ltr"), ("zh", "ltr")])
def test_an_article_reads_in_the_direction_of_its_language(language: str, direction: str) -> None:
    assert shown(language=language).count(f'lang="{language}" dir="{direction}"') == 2


def test_a_picture_is_no_wider_than_a_mail_and_keeps_its_shape() -> None:
    image = an_image(1, width=1_200, height=900)
    assert 'width="600" height="450"' in shown(images=(image,))


def test_a_width_in_a_body_that_is_no_number_of_pixels_stays() -> None:
    assert 'width="100%"' in shown(images=(), body_html='<p>x</p><img src="https://a.example/x.png" width="100%">')


def test_every_entry_of_a_digests_list_leads_to_its_article() -> None:
    stories = [Story(an_article(title=f"Story {n}"), EventType.PUBLISHED, anchor=f"a{n}") for n in (1, 2)]
    text = digest_html("Two", stories, HOUSE)
    assert [text.count(f'href="#a{n}"') for n in (1, 2)] == [1, 1]
    assert [text.count(f'id="a{n}"') for n in (1, 2)] == [1, 1]


def test_a_page_names_its_title_and_language() -> None:
    page = page_html("A & B", "<p>x</p>", language="en-GB")
    assert "<title>A &amp; B</title>" in page
    assert '<html lang="en-GB" dir="ltr">' in page
