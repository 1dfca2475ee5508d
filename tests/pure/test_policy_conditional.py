"""Conditional requests and content codings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syndicate.policy.conditional import answer_conditional, choose_coding
from tests.builders import NOON

ETAGS = ('"41-abc"', '"41-abc-gzip"', '"41-abc-br"')
CHANGED_AT = datetime(2026, 3, 4, 11, 0, 0, 700_000, tzinfo=UTC)


def is_304(tags: str | None = None, since: str | None = None, method: str = "GET") -> bool:
    return answer_conditional(method, tags, since, etags=ETAGS, last_modified=CHANGED_AT, now=NOON)


@pytest.mark.parametrize(
    "tags",
    [
        '"41-abc"',
        'W/"41-abc"',
        'w/"41-abc"',
        '"41-abc-gzip"',
        '"41-abc-br"',
        "*",
        ' "x" , W/"41-abc", "y"',
        '"x","41-abc"',
        "41-abc",
        "W/41-abc",
        '""41-abc""',
        '"W/"41-abc""',
        '\\"41-abc\\"',
        '"41-abc;gzip"',
        '"41-abc--gzip"',
        '"41-abc-br-gzip"',
        '"41-abc"-gzip',
    ],
)
def test_a_tag_the_client_holds_is_known_however_it_comes_back(tags: str) -> None:
    assert is_304(tags)
    assert is_304(tags, method="HEAD")
    assert not is_304(tags, method="POST")


@pytest.mark.parametrize("tags", ['"40-abc"', "", '""', "null", '"41-ab"', '"41"', "41-abcd", "gzip", "W/", '"*x"'])
def test_another_tag_gets_the_edition(tags: str) -> None:
    assert not is_304(tags)


def test_a_date_at_or_after_the_change_needs_no_new_edition() -> None:
    assert is_304(since="Wed, 04 Mar 2026 11:00:00 GMT")
    assert is_304(since="Wed, 04 Mar 2026 11:30:00 GMT; length=120")
    assert is_304(since="Wednesday, 04-Mar-26 11:30:00 GMT")
    assert is_304(since="Wed Mar  4 11:30:00 2026")
    assert not is_304(since="Wed, 04 Mar 2026 10:59:59 GMT")


@pytest.mark.parametrize(
    "since", ["", "yesterday", "0", "Wed, 04 Mar 2026 12:00:01 GMT", "Mon, 01 Jan 9999 00:00:00 GMT", "2026-03-04"]
)
def test_a_date_that_is_none_or_ahead_of_us_is_ignored(since: str) -> None:
    assert not is_304(since=since)


def test_a_date_is_ignored_beside_a_tag() -> None:
    assert not is_304('"40-abc"', "Wed, 04 Mar 2026 11:30:00 GMT")
    assert is_304('"41-abc"', "Wed, 04 Mar 2020 11:30:00 GMT")


def test_a_request_without_conditions_gets_the_edition() -> None:
    assert not is_304()


header_text = st.text(max_size=60) | st.text('"W/\\*,;- abcgzipr41=q.0123456789', max_size=60)


@given(header_text | st.none(), header_text | st.none())
@example('"' * 8_000, None)
@example("-gzip" * 1_600 + "x", None)
@example("-" * 8_000, None)
@example(None, "Wed, 04 Mar 2026 11:30:00 +9999999999999")
def test_no_header_text_raises(tags: str | None, since: str | None) -> None:
    assert is_304(tags, since) in (True, False)


opaque = st.text("abc123-/+=_.", min_size=1, max_size=12)


@given(st.lists(st.tuples(st.booleans(), opaque), min_size=1, max_size=5), st.lists(opaque, min_size=1, max_size=3))
def test_well_formed_tags_are_compared_weakly(sent: list[tuple[bool, str]], held: list[str]) -> None:
    header = ", ".join(("W/" if weak else "") + f'"{tag}"' for weak, tag in sent)
    found = answer_conditional(
        "GET", header, None, etags=[f'"{tag}"' for tag in held], last_modified=CHANGED_AT, now=NOON
    )
    assert found != {tag for _, tag in sent}.isdisjoint(held)


@given(st.integers(-100_000, 100_000))
def test_a_date_is_compared_by_the_second(seconds: int) -> None:
    since = CHANGED_AT + timedelta(seconds=seconds)
    header = since.strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert is_304(since=header) is (seconds >= 0 and since.replace(microsecond=0) <= NOON)


@pytest.mark.parametrize(
    ("accepts", "coding"),
    [
        (None, "identity"),
        ("", "identity"),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP, BR", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0.5, gzip", "gzip"),
        ("br;q=0, gzip;q=0", "identity"),
        ("gzip;q=0.5, identity", "identity"),
        ("gzip;q=0.5, identity;q=0.5", "gzip"),
        ("identity", "identity"),
        ("*", "br"),
        ("*;q=0", "identity"),
        ("br;q=0, *", "gzip"),
        ("gzip;q=0.1, *;q=0", "gzip"),
        ("gzip ; q = 1.000", "gzip"),
        ("gzip;q=nan", "identity"),
        ("gzip;q=2", "identity"),
        ("gzip;q=-1", "identity"),
        (",, ;q=1, gzip", "gzip"),
        ("deflate", "identity"),
    ],
)
def test_the_coding_is_the_one_the_client_likes_best(accepts: str | None, coding: str) -> None:
    assert choose_coding(accepts) == coding


@given(header_text)
@example(" " * 8_000 + ";")
@example("gzip;q=" + "9" * 8_000)
def test_any_text_gets_a_coding(accepts: str) -> None:
    assert choose_coding(accepts) in ("br", "gzip", "identity")


weights = st.sampled_from([0.0, 0.1, 0.5, 1.0])


@given(
    st.dictionaries(st.sampled_from(["br", "gzip", "identity", "*", "zstd"]), weights),
    st.permutations(("br", "gzip")).flatmap(lambda order: st.integers(0, 2).map(lambda size: order[:size])),
)
def test_the_choice_is_offered_welcome_and_none_is_more_welcome(
    liked: dict[str, float], offered: list[Literal["br", "gzip"]]
) -> None:
    chosen = choose_coding(", ".join(f"{name};q={weight}" for name, weight in liked.items()), offered)
    welcome = {coding: liked.get(coding, liked.get("*", 0.0)) for coding in offered}
    if chosen == "identity":
        assert all(weight == 0 or weight < liked.get("identity", 0.0) for weight in welcome.values())
    else:
        assert welcome[chosen] > 0
        assert welcome[chosen] == max(welcome.values())
        assert welcome[chosen] >= liked.get("identity", 0.0)
        assert next(coding for coding in offered if welcome[coding] == welcome[chosen]) == chosen
