"""A real OpenSSH server on this machine, where there is one to run."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from syndicate.connectors.contract import Connector
from syndicate.connectors.means import Means
from syndicate.connectors.table import build
from syndicate.model.declarations import PartnerDeclaration
from tests.builders import a_publisher
from tests.proof.process import free_port

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
