"""The contract gate: what each dialect's partner takes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from syndicate.model.article import Rights
from syndicate.model.declarations import Dialect
from syndicate.policy.gates.table import GATES, judge, judge_feed, leaves_at, most_items, refusal_for
from syndicate.render.dialects.table import DIALECTS, repairs_of
from tests.builders import NOON, a_feed, a_publisher, an_article, an_image

TITLE = "The new ferry sails on time"
LONG = "<p>" + "The ferry left at nine and came at ten. " * 10 + "</p>"
TAKEN: dict[str, Any] = {"title": TITLE, "body_html": LONG, "images": (an_image(),)}


def refusals(dialect: Dialect, **changes: Any) -> list[str]:
    article = an_article(**(TAKEN | changes))
    found = judge(article, dialect, language="en-GB", now=NOON)
    return [each.code for each in found if each.refuses]


def test_every_dialect_has_a_gate() -> None:
    assert GATES.keys() == DIALECTS.keys()


@pytest.mark.parametrize("dialect", GATES)
def test_an_article_within_all_limits_is_taken(dialect: Dialect) -> None:
    assert refusals(dialect) == []


@pytest.mark.parametrize(
    ("dialect", "changes", "code"),
    [
        ("msn", {"title": "x" * 19}, "title_length"),
        ("msn", {"title": "x" * 151}, "title_length"),
        ("msn", {"title": "The new ferry <b>sails</b> on time"}, "title_markup"),
        ("msn", {"language": "fr"}, "language_differs"),
        ("msn", {"body_html": None}, "body_missing"),
        ("msn", {"body_html": "<p><img src='https://x.example/1.jpg'></p>"}, "body_missing"),
        ("msn", {"body_html": "<p>" + "x" * 1_000_000 + "</p>"}, "body_too_large"),
        ("msn", {"images": (an_image(credit=None),)}, "picture_rights_unknown"),
        ("msn", {"images": (an_image(rights=Rights(allow_partners=("gazette",))),)}, "picture_rights"),
        ("msn", {"published_at": NOON - timedelta(days=365)}, "too_old"),
        ("flipboard", {"images": ()}, "picture_missing"),
        ("flipboard", {"images": (an_image(height=399),)}, "picture_small"),
        ("flipboard", {"body_html": "<p>Short.</p>"}, "description_short"),
        ("flipboard", {"body_html": None}, "body_missing"),
        ("smartnews", {"language": "fr"}, "language_differs"),
        ("smartnews", {"body_html": None}, "body_missing"),
    ],
)
def test_what_a_partner_does_not_take_is_refused_by_its_gate_alone(
    dialect: Dialect, changes: dict[str, Any], code: str
) -> None:
    assert code in refusals(dialect, **changes)
    assert refusals("standard", **changes) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "x" * 20},
        {"title": "x" * 150},
        {"language": "en-US"},
        {"language": None},
        {"images": (an_image(credit=None, rights=Rights(licence="CC BY 4.0")),)},
        {"images": ()},
        {"published_at": NOON - timedelta(days=365) + timedelta(microseconds=1)},
    ],
)
def test_what_lies_just_within_the_limits_of_msn_is_taken(changes: dict[str, Any]) -> None:
    assert refusals("msn", **changes) == []


def test_a_picture_of_unknown_size_is_given_the_benefit_of_the_doubt() -> None:
    assert refusals("flipboard", images=(an_image(width=None, height=None),)) == []


def test_one_large_picture_is_enough() -> None:
    assert refusals("flipboard", images=(an_image(1, height=100), an_image(2))) == []


def test_the_refusal_for_a_polled_partner_names_every_cause() -> None:
    article = an_article(**(TAKEN | {"title": "Short", "language": "fr"}))
    refused = refusal_for(article, "msn", a_feed(), publisher=a_publisher(), now=NOON)
    assert refused is not None
    assert "title has 5 characters" in refused
    assert "language is fr" in refused
    assert refusal_for(article, "standard", a_feed(), publisher=a_publisher(), now=NOON) is None


def test_findings_hold_no_text_of_the_article() -> None:
    secret = "Quayside"
    article = an_article(
        title=secret, body_html=f"<pre>{secret}</pre>", images=(an_image(caption=secret, credit=None),)
    )
    for dialect in GATES:
        found = (*judge(article, dialect, language="en-GB", now=NOON), *repairs_of(article, dialect))
        assert secret not in str(found)


def test_an_age_limit_is_an_instant_at_which_the_article_leaves() -> None:
    article = an_article()
    assert article.published_at is not None
    assert leaves_at(article, "msn") == article.published_at + timedelta(days=365)
    assert leaves_at(article, "standard") is None


def test_a_feed_shows_no_more_than_its_partner_reads() -> None:
    assert most_items(a_feed(items=50, dialect="msn")) == 20
    assert most_items(a_feed(items=10, dialect="msn")) == 10
    assert most_items(a_feed(items=50)) == 50


@pytest.mark.parametrize(
    ("feed", "code"),
    [
        ({"dialect": "msn", "content": "summary"}, "content_not_full"),
        ({"dialect": "flipboard", "items": 29}, "few_items"),
        ({"dialect": "smartnews", "description": "x" * 31}, "description_long"),
        ({"dialect": "smartnews"}, "logo_missing"),
    ],
)
def test_a_feed_is_held_against_the_limits_of_its_dialect(feed: dict[str, Any], code: str) -> None:
    assert code in [each.code for each in judge_feed(a_feed(**feed))]
    assert judge_feed(a_feed(**(feed | {"dialect": "standard"}))) == ()
