"""What every handler needs, put there by the application."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiohttp import web

from syndicate.actions.editions import Editions
from syndicate.actions.office import Office
from syndicate.actions.pictures import PictureStorage
from syndicate.model.declarations import Declarations


@dataclass(frozen=True)
class WebContext:
    """`upstream_keys` gives the keys an upstream signs with; sizes in bytes."""

    office: Office
    editions: Editions
    pictures: PictureStorage
    declarations: Callable[[], Declarations]
    upstream_keys: Callable[[str], Sequence[bytes]]
    problems: Callable[[], Sequence[str]]
    max_record_bytes: int
    max_picture_bytes: int


CONTEXT: web.AppKey[WebContext] = web.AppKey("context", WebContext)


def context(request: web.Request) -> WebContext:
    return request.config_dict[CONTEXT]
