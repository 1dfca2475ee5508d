"""The stage's own stories: valid records with a mistake that can be put right."""

from __future__ import annotations

from typing import Any

import pytest

from syndicate.demo.samples import picture_files
from syndicate.demo.stories import corrected, stories, story_record
from syndicate.model.article import Article, Correction
from syndicate.parse.record import read_record
from tests.builders import NOON, an_article

PICTURES = {name: f"http://127.0.0.1:8080/media/{name}" for name in picture_files()}
NUMBERS = range(1, len(stories()) + 1)


def told(number: int) -> Article:
    return read_record(story_record(number, PICTURES)).article


def texts(article: Article) -> dict[str, Any]:
    return {key: getattr(article, key) for key in ("title", "short_title", "summary", "body_html")}


@pytest.mark.parametrize("number", NUMBERS)
def test_a_story_is_a_whole_record_that_needs_no_cleaning(number: int) -> None:
    parsed = read_record(story_record(number, PICTURES))
    article = parsed.article
    assert parsed.changes == ()
    assert article.lead
    assert article.lead.caption
    assert article.lead.credit
    assert article.lead.alt
    assert all((article.kicker, article.summary, article.byline, article.body_html, article.categories))


@pytest.mark.parametrize("number", NUMBERS)
def test_the_mistake_stands_where_it_is_seen_and_its_correction_leaves_none_of_it(number: int) -> None:
    story, article = stories()[number - 1], told(number)
    mended = corrected(article)
    assert story.wrong in article.title
    assert story.right in mended.title
    assert not any(story.wrong in (text or "") for text in texts(mended).values())
    assert mended.correction == story.note


def test_after_the_last_story_the_first_is_told_again_as_another_article() -> None:
    again = told(len(stories()) + 1)
    assert texts(again) == texts(told(1))
    assert again.id != told(1).id


def test_every_further_correction_has_a_note_of_its_own() -> None:
    article, notes = told(1), []
    for _ in range(12):
        article = corrected(article)
        notes.append(article.correction)
        made = (*article.corrections, Correction(at=NOON, note=article.correction or ""))
        article = article.model_copy(update={"corrections": made})
    assert len(set(notes)) == len(notes)


def test_an_article_that_is_none_of_the_stages_own_keeps_its_text() -> None:
    article = an_article(id="tag:harbourdaily.example,2026:ferry")
    mended = corrected(article)
    assert texts(mended) == texts(article)
    assert mended.correction
