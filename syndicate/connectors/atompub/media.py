"""The pictures of entries: uploaded once each, with caption and credit in entries of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from syndicate.connectors.atompub.members import Members
from syndicate.connectors.attempt import Attempt, AttemptOverError, picture_file
from syndicate.connectors.contract import Refused
from syndicate.connectors.means import PictureFile, Pictures
from syndicate.model.article import Image
from syndicate.parse.atompub import Collection, Member
from syndicate.render.atompub import described_media, media_words

# Some servers let nobody change what they say of a picture; it is there all the same.
_UNCHANGEABLE = frozenset({400, 403, 405, 409, 415, 501})


class Media:
    """`remote["pictures"]` keeps of each, by address, where it is edited and shown, and what was told of it."""

    def __init__(self, members: Members, pictures: Pictures, clock: Callable[[], datetime]) -> None:
        self._members = members
        self._pictures = pictures
        self._clock = clock

    async def bring(self, attempt: Attempt, images: Sequence[Image], collection: Collection) -> dict[str, str]:
        """Return where the server shows the pictures, by their own addresses."""
        shown: dict[str, str] = {}
        for image in images:
            kept = attempt.remote.get("pictures", {}).get(image.url) or await self._upload(attempt, image, collection)
            if kept is not None:
                await self._describe(attempt, image, kept)
                shown[image.url] = str(kept["source"])
        return shown

    async def drop(self, attempt: Attempt, keep: frozenset[str], collection: Collection | None) -> None:
        """Delete the pictures that the article does not show any more."""
        pending = attempt.remote.get("uploading")
        if pending and pending["url"] not in keep and collection:
            if lost := await self._lost(collection, pending):
                await self._members.delete(str(lost.linked("edit")))
            else:
                attempt.give_it_time(datetime.fromisoformat(pending["at"]), now=self._clock())
            await attempt.did(uploading=None)
        for url, kept in dict(attempt.remote.get("pictures", {})).items():
            if url not in keep:
                await self._members.delete(str(kept["edit"]))
                left = {other: each for other, each in attempt.remote["pictures"].items() if other != url}
                await attempt.did(pictures=left or None)

    async def _upload(self, attempt: Attempt, image: Image, collection: Collection) -> dict[str, Any] | None:
        file = await picture_file(self._pictures, image.url, attempt.sending)
        if file is None or not collection.takes(file.type):
            return None
        slug = f"{attempt.sending.slug[:40]}-{file.digest[:24]}.{file.suffix}"
        pending = attempt.remote.get("uploading")
        made = await self._lost(collection, pending) if pending and pending["url"] == image.url else None
        if made is None:
            pending = {"url": image.url, "slug": slug, "at": self._clock().isoformat()}
            await attempt.intend(uploading=pending)
            made = await self._made(collection, file, slug)
        kept = {"edit": made.linked("edit"), "source": made.source}
        await attempt.did(pictures={**attempt.remote.get("pictures", {}), image.url: kept}, uploading=None)
        return kept

    async def _made(self, collection: Collection, file: PictureFile, slug: str) -> Member:
        edit, held = await self._members.create(collection.address, file.data, file.type, slug=slug)
        if (held is None or held.member.source is None) and edit:
            held = await self._members.read(edit)
        member = held.member if held else None
        if member is None or member.source is None or member.linked("edit") is None:
            raise AttemptOverError(Refused("the server took a picture and did not say where it is"))
        return member

    async def _lost(self, collection: Collection, pending: dict[str, Any]) -> Member | None:
        """Find a picture whose answer was lost: its slug is made of its bytes, and became a title or an address."""
        stem = str(pending["slug"]).rpartition(".")[0]

        def is_it(member: Member) -> bool:
            told = [member.title, member.source or "", *(address for _, address in member.links)]
            return bool(member.linked("edit") and member.source) and any(stem in text for text in told)

        return await self._members.find(collection.address, is_it, since=datetime.fromisoformat(pending["at"]))

    async def _describe(self, attempt: Attempt, image: Image, kept: dict[str, Any]) -> None:
        words = media_words(image)
        if words == kept.get("words", ""):
            return
        await self._members.replace(
            str(kept["edit"]), lambda entry: described_media(entry, image), tolerated=_UNCHANGEABLE
        )
        told = {**attempt.remote["pictures"], image.url: {**kept, "words": words}}
        await attempt.did(pictures=told)
