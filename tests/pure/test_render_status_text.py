"""An article as a short message: within its characters, with its link, and telling nobody by accident."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.model.article import Correction
from syndicate.render.status_text import check_template, status_text
from tests.builders import NOON, an_article

URL = "https://harbour.example/articles/ferry?utm_source=social"
TEMPLATE = "{kicker}\n{title}\n\n{summary}\n\n{correction}\n\n{url}\n\n{hashtags}"


def text(template: str = TEMPLATE, *, characters: int = 500, hashtags: int = 0, **article: object) -> str:
    return status_text(
        an_article(**article),
        template,
        url=URL,
        hashtags=hashtags,
        characters=characters,
        address_characters=23,
    )


def counted(message: str) -> int:
    return len(re.sub(r"https?://\S+", "x" * 23, message))


def test_lines_that_say_nothing_go() -> None:
    assert text(summary="At nine.") == f"New ferry sails on time\n\nAt nine.\n\n{URL}"


def test_a_correction_is_told_with_its_newest_note() -> None:
    notes = tuple(Correction(note=note, at=NOON) for note in ("It left at nine.", "It left at ten."))
    assert text("{title} {correction} {url}", corrections=notes).endswith(f"Correction: It left at ten. {URL}")


def test_keywords_become_hashtags_of_one_word_each() -> None:
    message = text("{url} {hashtags}", hashtags=3, keywords=["ferry lines", "2026", "Zürich's", "harbour", "more"])
    assert message == f"{URL} #FerryLines #ZürichS #Harbour"


def test_the_summary_gives_way_before_the_title() -> None:
    message = text(characters=60, summary="word " * 100)
    assert message.startswith("New ferry sails on time\n\nword")
    assert counted(message) <= 60
    assert text(characters=48, summary="word " * 100) == f"New ferry sails on time\n\n{URL}"


def test_where_there_is_hardly_room_the_link_stays() -> None:
    assert text(characters=24) == URL
    assert text(characters=35) == f"New …\n\n{URL}"


def test_a_name_after_an_at_sign_is_told_nothing() -> None:
    assert "@\u200bharbourmaster" in text(title="What @harbourmaster said")


@pytest.mark.parametrize(
    "template",
    [
        "{title}",
        "{url} {url}",
        "{url} {body}",
        "{url} {title.__class__}",
        "{url} {title!r}",
        "{url} {title:>9}",
        "{url",
        "{}",
    ],
)
def test_a_template_without_its_link_or_with_anything_unknown_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match=r"must|unknown|template"):
        check_template(template)


@given(st.text(), st.text(), st.lists(st.text(min_size=1)), st.integers(30, 500))
def test_it_always_fits_and_always_links(title: str, summary: str, keywords: list[str], characters: int) -> None:
    words = [keyword for keyword in keywords if keyword.strip()]
    article = an_article().model_copy(update={"title": title, "summary": summary, "keywords": tuple(words)})
    message = status_text(article, TEMPLATE, url=URL, hashtags=5, characters=characters, address_characters=23)
    assert URL in message
    assert counted(message) <= characters


def test_addresses_in_our_own_words_are_counted_for_the_most_that_they_may_be() -> None:
    # Where one ends is for the server to say: in Japanese nothing stands between it and what follows.
    summary = "https://harbour.example/をご覧ください。" + "船は九時に出ました。" * 20
    message = text("{summary} {url}", characters=200, summary=summary)
    before, _, after = message.removesuffix(URL).partition("https://harbour.example/")
    assert len(before) + 23 + len(after) + 23 <= 200
    assert "船は九時に" in after


def test_a_language_without_spaces_is_shortened_and_not_left_out() -> None:
    message = text("{summary} {url}", characters=100, summary="船は九時に出ました。" * 20)
    assert message.startswith("船は九時に出ました。船")
    assert counted(message) <= 100
