"""The command that lints feeds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from syndicate.actions import linting
from syndicate.app.commands.command import Call
from syndicate.parse.lint.outline import Complaint

SCHEMES = ("http://", "https://")


async def lint(call: Call) -> list[dict[str, Any]]:
    """Lint a feed of ours, a file or an address, or all our feeds; args: source, path, dialect.

    `path` is `source` as a file of the machine the service runs on, absolute.
    """
    service, source, dialect = call.service, call.args["source"], call.args["dialect"]
    if source is None:
        feeds = service.declarations.feeds
    elif (feed := service.declarations.feed(source)) is not None:
        feeds = (feed,)
    elif source.lower().startswith(SCHEMES):
        found = await linting.lint_address(call.office, service.sandbox, service.client, source, dialect)
        return rows(source, found)
    else:
        return rows(source, await linting.lint_file(call.office, service.sandbox, Path(call.args["path"]), dialect))
    all_found = [
        (feed, await linting.lint_feed(call.office, service.editions, service.sandbox, feed)) for feed in feeds
    ]
    return [row for feed, found in all_found for row in rows(feed.slug, found)]


def rows(source: str, complaints: list[Complaint]) -> list[dict[str, Any]]:
    return [
        {
            "source": source,
            "entry": complaint.entry,
            "code": complaint.finding.code,
            "path": complaint.finding.path,
            "reason": complaint.finding.reason,
            "refuses": complaint.finding.refuses,
        }
        for complaint in complaints
    ]
