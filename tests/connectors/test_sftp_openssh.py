"""Packages by SFTP to a real OpenSSH server: its keys, ours, and a connection cut anywhere."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from syndicate.connectors.contract import Connector
from syndicate.connectors.means import Means
from syndicate.connectors.suite.copy import Copy, accepted, refused
from syndicate.connectors.suite.sendings import NOW, a_correction, a_retraction, a_sending
from syndicate.connectors.suite.site import means
from syndicate.connectors.table import build
from syndicate.model.declarations import PartnerDeclaration
from tests.builders import a_publisher
from tests.connectors import dropped
from tests.connectors.cutting import survives_every_cut
from tests.connectors.test_folder_contract import files_below
from tests.proof.process import free_port

pytestmark = pytest.mark.system
SSHD = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin")
CONFIG = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
Subsystem sftp internal-sftp
ForceCommand internal-sftp
"""


@dataclass(frozen=True)
class Server:
    """A server that runs as we do, and lets us in with `client_key` only."""

    port: int
    folder: Path
    host_key: asyncssh.SSHKey
    client_key: str

    @property
    def inbox(self) -> Path:
        return self.folder / "in"

    def connector(self, ways: Means, *, key: str | None = None, **other: Any) -> Connector:
        options = {
            "host": "127.0.0.1",
            "port": self.port,
            "user": getpass.getuser(),
            "path": str(self.inbox),
            "host_key": self.host_key.export_public_key().decode(),
            **other,
        }
        partner = PartnerDeclaration(name="gazette", connector="sftp", options=options)
        return build(partner, a_publisher(), {"private_key": (key or self.client_key,)}, ways)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with an_openssh(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@contextlib.contextmanager
def an_openssh(folder: Path) -> Iterator[Server]:
    """Run a server in a folder; skips where there is none to run."""
    if SSHD is None:
        pytest.skip("needs sshd (Debian: openssh-server)")
    host_key, client_key = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    files = {"host_key": host_key.export_private_key(), "authorized_keys": client_key.export_public_key()}
    for name, text in files.items():
        (folder / name).write_bytes(text)
        (folder / name).chmod(0o600)
    (folder / "in").mkdir()
    port = free_port()
    (folder / "config").write_text(CONFIG.format(port=port, folder=folder))
    if os.getuid() == 0:
        # Where sshd locks its unprivileged half up; Debian makes it when the service starts.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    with running([SSHD, "-D", "-e", "-f", str(folder / "config")], folder / "log"):
        yield Server(port, folder, host_key, client_key.export_private_key().decode())


@contextlib.contextmanager
def running(command: list[str], log: Path) -> Iterator[None]:
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output) as process:
        try:
            yield
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture
async def ways(server: Server) -> AsyncIterator[Means]:
    for _ in range(100):
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.close()
            break
        await asyncio.sleep(0.05)
    async with means(pictures=dropped.given_pictures()) as made:
        yield made


async def test_an_article_is_brought_corrected_and_withdrawn(server: Server, ways: Means) -> None:
    connector = server.connector(ways)
    assert "SHA256:" in accepted(await connector.test(delivery_id="msg_t", at=NOW)).answer
    copy = Copy(connector)
    accepted(await copy.send(a_sending(article=dropped.images("bow", "stern", "deck"))))
    assert len(files_below(server.inbox)) == 5
    accepted(await copy.send(a_correction("New ferry sails at ten")))
    assert dropped.shown(files_below(server.inbox)) == ["New ferry sails at ten"]
    accepted(await copy.send(a_retraction()))
    files = files_below(server.inbox)
    assert (len(files), dropped.shown(files)) == (2, [])
    assert not any(b"New ferry" in body for body in files.values())
    shutil.rmtree(next(server.inbox.iterdir()))
    await connector.aclose()


async def test_a_connection_cut_anywhere_is_made_good_by_the_retry(server: Server, ways: Means) -> None:
    def made(port: int) -> Connector:
        return server.connector(ways, port=port)

    assert await survives_every_cut(made, server.port, server.inbox, step=600) > 5


async def test_a_server_with_another_key_gets_nothing(server: Server, ways: Means) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519")
    connector = server.connector(ways, host_key=other.get_fingerprint())
    outcome = refused(await Copy(connector).send(a_sending()))
    assert (outcome.unauthorised, outcome.certain) == (True, True)
    assert server.host_key.get_fingerprint() in outcome.reason


async def test_a_key_that_the_server_does_not_know_is_told(server: Server, ways: Means) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
    outcome = refused(await Copy(server.connector(ways, key=other)).send(a_sending()))
    assert (outcome.unauthorised, outcome.certain, outcome.permanent) == (True, True, False)


async def test_a_directory_that_we_may_not_write_is_told(server: Server, ways: Means) -> None:
    connector = server.connector(ways, path="/proc")
    outcome = refused(await Copy(connector).send(a_sending()))
    assert outcome.reason.startswith("the SFTP server: ")
    await connector.aclose()
