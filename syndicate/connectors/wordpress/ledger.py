"""What we know of one article's copy at a site, written down at every step."""

from __future__ import annotations

import hashlib
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from syndicate.connectors.contract import Sending


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
    `withdrawn`: we took it down. `media` by digest of the file, `digests` by address of the picture.
    """

    post: int | None = None
    link: str | None = None
    revision: int = 0
    making: bool = False
    unfinished: bool = False
    withdrawn: bool = False
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


class Ledger:
    """The copy as one attempt finds and changes it; what is written is on disk before the next request."""

    def __init__(self, sending: Sending) -> None:
        self._sending = sending
        self.held = Held.of(sending)
        self.progressed = False

    async def intend(self, **changes: Any) -> None:
        """Write down what is about to be asked for."""
        await self._write(changes)

    async def done(self, **changes: Any) -> None:
        """Write down what has been done; it is progress where it was not known."""
        before = self.held
        await self._write(changes)
        self.progressed = self.progressed or self.held != before

    async def media(self, digest: str, media: Media) -> None:
        """Write down an attachment, or that one is about to be made."""
        change = self.intend if media.id is None else self.done
        await change(media={**self.held.media, digest: media})

    async def no_media(self, digest: str) -> None:
        """Write down that an attachment is gone."""
        await self.done(media={key: media for key, media in self.held.media.items() if key != digest})

    def settled(self, **changes: Any) -> dict[str, Any]:
        """Return what is kept at the end."""
        return self.held.model_copy(update=changes).model_dump(exclude_defaults=True)

    async def _write(self, changes: dict[str, Any]) -> None:
        changed = self.held.model_copy(update=changes)
        if changed == self.held:
            return
        self.held = changed
        await self._sending.keep(self.held.model_dump(exclude_defaults=True))


def marker_of(article_id: str) -> str:
    """Return a word that stands in the content of an article's copy and in no other."""
    return f"syndicate-{fingerprint(article_id)}"


def fingerprint(*parts: str) -> str:
    """Return twenty hexadecimal digits that stand for `parts`."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]
