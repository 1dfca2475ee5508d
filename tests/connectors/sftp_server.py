"""An SFTP server of a partner, in this process, that behaves as a test needs."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import asyncssh

from syndicate.connectors.suite.site import Mood
from tests.connectors import dropped
from tests.connectors.dropped import files_below

PASSWORD = "canary-password-of-the-account"
USER = "harbour"


class SftpSite:
    """A partner that reads packages from a directory that we reach by SFTP.

    `posix` off makes the server one without the rename that replaces; `full` lets it take names and no bytes; `steps`
    are the names that files were given.
    """

    connector = "sftp"
    networked = True
    moods = frozenset(Mood) - {Mood.BUSY}
    secrets = {"password": (PASSWORD,)}  # noqa: RUF012  # a test's site, made anew for each
    canaries = (PASSWORD,)

    def __init__(self, root: Path) -> None:
        self.root = root
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.client_key: asyncssh.SSHKey | None = None
        self.posix = True
        self.full = False
        self.steps: list[str] = []
        self.logins = 0
        self.port = 0
        self._mood = Mood.WELL
        self._listening: asyncssh.SSHAcceptor | None = None
        self._connections: list[asyncssh.SSHServerConnection] = []
        self._channels: list[asyncssh.SSHServerChannel[bytes]] = []

    @property
    def mood(self) -> Mood:
        return self._mood

    @mood.setter
    def mood(self, mood: Mood) -> None:
        self._mood = mood
        if mood is Mood.DOWN:
            self.close()

    @property
    def options(self) -> dict[str, Any]:
        line = self.host_key.export_public_key().decode()
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "user": USER,
            "path": "/in",
            "host_key": line,
            "timeout": "0.5s",
        }

    async def shown(self) -> Sequence[str]:
        return dropped.shown(files_below(self.root / "in"))

    async def open(self) -> None:
        self._listening = await asyncssh.listen(
            "127.0.0.1",
            self.port,
            config=None,
            server_host_keys=[self.host_key],
            server_factory=lambda: _Account(self),
            sftp_factory=self._files,
        )
        self.port = self._listening.get_port()

    def close(self) -> None:
        if self._listening is not None:
            self._listening.close()
        for connection in self._connections:
            connection.abort()

    def joined(self, connection: asyncssh.SSHServerConnection) -> None:
        self._connections.append(connection)

    def _files(self, channel: asyncssh.SSHServerChannel[bytes]) -> asyncssh.SFTPServer:
        self._channels.append(channel)
        return _Files(channel, self)

    def end_sessions(self) -> None:
        """End the program that serves files, and leave the connections open."""
        for channel in self._channels:
            channel.exit(1)


class _Account(asyncssh.SSHServer):
    def __init__(self, site: SftpSite) -> None:
        self._site = site

    def connection_made(self, connection: asyncssh.SSHServerConnection) -> None:
        self._site.joined(connection)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self._site.logins += 1
        return (username, password) == (USER, PASSWORD) and self._site.mood is not Mood.LOCKED

    def public_key_auth_supported(self) -> bool:
        return self._site.client_key is not None

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        known = self._site.client_key
        return known is not None and key.public_data == known.public_data


class _Files(asyncssh.SFTPServer):
    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], site: SftpSite) -> None:
        super().__init__(channel, chroot=str(site.root).encode())
        self._site = site

    async def stat(self, path: bytes) -> Any:
        if self._site.mood is Mood.SILENT:
            await asyncio.Event().wait()
        return super().stat(path)

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        if self._site.mood is Mood.REFUSING:
            raise asyncssh.SFTPNoSpaceOnFilesystem("No space left")
        return super().open(path, pflags, attrs)

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        if self._site.full:
            raise asyncssh.SFTPNoSpaceOnFilesystem("No space left")
        return cast("int", super().write(file_obj, offset, data))

    def close(self, file_obj: object) -> None:
        super().close(file_obj)
        if self._site.full:
            raise asyncssh.SFTPFailure("Failure")

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        if not self._site.posix:
            raise asyncssh.SFTPOpUnsupported("no such thing here")
        self._there(oldpath).replace(self._there(newpath))
        await self._renamed(newpath)

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        if self._there(newpath).exists():
            raise asyncssh.SFTPFailure("it is there")
        self._there(oldpath).rename(self._there(newpath))
        await self._renamed(newpath)

    def _there(self, path: bytes) -> Path:
        return Path(os.fsdecode(self.map_path(path)))

    async def _renamed(self, path: bytes) -> None:
        self._site.steps.append(path.decode().rpartition("/")[2])
        if self._site.mood is Mood.LOSING and path.endswith(b"manifest.json"):
            await asyncio.Event().wait()


@asynccontextmanager
async def an_sftp_site(root: Path, prepare: Callable[[SftpSite], None] = lambda site: None) -> AsyncIterator[SftpSite]:
    site = SftpSite(root)
    prepare(site)
    (root / "in").mkdir()
    await site.open()
    yield site
    site.close()
