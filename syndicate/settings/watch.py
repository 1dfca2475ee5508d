"""Watching: whether the files a configuration was read from are still the ones that were read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from syndicate.feedfiles import feed_files

# Per file: its path, and inode, modification time in nanoseconds and size; None where it is gone.
Fingerprint = tuple[tuple[str, tuple[int, int, int] | None], ...]


def fingerprint(paths: Iterable[Path]) -> Fingerprint:
    """Say what each file is now; a directory stands for the feed files in it."""
    files = [file for path in paths for file in (feed_files(path) if path.is_dir() else (path,))]
    return tuple((str(file), _state(file)) for file in files)


class Watch:
    """Tells once of every change of the files since it was made, or since it was last asked."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = tuple(paths)
        self._seen = fingerprint(self._paths)

    def changed(self) -> bool:
        now = fingerprint(self._paths)
        changed, self._seen = now != self._seen, now
        return changed


def _state(file: Path) -> tuple[int, int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
