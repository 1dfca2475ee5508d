"""Packages of files in a folder of this machine, or one that is mounted on it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from stat import S_ISREG
from typing import Annotated

from pydantic import AfterValidator, Field

from syndicate.connectors.contract import Outcome, Preview, Refused, Sending
from syndicate.connectors.drops import drop
from syndicate.connectors.drops.disk import Disk
from syndicate.connectors.drops.drop import Packing
from syndicate.connectors.drops.packages import PackageOptions
from syndicate.connectors.means import ConnectorKind, Setting
from syndicate.model.paths import beside_config


class FolderOptions(PackageOptions):
    """Where the partner looks for files on this machine."""

    path: Annotated[Path, AfterValidator(beside_config)] = Field(
        description="The folder. It must be there: one that is missing may be a disk that is not mounted."
    )
    mode: Annotated[str, Field(pattern=r"^0?[0-7]{3}$")] = Field(
        "0644", description="The permissions of files, in octal; directories get them with leave to enter."
    )


class Folder:
    """Drop packages in one folder."""

    # No wait but for the disk; a network file system that hangs is cut with the whole sending.
    bounded = False
    gathers = False

    def __init__(self, options: FolderOptions, packing: Packing) -> None:
        self._packing = packing
        self._target = Directory(options.path, int(options.mode, 8))

    async def send(self, sending: Sending) -> Outcome:
        return await drop.deliver(self._packing, self._target, sending)

    async def test(self, *, delivery_id: str, at: datetime) -> Outcome:
        return await drop.try_out(self._target)

    def preview(self, sending: Sending) -> Preview:
        return drop.preview(self._packing, self._target, sending)

    async def aclose(self) -> None:
        """Give the thread back."""
        self._target.close()


class Directory:
    """A directory as a target: every path is walked from it without following a symbolic link."""

    partials = True
    failures = (OSError,)

    def __init__(self, root: Path, mode: int) -> None:
        self._root = root
        self._mode = mode
        self._disk = Disk()

    def refusal(self, error: Exception) -> Refused:
        assert isinstance(error, OSError)
        return Refused(f"the folder: {os.strerror(error.errno) if error.errno else 'cannot be written'}")

    def shown(self, path: str) -> str:
        return str(self._root / path)

    async def reach(self) -> None:
        await self._disk.run(self._reach)

    async def size(self, path: str) -> int | None:
        return await self._disk.run(self._size, path)

    async def write(self, path: str, data: bytes, media_type: str, *, partial: str) -> None:
        await self._disk.run(self._write, path, data, partial)

    async def remove(self, path: str) -> None:
        await self._disk.run(self._remove, path)

    def close(self) -> None:
        self._disk.close()

    def _reach(self) -> None:
        os.close(os.open(self._root, os.O_RDONLY | os.O_DIRECTORY))

    def _size(self, path: str) -> int | None:
        try:
            with self._parent(path, make=False) as (directory, name):
                found = os.stat(name, dir_fd=directory, follow_symlinks=False)
        except FileNotFoundError:
            return None
        return found.st_size if S_ISREG(found.st_mode) else None

    def _write(self, path: str, data: bytes, partial: str) -> None:
        with self._parent(path, make=True) as (directory, name):
            meantime = partial.rpartition("/")[2]
            # A new file, never the one that an attempt before may still hold open.
            with contextlib.suppress(FileNotFoundError):
                os.unlink(meantime, dir_fd=directory)
            try:
                self._fill(meantime, data, directory)
            except OSError:
                # What a full disk needs least.
                with contextlib.suppress(OSError):
                    os.unlink(meantime, dir_fd=directory)
                raise
            os.replace(meantime, name, src_dir_fd=directory, dst_dir_fd=directory)
            os.fsync(directory)

    def _fill(self, name: str, data: bytes, directory: int) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with open(os.open(name, flags, 0o600, dir_fd=directory), "wb") as file:  # noqa: PTH123  # a descriptor
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), self._mode)
            os.fsync(file.fileno())

    def _remove(self, path: str) -> None:
        with contextlib.suppress(FileNotFoundError), self._parent(path, make=False) as (directory, name):
            os.unlink(name, dir_fd=directory)
            os.fsync(directory)

    @contextlib.contextmanager
    def _parent(self, path: str, *, make: bool) -> Iterator[tuple[int, str]]:
        """Open the directory a path is in, below the root and through no link; `make` those that are missing."""
        *parents, name = path.split("/")
        current = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for parent in parents:
                below = self._enter(parent, current, make=make)
                os.close(current)
                current = below
            yield current, name
        finally:
            os.close(current)

    def _enter(self, name: str, directory: int, *, make: bool) -> int:
        if make:
            self._make(name, directory)
        return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=directory)

    def _make(self, name: str, directory: int) -> None:
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, 0o700, dir_fd=directory)
            # Who may read may enter; set afterwards, for the process's mask cuts what mkdir is given.
            os.chmod(name, self._mode | 0o700 | (self._mode & 0o444) >> 2, dir_fd=directory)
            os.fsync(directory)


def _make(options: FolderOptions, setting: Setting) -> Folder:
    return Folder(options, Packing.of(options, setting))


KIND = ConnectorKind("folder", FolderOptions, (), _make)
