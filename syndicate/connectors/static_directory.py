"""A directory with a static copy: files replaced whole, dated so that a web server's validators tell truly."""

from __future__ import annotations

import asyncio
import fcntl
import os
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from syndicate.errors import UnreachableError

_LOCK = ".lock"
T = TypeVar("T")


class StaticDirectory:
    """Keep files below `root`; headers are for those who can keep them, a directory keeps times only."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Keep every other process out that writes here in the same way. Raises UnreachableError."""
        lock = await self._do(self._lock)
        try:
            yield
        finally:
            os.close(lock)

    async def read(self, path: str) -> bytes | None:
        return await self._do(_read, self._root / path)

    async def put(self, path: str, body: bytes, headers: Mapping[str, str], *, changed_at: datetime) -> None:
        """Replace a file, or leave the old one; its time moves with each of its contents. Raises UnreachableError."""
        await self._do(self._put, self._root / path, body, int(changed_at.timestamp()))

    async def remove(self, path: str) -> None:
        await self._do(lambda: (self._root / path).unlink(missing_ok=True))

    async def aclose(self) -> None:
        """Hold nothing open."""

    async def _do(self, function: Callable[..., T], *args: object) -> T:
        try:
            return await asyncio.to_thread(function, *args)
        except OSError as error:
            why = error.strerror or "it failed"
            raise UnreachableError(f"cannot write {self._root}: {why}", remedy="Check the directory.") from error

    def _lock(self) -> int:
        self._root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._root / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return descriptor

    def _put(self, path: Path, body: bytes, changed_at: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.parent.resolve().is_relative_to(self._root.resolve()):
            raise OSError(0, "a link leads out of it")
        at = max(changed_at, _second_after(path))
        partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
        with partial.open("xb") as file:
            file.write(body)
            file.flush()
            os.utime(file.fileno(), (at, at))
            os.fsync(file.fileno())
        partial.replace(path)
        _sync(path.parent)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _second_after(path: Path) -> int:
    """Return the first second later than a file's: servers make validators of whole seconds."""
    try:
        return int(path.stat().st_mtime) + 1
    except FileNotFoundError:
        return 0


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
