"""The command that imports documents."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from syndicate.actions.bring_in import bring_in
from syndicate.actions.imported import Imported, Progress
from syndicate.actions.operate import braked
from syndicate.actions.sources import read_source
from syndicate.app.commands.command import Call

# A bar moves smoothly enough so; a report for each of thousands of entries would cost more than the entries.
REPORT_SECONDS = 0.1


async def import_documents(call: Call) -> dict[str, Any]:
    """Import files, folders and addresses one after the other; args: sources, backfill, own.

    Files are those of the machine the service runs on, by absolute path.
    """
    service, total = call.service, Imported()
    report = _thinned(call.report)
    for source in call.args["sources"]:
        done = await bring_in(
            call.office,
            service.sandbox,
            await read_source(source, service.client),
            actor=call.actor,
            backfill=call.args["backfill"],
            own=call.args["own"],
            report=report,
        )
        total.add(done)
    return _document(total) | {"braked": await braked(call.office)}


def _thinned(report: Callable[[Any], None]) -> Callable[[Progress], None]:
    """Report at most every tenth of a second, and always the last entry of a document."""
    reported_at = 0.0

    def thinned(progress: Progress) -> None:
        nonlocal reported_at
        now = time.monotonic()
        if progress.done == progress.total or now - reported_at >= REPORT_SECONDS:
            reported_at = now
            report(asdict(progress))

    return thinned


def _document(total: Imported) -> dict[str, Any]:
    return {
        "new": total.new,
        "changed": total.changed,
        "unchanged": total.unchanged,
        "stale": total.stale,
        "refused": [asdict(each) for each in total.refused],
        "notes": [asdict(each) for each in total.notes],
        "unreadable": [asdict(each) for each in total.unreadable],
    }
