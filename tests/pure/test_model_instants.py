"""Instants: RFC 3339 with an offset, and the zone of RFC 9557."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.model.durations import format_duration, parse_duration
from syndicate.model.instants import format_instant, parse_instant, rfc3339

# Hypothesis takes bounds without a zone.
OLD, FAR = datetime(1800, 1, 1), datetime(2200, 1, 1)  # noqa: DTZ001


def test_a_zone_in_brackets_is_kept() -> None:
    instant = parse_instant("2017-10-19T09:50:00-04:00[America/New_York]")
    assert instant.tzname() == "EDT"
    assert instant == datetime(2017, 10, 19, 13, 50, tzinfo=UTC)
    assert format_instant(instant) == "2017-10-19T09:50:00-04:00[America/New_York]"


def test_utc_may_be_shown_in_a_zone() -> None:
    assert parse_instant("2017-10-19T13:50:00Z[America/New_York]").hour == 9


@pytest.mark.parametrize(
    "text",
    [
        "2017-10-19T09:50:00",
        "2017-10-19",
        "2017-10-19 09:50:00Z",
        "2017-02-30T09:50:00Z",
        "2017-10-19T09:50:00+01:00[America/New_York]",
        "2017-10-19T09:50:00Z[Mars/Olympus]",
        "2017-10-19T09:50:00Z[../../etc/passwd]",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        1508421000,
        None,
    ],
)
def test_anything_else_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_instant(text)


@given(st.datetimes(min_value=OLD, max_value=FAR), st.sampled_from(
    ["UTC", "America/New_York", "Europe/London", "Asia/Kathmandu", "Australia/Lord_Howe"]
))  # fmt: skip
def test_an_instant_survives_being_written_and_read(naive: datetime, zone: str) -> None:
    instant = naive.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    assert parse_instant(format_instant(instant)) == instant
    assert parse_instant(rfc3339(instant)) == instant


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=3_000)))
def test_a_duration_survives_being_written_and_read(duration: timedelta) -> None:
    rounded = timedelta(milliseconds=round(duration.total_seconds() * 1000))
    assert abs(parse_duration(format_duration(rounded)) - rounded) < timedelta(milliseconds=1)


@pytest.mark.parametrize("text", ["", "5", "s", "-5s", "5 parsecs", 5, None, "1000000w"])
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_duration(text)
