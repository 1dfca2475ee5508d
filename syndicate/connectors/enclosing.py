"""Which pictures travel in a mail, and which are linked because they are too large or cannot be had."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType

from syndicate.connectors.means import PictureFile, Pictures
from syndicate.connectors.message import content_id
from syndicate.model.article import Article, Image

PATIENCE = timedelta(minutes=1)


@dataclass(frozen=True)
class Enclosed:
    """`files` by Content-ID, `addresses` in the mail by a picture's own; of the others, `linked` tells the number."""

    files: Mapping[str, PictureFile] = field(default_factory=lambda: MappingProxyType({}))
    addresses: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    linked: int = 0


def pictures_in_order(articles: Sequence[Article]) -> tuple[Image, ...]:
    """Return the pictures of articles, each once; those that lead come first."""
    ranked = sorted(
        ((place, number, image) for number, each in enumerate(articles) for place, image in enumerate(each.images)),
        key=lambda ranked: ranked[:2],
    )
    return tuple({image.url: image for _, _, image in ranked}.values())


async def enclose(images: Iterable[Image], pictures: Pictures, *, limit: int, within: timedelta = PATIENCE) -> Enclosed:
    """Fetch pictures as long as they fit into `limit` bytes together; from the first that does not, all are linked.

    So are those that are not there when `within` is over: a server that hangs must not cost the mail.
    """
    wanted = tuple(images)
    files: dict[str, PictureFile] = {}
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within.total_seconds()):
            async for file in _fitting(wanted, pictures, limit):
                files[file.url] = file
    return _named(files, linked=len(wanted) - len(files))


async def _fitting(wanted: Iterable[Image], pictures: Pictures, limit: int) -> AsyncIterator[PictureFile]:
    left = limit
    for image in wanted:
        if (image.length or 0) > left:
            return
        found = await pictures.fetch(image.url)
        if isinstance(found, PictureFile):
            left -= len(found.data)
            if left < 0:
                return
            yield replace(found, url=image.url)


def foreseen(images: Iterable[Image]) -> Enclosed:
    """Say what `enclose` would make of pictures that are all small enough, without fetching any."""
    return Enclosed(addresses={image.url: f"cid:{content_id(image.url)}" for image in images})


def _named(files: Mapping[str, PictureFile], *, linked: int) -> Enclosed:
    return Enclosed(
        files={content_id(url): each for url, each in files.items()},
        addresses={url: f"cid:{content_id(url)}" for url in files},
        linked=linked,
    )
