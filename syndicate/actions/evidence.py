"""Documents of the past, and whether they are the bytes that went."""

from __future__ import annotations

import asyncio
from datetime import datetime

from syndicate.actions.office import Office
from syndicate.actions.past import Past, as_of, marked
from syndicate.actions.served import Comparison, compare_edition
from syndicate.render.feeds import FORMATS, render


async def compare(office: Office, past: Past) -> dict[str, Comparison]:
    """Say for each format whether the feed, made again as it stood, is what readers got."""
    shown = past.snapshot
    return {
        name: await compare_edition(
            office, past.key, name, await asyncio.to_thread(render, shown.content, name), seq=shown.seq
        )
        for name in FORMATS
    }


async def document_as_of(
    office: Office, key: str, at: datetime, format_name: str, *, name: str = "as_of"
) -> tuple[bytes, Comparison]:
    """Return a feed's document as of an instant, marked as such, and whether it went out like that, but for its title.

    Raises FeedNotFoundError, InvalidQueryError.
    """
    past = await as_of(office, key, at, name=name)
    plain = await asyncio.to_thread(render, past.snapshot.content, format_name)
    comparison = await compare_edition(office, key, format_name, plain, seq=past.snapshot.seq)
    return await asyncio.to_thread(render, marked(past), format_name), comparison
