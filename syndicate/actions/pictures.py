"""Keep pictures, and show them only once a released article does."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from syndicate.actions.office import Office
from syndicate.media.probe import probe
from syndicate.media.storage import content_name
from syndicate.store import pictures
from syndicate.store.pictures import Picture
from syndicate.store.tx import Tx


class PictureStorage(Protocol):
    """Where the bytes are."""

    def put(self, name: str, data: bytes) -> None: ...

    def get(self, name: str) -> bytes | None: ...

    def remove(self, name: str) -> None: ...


class Visibility(Enum):
    """What readers may know of a picture's address."""

    UNKNOWN = "unknown"
    SHOWN = "shown"
    GONE = "gone"


@dataclass(frozen=True)
class Shown:
    visibility: Visibility
    picture: Picture | None


async def keep_picture(office: Office, storage: PictureStorage, data: bytes) -> Picture:
    """Keep a picture by its content; the same bytes are kept once. Raises UnsupportedMediaError, TooLargeError."""
    probed = await asyncio.to_thread(probe, data)
    name = content_name(data, probed.suffix)
    picture = Picture(name, probed.type, probed.width, probed.height, probed.length)
    await asyncio.to_thread(storage.put, name, data)
    return await office.store.write(_keep, picture, office)


def _keep(tx: Tx, picture: Picture, office: Office) -> Picture:
    known = pictures.find(tx, picture.name)
    if known is None:
        pictures.add(tx, picture, at=office.now())
    return known or picture


async def visibility(office: Office, name: str) -> Shown:
    """Say whether a picture may be seen: a released article shows it, or showed it until it was withdrawn."""
    return await office.store.read(_visibility, name)


def _visibility(tx: Tx, name: str) -> Shown:
    picture = pictures.find(tx, name)
    users = pictures.statuses_of_users(tx, name)
    if picture is None or not users:
        return Shown(Visibility.UNKNOWN, None)
    if any(status == "published" for status, _ in users):
        return Shown(Visibility.SHOWN, picture)
    released = any(released_at is not None for _, released_at in users)
    return Shown(Visibility.GONE if released else Visibility.UNKNOWN, None)
