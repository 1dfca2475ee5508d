"""What every handler needs, put there by the application."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from syndicate.actions.chapters import Chapters
from syndicate.actions.editions import Editions
from syndicate.actions.measures import StoreProbe
from syndicate.actions.office import Office
from syndicate.actions.outlook import Outlooks
from syndicate.actions.pictures import PictureStorage
from syndicate.actions.readership import Readership
from syndicate.model.declarations import Declarations
from syndicate.web.metrics import Counters, Gauges
from syndicate.web.tags import Tags
from syndicate.web.visitors import Visitors


@dataclass(frozen=True)
class WebContext:
    """`upstream_keys` gives the keys an upstream signs with, `partner_tokens` what a polled partner shows.

    `gauges` is what the process tells of itself.

    `tags` files answers under a CDN's surrogate keys; `shared_age` is how long a CDN that is purged may keep a feed.
    """

    office: Office
    editions: Editions
    chapters: Chapters
    pictures: PictureStorage
    declarations: Callable[[], Declarations]
    upstream_keys: Callable[[str], Sequence[bytes]]
    partner_tokens: Callable[[str], tuple[bytes, ...]]
    problems: Callable[[], Sequence[str]]
    gauges: Callable[[], Gauges]
    store_probe: StoreProbe
    visitors: Visitors
    readership: Readership
    counters: Counters
    outlooks: Outlooks
    tags: Tags
    shared_age: timedelta | None
    max_record_bytes: int
    max_picture_bytes: int
    body_timeout: timedelta


CONTEXT: web.AppKey[WebContext] = web.AppKey("context", WebContext)


def context(request: web.Request) -> WebContext:
    return request.config_dict[CONTEXT]
