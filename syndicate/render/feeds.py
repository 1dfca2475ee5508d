"""The table of feed formats, and the one way to render an edition in any of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from syndicate.model.entry import FeedContent
from syndicate.render.dialects.table import DIALECTS
from syndicate.render.json_feed import write_json_feed
from syndicate.render.xml_feeds import write_atom, write_rss


@dataclass(frozen=True)
class Format:
    """How a feed can be had: the suffix of its address, its media type, and what writes it."""

    name: str
    suffix: str
    media_type: str
    write: Callable[[FeedContent], bytes]


FORMATS: dict[str, Format] = {
    "rss": Format("rss", ".rss", "application/rss+xml; charset=utf-8", write_rss),
    "atom": Format("atom", ".atom", "application/atom+xml; charset=utf-8", write_atom),
    "json": Format("json", ".json", "application/feed+json; charset=utf-8", write_json_feed),
}


def render(content: FeedContent, format_name: str) -> bytes:
    """Render an edition in a format of `FORMATS`; the bytes depend on nothing but `content`."""
    return FORMATS[format_name].write(content)


def tells_of_withdrawals(content: FeedContent, format_name: str) -> bool:
    """Tell whether a document says what left its feed; plain RSS has no words for it."""
    return format_name != "rss" or DIALECTS[content.feed.dialect].withdraw is not None
