"""Packages of files on a partner's SFTP server."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Annotated

import asyncssh
from pydantic import AfterValidator, BeforeValidator, Field

from syndicate.connectors.contract import Accepted, Outcome, Preview, Refused, Sending
from syndicate.connectors.drops import drop
from syndicate.connectors.drops.drop import Packing
from syndicate.connectors.drops.packages import PackageOptions
from syndicate.connectors.drops.ssh import FAILURES, Link, Login
from syndicate.connectors.means import ConnectorKind, Setting
from syndicate.errors import ConfigurationError, Violation
from syndicate.model.durations import Duration
from syndicate.model.text import RequiredLine

_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
# As in a server's own .pub file, and as ssh-keyscan prints it, behind the host's name.
_KEY_LINE = re.compile(r"(?:^|\s)((?:ssh|ecdsa)-\S+\s+[A-Za-z0-9+/=]+)")
# So much is sent between two looks at the clock.
_PIECE_BYTES = 256 * 1024
# The session is over, though the connection may stand.
_OVER = (asyncssh.SFTPNoConnection, asyncssh.SFTPConnectionLost, asyncssh.SFTPBadMessage, asyncssh.SFTPEOFError)
_NOWHERE = (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath)


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


def _host_key(value: str) -> str:
    if not _FINGERPRINT.fullmatch(value):
        _public_key(value)
    return value


def _public_key(value: str) -> asyncssh.SSHKey:
    found = _KEY_LINE.search(value)
    try:
        return asyncssh.import_public_key(found[1] if found else "")
    except asyncssh.KeyImportError as error:
        raise ValueError('must be a public key such as "ssh-ed25519 AAAA…", or a fingerprint "SHA256:…"') from error


class SftpOptions(PackageOptions):
    """Where the partner's server is, and by which key it is known."""

    host: RequiredLine = Field(description="The server's name or address.")
    port: Annotated[int, Field(ge=1, le=65_535)] = Field(22, description="Its port.")
    path: str = Field("", description="The directory for packages; relative to where the account lands.")
    user: RequiredLine = Field(description="The account; it has a secret `password` or `private_key`.")
    host_key: Annotated[
        tuple[Annotated[str, AfterValidator(_host_key)], ...], BeforeValidator(_listed), Field(max_length=10)
    ] = Field(
        (),
        description="The server's public key, or its fingerprint; a list while it changes. Without it nothing is "
        "sent: `partners test` tells the fingerprint, for you to verify with the partner.",
    )
    timeout: Annotated[Duration, Field(gt=timedelta(0), le=timedelta(minutes=2))] = Field(
        timedelta(seconds=20), description="How long the server may take to answer."
    )


class Sftp:
    """Drop packages on one server."""

    # By the time for each answer only, and a package may need many.
    bounded = False
    gathers = False

    def __init__(self, options: SftpOptions, login: Login, packing: Packing, setting: Setting) -> None:
        self._packing = packing
        self._link = Link(login, setting.means.dialer, options.timeout)
        self._target = _Server(self._link, options)

    async def send(self, sending: Sending) -> Outcome:
        async with self._link:
            return await drop.deliver(self._packing, self._target, sending)

    async def test(self, *, delivery_id: str, at: datetime) -> Outcome:
        """Write and remove an empty file, and tell which key the server has."""
        async with self._link:
            outcome = await drop.try_out(self._target)
        return Accepted(answer=f"host key {self._link.seen}") if isinstance(outcome, Accepted) else outcome

    def preview(self, sending: Sending) -> Preview:
        return drop.preview(self._packing, self._target, sending)

    async def aclose(self) -> None:
        await self._link.aclose()


class _Server:
    """A directory of an SFTP server as a target."""

    partials = True
    failures = FAILURES

    def __init__(self, link: Link, options: SftpOptions) -> None:
        self._link = link
        self._at = f"sftp://{options.user}@{options.host}:{options.port}"
        self._root = options.path.rstrip("/") or ("/" if options.path else "")

    def refusal(self, error: Exception) -> Refused:
        if not isinstance(error, asyncssh.SFTPError) or isinstance(error, _OVER):
            # Whatever state the connection is in, the next attempt begins with a new one.
            self._link.cut()
        return self._link.refusal(error)

    def shown(self, path: str) -> str:
        place = self._full(path)
        return f"{self._at}{place if place.startswith('/') else f'/~/{place}'}"

    async def reach(self) -> None:
        async with self._answered() as sftp:
            # A root that is missing is a mistake in the configuration, or a disk that is not mounted there.
            await sftp.stat(self._root or ".")

    async def size(self, path: str) -> int | None:
        try:
            async with self._answered() as sftp:
                return (await sftp.lstat(self._full(path))).size
        except _NOWHERE:
            return None

    async def write(self, path: str, data: bytes, media_type: str, *, partial: str) -> None:
        await self._make_parents(path)
        try:
            await self._fill(self._full(partial), data)
            async with self._answered() as sftp:
                await _rename(sftp, self._full(partial), self._full(path))
        except asyncssh.SFTPError as error:
            # What a full disk needs least; where the session is over, the next attempt sees to it.
            if not isinstance(error, _OVER):
                with contextlib.suppress(*FAILURES):
                    await self.remove(partial)
            raise

    async def remove(self, path: str) -> None:
        async with self._answered() as sftp:
            with contextlib.suppress(*_NOWHERE):
                await sftp.remove(self._full(path))

    async def _make_parents(self, path: str) -> None:
        parents = path.split("/")[:-1]
        below = ["/".join(parents[: depth + 1]) for depth in range(len(parents))]
        async with self._answered() as sftp:
            if not below or await sftp.isdir(self._full(below[-1])):
                return
            for each in below:
                with contextlib.suppress(asyncssh.SFTPFileAlreadyExists, asyncssh.SFTPFailure):
                    # "Failure" is all that most servers say of one that is there; any other fault comes with the file.
                    await sftp.mkdir(self._full(each))

    async def _fill(self, path: str, data: bytes) -> None:
        async with self._answered() as sftp:
            file = await sftp.open(path, "wb")
        try:
            await self._pour(file, data)
        except asyncssh.SFTPError:
            # The server holds the file open for as long as the connection stands. What it says now is not the reason.
            with contextlib.suppress(*FAILURES):
                await self._close(file)
            raise
        await self._close(file)

    async def _pour(self, file: asyncssh.SFTPClientFile, data: bytes) -> None:
        for start in range(0, len(data), _PIECE_BYTES):
            async with self._link.in_time():
                await file.write(data[start : start + _PIECE_BYTES])
        async with self._link.in_time():
            with contextlib.suppress(asyncssh.SFTPOpUnsupported):
                await file.fsync()

    async def _close(self, file: asyncssh.SFTPClientFile) -> None:
        async with self._link.in_time():
            await file.close()

    @contextlib.asynccontextmanager
    async def _answered(self) -> AsyncIterator[asyncssh.SFTPClient]:
        sftp = await self._link.sftp()
        async with self._link.in_time():
            yield sftp

    def _full(self, path: str) -> str:
        return f"{self._root.rstrip('/')}/{path}" if self._root else path


async def _rename(sftp: asyncssh.SFTPClient, partial: str, path: str) -> None:
    """Put a file in the place of another in one step where the server can, else with the shortest gap."""
    try:
        await sftp.posix_rename(partial, path)
    except asyncssh.SFTPOpUnsupported:
        with contextlib.suppress(*_NOWHERE):
            await sftp.remove(path)
        await sftp.rename(partial, path)


def _make(options: SftpOptions, setting: Setting) -> Sftp:
    keys = tuple(_public_key(key) for key in options.host_key if not _FINGERPRINT.fullmatch(key))
    named = frozenset(key for key in options.host_key if _FINGERPRINT.fullmatch(key))
    login = Login(
        options.host,
        options.port,
        options.user,
        keys,
        named | {key.get_fingerprint() for key in keys},
        password=setting.secret("password"),
        private_key=_private_key(setting.secret("private_key")),
    )
    return Sftp(options, login, Packing.of(options, setting), setting)


def _private_key(text: str | None) -> asyncssh.SSHKey | None:
    try:
        # A secret is one line's value: the line end that a key file must have was stripped from it.
        return None if text is None else asyncssh.import_private_key(f"{text.strip()}\n")
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
        violation = Violation("private_key", "must be a private key such as ssh-keygen writes, without a passphrase")
        # Unchained: what failed to be read is a secret.
        raise ConfigurationError("the sftp connector cannot read its key", [violation]) from None


KIND = ConnectorKind("sftp", SftpOptions, (frozenset({"password", "private_key"}),), _make)
