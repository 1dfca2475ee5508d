"""What we know of one article's copy at a site, written down at every step."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from syndicate.connectors.contract import Refused, Sending
from syndicate.connectors.wordpress.api import Stop
from syndicate.model.article import Image

# A server that was cut off in the middle of making something may be at it for as long.
UNCLEAR = timedelta(seconds=60)


class Kept(BaseModel):
    """A shape that lives in the store; keys of later versions are no fault."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Media(Kept):
    """An attachment there. Without an `id` it was about to be made, and may exist; `words` says what stands by it."""

    id: int | None = None
    url: str = ""
    words: str = ""


class Held(Kept):
    """One article there.

    `making`: a post was about to be made and may exist. `unfinished`: it is our draft, not shown yet.
    `withdrawn`: we took it down; `was` is its status before. `begun_at`: when we last began to make anything, in
    seconds since 1970. `date` is the last we gave it. `media` by digest of the file, `digests` by `name_of` a picture.
    """

    post: int | None = None
    link: str | None = None
    revision: int = 0
    making: bool = False
    unfinished: bool = False
    withdrawn: bool = False
    was: str = ""
    begun_at: int = 0
    date: str = ""
    terms: str = ""
    meta: str = ""
    media: dict[str, Media] = {}
    digests: dict[str, str] = {}

    @classmethod
    def of(cls, sending: Sending) -> Self:
        try:
            return cls.model_validate(dict(sending.remote))
        except ValidationError:  # Nobody's words any more: the site is searched as if nothing were known.
            return cls(making=True)

    def media_of(self, image: Image) -> Media | None:
        """Return the attachment that is this picture, None where it is not there."""
        media = self.media.get(self.digests.get(name_of(image), ""))
        return media if media is not None and media.id is not None else None


class Ledger:
    """The copy as one attempt finds and changes it; what is written is on disk before the next request."""

    def __init__(self, sending: Sending, clock: Callable[[], datetime]) -> None:
        self._sending = sending
        self._clock = clock
        self.held = Held.of(sending)
        self.progressed = False

    async def intend(self, **changes: Any) -> None:
        """Write down what is about to be asked for."""
        await self._write(changes)

    async def begin(self, **changes: Any) -> None:
        """Write down what is about to be made: the site may be at it after we were cut off."""
        await self._write({**changes, "begun_at": self._now()})

    async def done(self, **changes: Any) -> None:
        """Write down what has been done; it is progress where it was not known."""
        before = self.held
        await self._write(changes)
        self.progressed = self.progressed or self.held != before

    async def lost(self, stop: Stop) -> Stop:
        """Note that an answer is missing: what was asked for may be there, or be made still. Returns how to stop."""
        await self.begin()
        refused = stop.refused
        wait = max(refused.retry_after or UNCLEAR, UNCLEAR)
        return Stop(replace(refused, retry_after=wait), code=stop.code, data=stop.data, headers=stop.headers)

    def wait_for_unclear(self, reason: str) -> None:
        """Give a request that was cut off time to end before anything is made again; raises Stop."""
        left = timedelta(seconds=self.held.begun_at - self._now()) + UNCLEAR
        # More than that only a clock that was put back makes of it.
        if timedelta(0) < left <= UNCLEAR:
            raise Stop(Refused(reason, retry_after=left))

    async def media(self, digest: str, media: Media) -> None:
        """Write down an attachment, or that one is about to be made."""
        change = self.begin if media.id is None else self.done
        await change(media={**self.held.media, digest: media})

    async def no_media(self, digest: str) -> None:
        """Write down that an attachment is gone."""
        await self.done(media={key: media for key, media in self.held.media.items() if key != digest})

    def settled(self, **changes: Any) -> dict[str, Any]:
        """Return what is kept at the end."""
        return self.held.model_copy(update=changes).model_dump(exclude_defaults=True)

    def _now(self) -> int:
        return int(self._clock().timestamp())

    async def _write(self, changes: dict[str, Any]) -> None:
        changed = self.held.model_copy(update=changes)
        if changed == self.held:
            return
        self.held = changed
        await self._sending.keep(self.held.model_dump(exclude_defaults=True))


def name_of(image: Image) -> str:
    """Return what changes when a picture does: its address with the size that the record gives of it."""
    return " ".join(str(each) for each in (image.url, image.length, image.width, image.height) if each is not None)


def marker_of(article_id: str) -> str:
    """Return a word that stands in the content of an article's copy and in no other."""
    return f"syndicate-{fingerprint(article_id)}"


def fingerprint(*parts: str) -> str:
    """Return twenty hexadecimal digits that stand for `parts`."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]
