"""A connection to one partner's SFTP server: made when it is needed, kept for a short while, and given back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import asyncssh

from syndicate.connectors.contract import Refused
from syndicate.model.text import strip_forbidden
from syndicate.net.dialer import Dialer
from syndicate.net.guard import BlockedError

# Deliveries of one run follow each other; a connection that nobody uses is not held open for the next run.
IDLE = timedelta(seconds=20)
_KEEPALIVE_SECONDS = 15
FAILURES = (asyncssh.Error, OSError)


@dataclass(frozen=True)
class Login:
    """Who we are, and by which keys the server is known: public keys, and fingerprints as `SHA256:…`."""

    host: str
    port: int
    user: str
    host_keys: tuple[asyncssh.SSHKey, ...]
    fingerprints: frozenset[str]
    password: str | None = field(default=None, repr=False)
    private_key: asyncssh.SSHKey | None = field(default=None, repr=False)


class _Doorman(asyncssh.SSHClient):
    """Accepts the server by its fingerprint, before any credential is sent, and remembers which it saw."""

    def __init__(self, fingerprints: frozenset[str]) -> None:
        self._fingerprints = fingerprints
        self.seen: str | None = None

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        self.seen = key.get_fingerprint()
        return self.seen in self._fingerprints


class Link:
    """One connection, shared by the deliveries that run at once. `timeout` bounds what the server takes to answer."""

    def __init__(self, login: Login, dialer: Dialer, timeout: timedelta) -> None:
        self._login = login
        self._dialer = dialer
        self._timeout_seconds = timeout.total_seconds()
        self._turn = asyncio.Lock()
        self._connection: asyncssh.SSHClientConnection | None = None
        self._sftp: asyncssh.SFTPClient | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._users = 0
        self.seen: str | None = None

    async def __aenter__(self) -> None:
        """Stay connected for the length of the block."""
        self._users += 1
        if self._idle is not None:
            self._idle.cancel()

    async def __aexit__(self, *raised: object) -> None:
        self._users -= 1
        if self._users == 0 and self._connection is not None:
            self._idle = asyncio.get_running_loop().call_later(IDLE.total_seconds(), self.cut)

    async def sftp(self) -> asyncssh.SFTPClient:
        """Return a client that is connected. Raises `FAILURES`."""
        async with self._turn:
            if self._sftp is None or self._connection is None or self._connection.is_closed():
                self.cut()
                async with self.in_time():
                    self._sftp = await self._connect()
            return self._sftp

    def in_time(self) -> asyncio.Timeout:
        """Bound one exchange with the server."""
        return asyncio.timeout(self._timeout_seconds)

    def cut(self) -> None:
        """Hang up at once; the next delivery connects anew."""
        connection, self._connection, self._sftp = self._connection, None, None
        if connection is not None:
            connection.abort()

    async def aclose(self) -> None:
        """Give the connection back."""
        if self._idle is not None:
            self._idle.cancel()
        connection = self._connection
        self.cut()
        if connection is not None:
            await connection.wait_closed()

    async def _connect(self) -> asyncssh.SFTPClient:
        login, doorman = self._login, _Doorman(self._login.fingerprints)
        dialled = await self._dialer.dial(login.host, login.port)
        try:
            self._connection = await asyncssh.connect(
                login.host,
                login.port,
                sock=dialled,
                # Nothing of the account that this service runs under: no files, no agent, no keys of its own.
                config=None,
                agent_path=None,
                gss_host=None,
                client_keys=[login.private_key] if login.private_key else None,
                username=login.user,
                password=login.password,
                known_hosts=([*login.host_keys], [], []),
                client_factory=lambda: doorman,
                # What OpenSSH itself does not offer any more.
                kex_algs="-*sha1*",
                mac_algs="-*sha1*",
                server_host_key_algs="-ssh-rsa*",
                signature_algs="-ssh-rsa*",
                compression_algs=None,
                keepalive_interval=_KEEPALIVE_SECONDS,
                keepalive_count_max=2,
            )
            key = self._connection.get_server_host_key()
            doorman.seen = key.get_fingerprint() if key else None
            return await self._connection.start_sftp_client()
        except BaseException:
            dialled.close()
            self.cut()
            raise
        finally:
            self.seen = doorman.seen

    def refusal(self, error: Exception) -> Refused:
        """Say in words of our own what went wrong; what the server said is cut short and without controls."""
        if isinstance(error, asyncssh.HostKeyNotVerifiable):
            return self._stranger()
        return _unreached(error) if isinstance(error, OSError) else _rejected(error)

    def _stranger(self) -> Refused:
        shown = f"the server shows the host key {self.seen or 'of another kind'}"
        if not self._login.fingerprints:
            how = "host_key is not set; verify it with the partner, then set it"
            return Refused(f"{shown}, and {how}", unauthorised=True)
        return Refused(f"{shown}, which is not the partner's host_key", unauthorised=True)


def _unreached(error: OSError) -> Refused:
    match error:
        case BlockedError():
            return Refused(str(error), permanent=True)
        case TimeoutError():
            return Refused("the SFTP server did not answer in time", overloaded=True)
    return Refused("cannot connect to the SFTP server")


def _rejected(error: Exception) -> Refused:
    match error:
        case asyncssh.PermissionDenied():
            return Refused("the SFTP server rejects our credentials", unauthorised=True)
        case asyncssh.SFTPError():
            return Refused(f"the SFTP server: {_words(error)}")
        case asyncssh.DisconnectError():
            busy = error.code == asyncssh.DISC_TOO_MANY_CONNECTIONS
            return Refused(f"the SSH connection ended: {_words(error)}", overloaded=busy)
    return Refused("the SFTP server did not keep to the protocol")


def _words(error: asyncssh.Error) -> str:
    reason = getattr(error, "reason", "")
    return strip_forbidden(str(reason))[:200].strip() or type(error).__name__
