"""What stood between articles and a feed that selects them, for programs."""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from syndicate.actions.linting import list_findings
from syndicate.web.api.documents import when
from syndicate.web.api.requests import cursor, limit, next_cursor, number, page, require
from syndicate.web.context import context


async def listing(request: web.Request) -> web.Response:
    """List the articles that a feed's dialect refuses or shows repaired, with every reason."""
    await require(request, "read")
    after, most = cursor(request, number), limit(request)
    slug = request.match_info["slug"]
    found = await list_findings(context(request).office, slug, after=0 if after is None else after[0], limit=most)
    items = [
        {
            "feed": each.feed,
            "article": each.article_id,
            "refused": each.refused,
            "findings": [asdict(finding) for finding in each.findings],
            "at": when(each.at),
        }
        for each in found
    ]
    return page(items, following=next_cursor(found[-1].key) if len(found) == most else None)
