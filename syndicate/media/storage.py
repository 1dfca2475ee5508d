"""Pictures in a directory, by the hash of their content: written whole or not at all, never changed."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from pathlib import Path

_NAME = re.compile(r"[0-9a-f]{32}\.(?:jpg|png|webp|gif|avif)")


def content_name(data: bytes, suffix: str) -> str:
    """Return the name bytes are kept under: the beginning of their SHA-256, and the suffix of their type."""
    return f"{hashlib.sha256(data).hexdigest()[:32]}.{suffix}"


class DirectoryStorage:
    """Keep pictures below `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, name: str, data: bytes) -> None:
        """Write a picture so that power loss leaves all of it or nothing."""
        path = self._path(name)
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{name}.{secrets.token_hex(4)}.partial")
        with partial.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        _sync_directory(path.parent)

    def get(self, name: str) -> bytes | None:
        """Return a picture's bytes, or None where there is none."""
        if not _NAME.fullmatch(name):
            return None
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, name: str) -> None:
        """Remove a picture; one that is not there is no error."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"not a picture's name: {name!r}")
        return self._root / name[:2] / name


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
