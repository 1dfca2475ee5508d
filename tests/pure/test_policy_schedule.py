"""Schedules: POSIX cron in a zone, intervals from the epoch, and at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from croniter import croniter
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.policy.cron import parse_cron
from syndicate.policy.schedule import Schedule, due_at, next_run, parse_schedule
from tests.builders import NOON

MINUTE = timedelta(minutes=1)
ZONES = (
    "Europe/London",
    "Europe/Dublin",
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "America/Asuncion",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Pacific/Auckland",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Beirut",
    "Asia/Kolkata",
)
SPECS = (
    "* * * * *",
    "*/15 * * * *",
    "30 * * * *",
    "30 1 * * *",
    "15,45 0-3 * * *",
    "30 2 * * sun",
    "0 0 * * *",
    "5 0,2 1 * fri-sun",
    "45 23,0,1 * * 0,6",
)


def run(text: str, after: str, zone: str = "UTC") -> str:
    found = next_run(parse_schedule(text, zone), after=datetime.fromisoformat(after))
    assert found.utcoffset() == timedelta(0)
    return found.strftime("%Y-%m-%dT%H:%MZ")


def transitions(zone: ZoneInfo) -> list[datetime]:
    hours = [datetime(2023, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(5 * 366 * 24)]
    offsets = [hour.astimezone(zone).utcoffset() for hour in hours]
    return [hours[n] for n in range(1, len(hours)) if offsets[n] != offsets[n - 1]]


def expected_runs(spec: str, zone: ZoneInfo, start: datetime, minutes: int) -> list[datetime]:
    """Walk real minutes: each local minute that newly lies behind the clock is due once, then and there."""
    fields, runs = parse_cron(spec), []
    latest = start.astimezone(zone).replace(tzinfo=None)
    for instant in (start + n * MINUTE for n in range(1, minutes + 1)):
        local = instant.astimezone(zone).replace(tzinfo=None)
        passed = [latest + n * MINUTE for n in range(1, (local - latest) // MINUTE + 1)]
        if any(fires(fields, time) for time in passed):
            runs.append(instant)
        latest = max(latest, local)
    return runs


def fires(fields, time: datetime) -> bool:  # type: ignore[no-untyped-def]  # CronFields, read plainly
    by_date, by_weekday = time.day in fields.days, time.isoweekday() % 7 in fields.weekdays
    day = (by_date or by_weekday) if fields.either_day else (by_date and by_weekday)
    return day and time.month in fields.months and time.hour in fields.hours and time.minute in fields.minutes


@pytest.mark.parametrize("name", ZONES)
def test_around_every_change_of_clocks_each_local_time_runs_exactly_once_in_order(name: str) -> None:
    zone = ZoneInfo(name)
    for moment in transitions(zone):
        start, minutes = moment - timedelta(hours=5), 10 * 60
        for spec in SPECS:
            schedule, runs, at = parse_schedule(spec, name), [], start
            while (at := next_run(schedule, after=at)) <= start + minutes * MINUTE:
                runs.append(at)
            expected = expected_runs(spec, zone, start, minutes)
            assert runs == expected, (spec, moment)
            assert_the_same_from_within(schedule, expected, start)


def assert_the_same_from_within(schedule: Schedule, runs: list[datetime], start: datetime) -> None:
    """Ask from instants that no walk from run to run comes by, such as those of a repeated hour."""
    for asked in (start + n * MINUTE for n in range(200, 400, 7)):
        later = [at for at in runs if at > asked]
        if later:
            assert next_run(schedule, after=asked) == later[0], (schedule, asked)


@pytest.mark.parametrize("name", ZONES)
def test_a_daily_run_comes_once_for_each_local_date_of_five_years(name: str) -> None:
    schedule, zone = parse_schedule("30 2 * * *", name), ZoneInfo(name)
    at, dates = datetime(2022, 12, 31, 23, tzinfo=zone).astimezone(UTC), []
    while (later := next_run(schedule, after=at)).astimezone(zone).year < 2028:
        assert later > at
        at = later
        dates.append(at.astimezone(zone).date())
    assert len(dates) == len(set(dates)) == 5 * 365 + 1


def test_a_repeated_hour_runs_the_first_time_only() -> None:
    assert run("30 1 * * *", "2026-10-24T12:00Z", "Europe/London") == "2026-10-25T00:30Z"
    assert run("30 1 * * *", "2026-10-25T00:30Z", "Europe/London") == "2026-10-26T01:30Z"


def test_a_skipped_time_runs_when_the_clocks_go_forward() -> None:
    assert run("30 1 * * *", "2026-03-28T12:00Z", "Europe/London") == "2026-03-29T01:00Z"
    assert run("30 1 * * *", "2026-03-29T01:00Z", "Europe/London") == "2026-03-30T00:30Z"


def test_sunday_is_zero_and_seven_and_sun() -> None:
    sundays = {run(f"0 9 * * {day}", "2026-03-04T12:00Z") for day in ("0", "7", "sun", "SUN", "7-7", "0,7")}
    assert sundays == {"2026-03-08T09:00Z"}
    assert run("0 9 * * 1", "2026-03-04T12:00Z") == "2026-03-09T09:00Z"
    assert run("0 9 * * fri-sun", "2026-03-04T12:00Z") == "2026-03-06T09:00Z"


def test_two_restricted_days_are_alternatives_and_a_starred_one_is_not() -> None:
    assert run("0 0 13 * fri", "2026-03-04T12:00Z") == "2026-03-06T00:00Z"
    assert run("0 0 13 * *", "2026-03-04T12:00Z") == "2026-03-13T00:00Z"
    assert run("0 0 30 2 mon", "2026-02-25T12:00Z") == "2027-02-01T00:00Z"


def test_a_date_that_is_rare_is_found() -> None:
    assert run("0 0 29 2 *", "2026-03-04T12:00Z") == "2028-02-29T00:00Z"
    assert run("0 0 29 2 */7", "2026-03-04T12:00Z") == "2032-02-29T00:00Z"


def cron_field(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    # croniter takes 1-1 for the whole week.
    span = st.lists(number, min_size=2, max_size=2, unique=True).map(lambda ends: f"{min(ends)}-{max(ends)}")
    stepped = st.tuples(span, st.integers(1, high - low)).map(lambda parts: f"{parts[0]}/{parts[1]}")
    starred = st.integers(1, high - low).map(lambda step: f"*/{step}")
    listed = st.lists(st.one_of(number.map(str), span, stepped), min_size=1, max_size=3).map(",".join)
    return st.one_of(st.just("*"), starred, listed)


@settings(max_examples=300, deadline=None)
@given(
    st.tuples(cron_field(0, 59), cron_field(0, 23), cron_field(1, 28), cron_field(1, 12), cron_field(0, 7)),
    st.datetimes(datetime(2023, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001  # made aware below
)
def test_where_no_clock_changes_it_agrees_with_croniter(fields: tuple[str, ...], after: datetime) -> None:
    text, after = " ".join(fields), after.replace(tzinfo=UTC)
    reference = croniter(text, after, implement_cron_bug=True).get_next(datetime)
    assert next_run(parse_schedule(text, "UTC"), after=after) == reference


def test_intervals_count_from_the_epoch_so_that_a_restart_shifts_nothing() -> None:
    schedule = parse_schedule("every 90s", "Europe/London")
    assert next_run(schedule, after=datetime(1970, 1, 1, tzinfo=UTC)) == datetime(1970, 1, 1, 0, 1, 30, tzinfo=UTC)
    assert next_run(schedule, after=NOON) == NOON + timedelta(seconds=90)
    assert next_run(schedule, after=NOON + timedelta(seconds=1)) == NOON + timedelta(seconds=90)
    assert run("every 1h30m", "2026-03-04T12:00Z") == "2026-03-04T13:30Z"


def test_at_once_is_due_when_ready() -> None:
    schedule = parse_schedule("Immediately", "UTC")
    assert due_at(schedule, ready_at=NOON + MINUTE, now=NOON) == NOON + MINUTE
    assert due_at(schedule, ready_at=NOON - MINUTE, now=NOON) == NOON
    assert next_run(schedule, after=NOON) == NOON


@pytest.mark.parametrize("text", ["0 * * * *", "every 1h"])
def test_what_is_ready_at_the_very_occurrence_goes_with_it(text: str) -> None:
    schedule = parse_schedule(text, "UTC")
    assert due_at(schedule, ready_at=NOON, now=NOON) == NOON
    assert due_at(schedule, ready_at=NOON - MINUTE, now=NOON + MINUTE) == NOON + 60 * MINUTE
    assert due_at(schedule, ready_at=NOON + 61 * MINUTE, now=NOON) == NOON + 120 * MINUTE


@pytest.mark.parametrize("text", ["* * * * *", "7 * * * *", "0 9 1 * mon", "every 90s"])
@given(after=st.datetimes(datetime(2023, 1, 1), datetime(2027, 12, 31)))  # noqa: DTZ001  # made aware below
def test_the_next_run_is_later_and_nothing_lies_between(text: str, after: datetime) -> None:
    schedule, after = parse_schedule(text, "America/St_Johns"), after.replace(tzinfo=UTC)
    found = next_run(schedule, after=after)
    assert found > after
    assert next_run(schedule, after=found - timedelta(microseconds=1)) == found
    assert due_at(schedule, ready_at=found, now=after) == found


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "five fields"),
        ("hourly", "five fields"),
        ("@hourly", "five fields"),
        ("* * * *", "five fields"),
        ("60 * * * *", "minute '60' must lie between 0 and 59"),
        ("0 24 * * *", "hour"),
        ("0 0 0 * *", "day of month"),
        ("0 0 * 13 *", "month"),
        ("0 0 * foo *", "month 'foo'"),
        ("0 0 * * 8", "day of week"),
        ("0 0 * * -1", "cannot be read"),
        ("*/0 * * * *", "1 or more"),
        ("5/15 * * * *", "write 5-59/15"),
        ("30-10 * * * *", "backwards"),
        ("1,,2 * * * *", "cannot be read"),
        ("0 0 30 2 *", "never fires"),
        ("0 0 31 4,6,9,11 *", "never fires"),
        ("every 0s", "one second"),
        ("every now and then", "duration"),
    ],
)
def test_what_is_no_schedule_is_refused_in_plain_words(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_schedule(text, "UTC")


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown time zone 'Europe/Atlantis'"):
        parse_schedule("0 9 * * *", "Europe/Atlantis")


@given(st.text(max_size=40))
def test_any_text_is_a_schedule_or_a_value_error(text: str) -> None:
    try:
        schedule = parse_schedule(text, "UTC")
    except ValueError:
        return
    assert next_run(schedule, after=NOON) >= NOON
