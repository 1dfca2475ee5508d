"""Selection: any item of a list, all lists, exclusions first, by word and without case."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.model.article import Source
from syndicate.model.declarations import Select
from syndicate.policy.selection import Matcher, facts
from tests.builders import NOON, an_article

NAME = "Harbour Daily"


def selects(select: dict[str, Any], **changes: Any) -> bool:
    return Matcher(Select.model_validate(select)).matches(an_article(**changes), now=NOON, publisher_name=NAME)


def test_an_empty_selection_takes_everything() -> None:
    assert selects({})
    assert selects({}, published_at=None, language=None, body_html=None, summary=None, categories=[])


def test_a_category_matches_by_term_or_label_whatever_its_case() -> None:
    subject = [{"term": "medtop:20000002", "label": "Arts & Culture"}]
    assert selects({"categories": ["ARTS & culture"]}, categories=subject)
    assert selects({"categories": ["MEDTOP:20000002"]}, categories=subject)
    assert not selects({"categories": ["Arts"]}, categories=subject)


def test_any_item_of_a_list_is_enough_and_all_lists_must_match() -> None:
    assert selects({"categories": ["World", "Harbour"]})
    assert selects({"categories": ["Harbour"], "languages": ["en"]})
    assert not selects({"categories": ["Harbour"], "languages": ["fr"]})


@pytest.mark.parametrize(
    ("key", "hit", "changes"),
    [
        ("categories", "harbour", {}),
        ("keywords", "ferries", {"keywords": ["Ferries", "sea"]}),
        ("authors", "ana  costa", {"authors": [{"name": "Ana Costa"}]}),
        ("sources", "the wire", {"source": Source(name="The Wire", url="https://wire.example/")}),
        ("languages", "EN", {}),
        ("text", "ON TIME", {}),
    ],
)
def test_each_key_includes_and_its_twin_excludes(key: str, hit: str, changes: dict[str, Any]) -> None:
    assert selects({key: [hit]}, **changes)
    assert not selects({key: ["something else"]}, **changes)
    assert not selects({f"exclude_{key}": [hit]}, **changes)
    assert selects({f"exclude_{key}": ["something else"]}, **changes)
    assert not selects({key: [hit], f"exclude_{key}": [hit]}, **changes)


def test_an_own_article_is_selected_by_the_publishers_name() -> None:
    assert selects({"sources": ["harbour daily"]}, source=None)
    assert not selects({"exclude_sources": ["harbour daily"]}, source=None)


@pytest.mark.parametrize(
    ("wanted", "language", "found"),
    [
        ("en", "en-GB", True),
        ("en-gb", "en-GB", True),
        ("en-US", "en-GB", False),
        ("zh-Hant", "zh-Hant-TW", True),
        ("en-GB", "en", False),
        ("e", "en", False),
        ("en", None, False),
    ],
)
def test_a_language_selects_its_variants(wanted: str, language: str | None, found: bool) -> None:
    assert selects({"languages": [wanted]}, language=language) is found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("ferry", True),
        ("Ferry Sails", True),
        ("sails ferry", False),
        ("ferr", False),
        ("left at nine", True),
        ("nine it arrived", False),
        ("time the first", False),
        ("first crossing", True),
        ("harbourside", True),
        ("AT&T", True),
        ("side", False),
        ("strong", False),
        ("title", False),
        ("", False),
        ("…", False),
    ],
)
def test_text_is_sought_by_word_and_phrase_in_title_summary_and_body(wanted: str, found: bool) -> None:
    body = (
        '<p title="a > b">The ferry left at nine.</p><p>It arrived</p><p>har<strong>bour</strong>side by AT&amp;T.</p>'
    )
    body = body.replace("nine.</p><p>It", "nine.</p>\n<h2>Later</h2><p>It")
    assert selects({"text": [wanted]}, body_html=body) is found


def test_text_is_found_in_scripts_without_spaces() -> None:
    assert selects({"text": ["渡轮"]}, title="新渡轮准时启航")
    assert not selects({"text": ["火车"]}, title="新渡轮准时启航")


def test_an_article_leaves_when_it_is_too_old() -> None:
    article, matcher = an_article(published_at=NOON), Matcher(Select.model_validate({"max_age": "48h"}))
    leaves_at = matcher.leaves_at(article)
    assert leaves_at == NOON + timedelta(hours=48)
    assert matcher.matches(article, now=leaves_at - timedelta(seconds=1), publisher_name=NAME)
    assert not matcher.matches(article, now=leaves_at, publisher_name=NAME)
    assert Matcher(Select()).leaves_at(article) is None
    assert matcher.leaves_at(an_article(published_at=None)) is None


terms = st.lists(st.sampled_from(["Harbour", "World", "sport", "ÉTÉ", "ete"]), max_size=4)


@given(terms, terms, terms)
def test_lists_are_sets_compared_without_case(has: list[str], wanted: list[str], unwanted: list[str]) -> None:
    present = {term.casefold() for term in has}
    expected = (not wanted or any(term.casefold() in present for term in wanted)) and not any(
        term.casefold() in present for term in unwanted
    )
    upper = [term.upper() for term in wanted]
    assert selects({"categories": upper, "exclude_categories": unwanted}, categories=has) is expected


def test_an_article_is_tried_against_two_hundred_feeds_within_a_few_milliseconds() -> None:
    article = an_article(body_html="<p>The <b>ferry</b> left at nine, and nobody was late.</p>" * 200)
    matchers = [
        Matcher(Select(categories=("Harbour", f"Topic {n}"), exclude_sources=("Wire",), text=(f"phrase {n}", "ferry")))
        for n in range(200)
    ]
    elapsed = min(_seconds(article, matchers) for _ in range(5))
    # 1 ms where nothing else runs; the slack is for busy machines.
    assert elapsed < 0.01


def _seconds(article: Any, matchers: list[Matcher]) -> float:
    start = time.perf_counter()
    known = facts(article, publisher_name=NAME)
    assert all(matcher.matches_facts(known, now=NOON) for matcher in matchers)
    return time.perf_counter() - start
