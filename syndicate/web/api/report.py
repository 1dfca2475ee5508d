"""What a partner got in a month, for programs."""

from __future__ import annotations

from aiohttp import web

from syndicate.actions.report import Line, Report, report
from syndicate.web.api.documents import when
from syndicate.web.api.readers import seconds
from syndicate.web.api.requests import require
from syndicate.web.context import context


async def show(request: web.Request) -> web.Response:
    await require(request, "read")
    month = request.query.get("month", "")
    found = await report(context(request).office, request.match_info["name"], month)
    return web.json_response(document(found), headers={"Cache-Control": "no-store"})


def document(found: Report) -> dict[str, object]:
    return {
        "partner": found.partner,
        "month": found.month,
        "from": when(found.period.start),
        "until": when(found.period.end),
        "stories": found.stories,
        "corrections": len(found.of_kind("corrected")),
        "retractions": len(found.of_kind("retracted")),
        "pictures": [{"credit": credit, "pictures": number} for credit, number in found.pictures.items()],
        "lines": [_line(line) for line in found.lines],
    }


def _line(line: Line) -> dict[str, object]:
    return {
        "at": when(line.at),
        "kind": line.kind,
        "cause": line.cause,
        "id": line.article_id,
        "title": line.title,
        "revision": line.revision,
        "url": line.url,
        "known_by": line.known_by,
        "took_seconds": seconds(line.took),
    }
