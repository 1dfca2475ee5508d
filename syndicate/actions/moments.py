"""Moments: an instant in the past, and how far the journal had come by then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from syndicate.errors import InvalidQueryError, Violation
from syndicate.model.instants import parse_instant, rfc3339
from syndicate.store import past
from syndicate.store.tx import Tx


@dataclass(frozen=True)
class Moment:
    """`seq` is that of the journal's newest row at `at`."""

    at: datetime
    seq: int


def read_moment(text: str, *, name: str) -> datetime:
    """Read an instant that the parameter `name` gives. Raises InvalidQueryError."""
    try:
        return parse_instant(text)
    except ValueError as error:
        raise _refused(name, str(error)) from error


def moment_of(tx: Tx, at: datetime, *, now: datetime, name: str) -> Moment:
    """Find how far the journal had come at an instant. Raises InvalidQueryError where nothing can be shown of it."""
    if at > now:
        raise _refused(name, f"lies in the future; it is {rfc3339(now)} now")
    first = past.first(tx)
    if first is None:
        raise _refused(name, "lies before the first article, which is yet to come")
    if first[1] > at:
        raise _refused(name, f"lies before the first article, which came at {rfc3339(first[1])}")
    return Moment(at, _seq_at(tx, at, first[0]))


def _seq_at(tx: Tx, at: datetime, first: int) -> int:
    """Search the journal by halves: its times rise with seq, and need no index for that."""
    newest = past.at_or_below(tx, 2**62)
    assert newest is not None
    if newest[1] <= at:
        return newest[0]
    low, high = first, newest[0]
    while high - low > 1:
        middle = (low + high) // 2
        row = past.at_or_below(tx, middle)
        assert row is not None
        low, high = (middle, high) if row[1] <= at else (low, middle)
    return low


def _refused(name: str, reason: str) -> InvalidQueryError:
    return InvalidQueryError(f"{name} {reason}", [Violation(name, reason)])
