"""Quota: how many new stories a partner takes in a while."""

from __future__ import annotations

from datetime import datetime

from syndicate.model.declarations import Rate


def begins_at(quota: Rate, *, now: datetime) -> datetime:
    """Return since when stories count: the while moves along with the clock, so that no hour lets twice as many go."""
    return now - quota.per


def refusal_for_quota(quota: Rate, taken: int) -> str | None:
    """Say why no further new story goes, where `taken` others count already; None where one may go."""
    if taken < quota.count:
        return None
    hours = int(quota.per.total_seconds() // 3600)
    span = {1: "hour", 24: "day", 168: "week"}.get(hours, f"{hours} hours")
    return f"quota: {quota.count} new stories in a {span} are taken; `articles send` passes it"
