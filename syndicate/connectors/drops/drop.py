"""Bring an article's files to where files are dropped, so that whoever looks there sees whole packages only."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

from syndicate.connectors.contract import Accepted, Outcome, Preview, Refused, Sending
from syndicate.connectors.documents import Document, Documents
from syndicate.connectors.drops.packages import File, PackageOptions, Place, first_day, manifest_of, place_of
from syndicate.connectors.means import PATIENT_ATTEMPTS, NoPicture, PictureFile, Pictures, Setting
from syndicate.model.article import Image
from syndicate.model.declarations import Profile

# Of so many deliveries that did not end, what they may have left is removed before the next is begun.
_MANY_BEGUN = 8
_TEST = ".syndicate-test"


class Target(Protocol):
    """Where files go; paths are relative to it. Its methods raise `failures`, of which `refusal` tells the sense.

    `partials`: a file is written under another name first, which a killed attempt may leave behind.
    """

    @property
    def partials(self) -> bool: ...

    @property
    def failures(self) -> tuple[type[Exception], ...]: ...

    def refusal(self, error: Exception) -> Refused: ...

    def shown(self, path: str) -> str:
        """Return the address of a file for people, without secrets."""

    async def reach(self) -> None:
        """Reach it with our credentials, so far as that can be done without writing anything."""

    async def size(self, path: str) -> int | None:
        """Return the length of a file in bytes, None where there is none."""

    async def write(self, path: str, data: bytes, media_type: str, *, partial: str) -> None:
        """Put a file in place whole, instead of the one that was there; `partial` is the name for the meantime."""

    async def remove(self, path: str) -> None:
        """Remove a file; one that is not there is no error."""


@dataclass(frozen=True)
class Packing:
    """What packages for one partner are made of."""

    options: PackageOptions
    profile: Profile
    documents: Documents
    pictures: Pictures

    @classmethod
    def of(cls, options: PackageOptions, setting: Setting) -> Packing:
        profile = setting.partner.profile
        return cls(options, profile, Documents(profile, setting.publisher), setting.means.pictures)


async def deliver(packing: Packing, target: Target, sending: Sending) -> Outcome:
    """Bring a package, or what is left of it after a retraction, to `target`."""
    drop = _Drop(packing, target, sending)
    try:
        return await drop.bring()
    except target.failures as error:
        return drop.outcome_of(target.refusal(error))


async def try_out(target: Target) -> Outcome:
    """Show that files can be written and removed there, and leave none."""
    try:
        await target.reach()
        await target.write(_TEST, b"", "text/plain", partial=f"{_TEST}.part")
        await target.remove(_TEST)
    except target.failures as error:
        return target.refusal(error)
    return Accepted()


def preview(packing: Packing, target: Target, sending: Sending) -> Preview:
    """Return the document as it would be written; the pictures are fetched before."""
    document = packing.documents.of(sending)
    place = place_of(sending, packing.options, _Kept.of(sending).since)
    images = _copied(packing.profile, sending)
    before = tuple(Preview("GET", image.url, {}, b"") for image in images)
    headers = {"Content-Type": document.media_type}
    return Preview("PUT", target.shown(place.document(document)), headers, document.body, before)


@dataclass
class _Kept:
    """What is kept of a copy: every file that may stand there, and which deliveries may have left partial ones."""

    since: date
    files: set[str]
    begun: set[str]

    @classmethod
    def of(cls, sending: Sending) -> _Kept:
        remote = sending.remote
        since = date.fromisoformat(remote["since"]) if "since" in remote else first_day(sending)
        return cls(since, set(remote.get("files", ())), set(remote.get("begun", ())))

    def remote(self) -> dict[str, Any]:
        return {"since": self.since.isoformat(), "files": sorted(self.files), "begun": sorted(self.begun)}


class _Drop:
    """One attempt: pictures, then the document, then the manifest, and last what is no longer used goes."""

    def __init__(self, packing: Packing, target: Target, sending: Sending) -> None:
        self._packing = packing
        self._target = target
        self._sending = sending
        self._kept = _Kept.of(sending)
        self._left_behind = frozenset(self._kept.begun)
        self._token = hashlib.sha256(sending.delivery_id.encode()).hexdigest()[:8]
        self._wrote = False
        self._progressed = False
        self._document = packing.documents.of(sending)

    async def bring(self) -> Outcome:
        await self._target.reach()
        await self._tidy()
        place = place_of(self._sending, self._packing.options, self._kept.since)
        pictures: list[tuple[Image, File | None]] = []
        for image in _images(self._sending):
            found = await self._bring_picture(place, image)
            if isinstance(found, NoPicture) and not self._goes_without(found):
                return self.outcome_of(Refused(f"a picture cannot be had now: {found.reason}", ours=True))
            pictures.append((image, None if isinstance(found, NoPicture) else found))
        document = await self._write_document(place)
        manifest = manifest_of(self._sending, document, pictures, profile_format=self._packing.profile.format)
        await self._put(place.manifest, manifest, "application/json")
        await self._clear({document.path, place.manifest, *(file.path for _, file in pictures if file)})
        return self._accepted(document)

    def outcome_of(self, refused: Refused) -> Refused:
        """Add what this attempt did to why it ended."""
        digest = _digest(self._document) if self._wrote else None
        return replace(refused, certain=not self._wrote, progressed=self._progressed, payload_digest=digest)

    async def _bring_picture(self, place: Place, image: Image) -> File | NoPicture:
        """Copy one picture; its bytes are let go with this call, before the next is fetched."""
        if self._packing.profile.pictures != "copy":
            return NoPicture(image.url, "the partner takes it from its address", permanent=True)
        found = await self._packing.pictures.fetch(image.url)
        return await self._copy(place, found) if isinstance(found, PictureFile) else found

    async def _copy(self, place: Place, picture: PictureFile) -> File:
        file = File(place.picture(picture), picture.type, len(picture.data), picture.digest)
        # Named by its content and only ever there whole: the right length is the right picture.
        if await self._target.size(file.path) != file.length:
            await self._put(file.path, picture.data, file.type)
            self._progressed = True
        else:
            self._kept.files.add(file.path)
        return file

    async def _write_document(self, place: Place) -> File:
        document = self._document
        file = File.of(place.document(document), document.body, document.media_type)
        await self._put(file.path, document.body, document.media_type)
        return file

    async def _put(self, path: str, data: bytes, media_type: str) -> None:
        if path not in self._kept.files or self._token not in self._kept.begun:
            # On disk here before it can be there, so that whatever was written is found again to be removed.
            self._kept.files.add(path)
            self._kept.begun.add(self._token)
            await self._sending.keep(self._kept.remote())
        self._wrote = True
        await self._target.write(path, data, media_type, partial=_partial(path, self._token))

    async def _tidy(self) -> None:
        """Remove what many deliveries before left in the middle, so that neither it nor the list of them grows."""
        others = self._left_behind - {self._token}
        if len(others) >= _MANY_BEGUN:
            await self._remove_partials(others)
            self._left_behind -= others
            self._kept.begun -= others

    async def _clear(self, used: set[str]) -> None:
        for path in sorted(self._kept.files - used):
            await self._target.remove(path)
        await self._remove_partials(self._left_behind)
        self._kept.files, self._kept.begun = used, set()

    async def _remove_partials(self, tokens: frozenset[str]) -> None:
        for path in sorted(self._kept.files) if self._target.partials else ():
            for token in sorted(tokens):
                await self._target.remove(_partial(path, token))

    def _goes_without(self, missing: NoPicture) -> bool:
        return missing.permanent or self._sending.attempt > PATIENT_ATTEMPTS

    def _accepted(self, document: File) -> Accepted:
        public = self._packing.options.public_url
        url = f"{public.rstrip('/')}/{document.path}" if public and self._sending.record is not None else None
        return Accepted(url=url, remote=self._kept.remote(), payload_digest=document.sha256)


def _images(sending: Sending) -> tuple[Image, ...]:
    return sending.article.images if sending.article else ()


def _copied(profile: Profile, sending: Sending) -> tuple[Image, ...]:
    return _images(sending) if profile.pictures == "copy" else ()


def _digest(document: Document) -> str:
    return hashlib.sha256(document.body).hexdigest()


def _partial(path: str, token: str) -> str:
    directory, slash, name = path.rpartition("/")
    return f"{directory}{slash}.{name}.{token}.part"
