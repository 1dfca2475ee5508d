"""Header fields that come from outside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.net.headers import LONGEST_WAIT, are_sendable, parse_retry_after

NOW = datetime(1994, 11, 6, 8, 49, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 120 ", 120),
        ("007", 7),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 37),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 37),
        ("Sun Nov  6 08:49:37 1994", 37),
        ("Sun, 06 Nov 1994 08:00:00 GMT", 0),
    ],
)
def test_both_forms_are_read(value: str, seconds: int) -> None:
    assert parse_retry_after(value, now=NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize("value", ["9" * 12, "9" * 5000, "Fri, 31 Dec 9999 23:59:59 GMT", "99999999999999"])
def test_a_wait_without_end_is_a_year(value: str) -> None:
    assert parse_retry_after(value, now=NOW) == LONGEST_WAIT


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "-1",
        "+5",
        "1.5",
        "1e3",
        "NaN",
        "inf",
        "soon",
        "٣",
        "120 seconds",
        "120, 240",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 +0100",
        "Sun, 99 Nov 1994 08:49:37 GMT",
        "Sun, 06 Xxx 1994 08:49:37 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT",
        "1994-11-06T08:49:37Z",
    ],
)
def test_anything_else_asks_for_nothing(value: str | None) -> None:
    assert parse_retry_after(value, now=NOW) is None


@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", fullmatch=True))
def test_no_text_raises_or_leaves_the_range(value: str) -> None:
    wait = parse_retry_after(value, now=NOW)
    assert wait is None or timedelta(0) <= wait <= LONGEST_WAIT


@given(st.integers(min_value=0, max_value=364 * 86_400))
def test_a_date_says_the_same_as_its_seconds(seconds: int) -> None:
    at = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert parse_retry_after(at, now=NOW) == parse_retry_after(str(seconds), now=NOW) == timedelta(seconds=seconds)


@given(st.characters(categories=["Cc", "Cs"]))
def test_no_control_may_stand_in_a_value(character: str) -> None:
    assert are_sendable({"X": f"a{character}b"}) is (character == "\t" or "\x80" <= character <= "\x9f")
