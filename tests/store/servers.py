"""A PostgreSQL server of our own for the tests, from the programs in PyPI's pgserver."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg

# PostgreSQL refuses to run as root; this account is on every Linux and macOS.
UNPRIVILEGED = "nobody"
# Ample, because a machine that runs all tests at once is slow.
PATIENCE_SECONDS = 90
# A test session that is killed must not leave a server behind: its end closes the server's standard input.
AS_LONG_AS_WE_LIVE = '"$@" & server=$!; read -r _; kill -QUIT "$server"; wait "$server"'


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs; None where pgserver has no wheel for this interpreter."""
    found = importlib.util.find_spec("pgserver")
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent / "pginstall" / "bin"
    return folder if (folder / "postgres").exists() else None


@dataclass
class Server:
    """A running server that is reached through a socket in `folder`."""

    folder: Path
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, database: str) -> str:
        return f"postgresql:///{database}?host={self.folder}&user=postgres"

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(host=str(self.folder), user="postgres", dbname=database, autocommit=True)

    def fresh_database(self) -> str:
        """Make an empty database and return its URL."""
        name = f"paper_{next(self.numbers)}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)


@contextmanager
def running_server() -> Iterator[Server]:
    """Run a server until the block ends; raises RuntimeError where it does not start."""
    bin_folder = programs()
    if bin_folder is None:
        raise RuntimeError("there is no pgserver for this interpreter")
    # Short, because a socket's path is; and outside pytest's folder, which only its owner may enter.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)
        bin_folder = _where_others_may_read(bin_folder, folder)
    try:
        yield from _run(bin_folder, folder, user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _where_others_may_read(bin_folder: Path, folder: Path) -> Path:
    """Return the programs, copied where the checkout is closed to other accounts."""
    probe: list[str | Path] = [bin_folder / "postgres", "--version"]
    try:
        subprocess.run(probe, user=UNPRIVILEGED, check=True, capture_output=True, cwd=folder)
    except (OSError, subprocess.CalledProcessError):
        shutil.copytree(bin_folder.parent, folder / "install")
        return folder / "install" / "bin"
    return bin_folder


def _run(bin_folder: Path, folder: Path, user: str | None) -> Iterator[Server]:
    data = folder / "data"
    options = ["--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync", "--username=postgres"]
    create: list[str | Path] = [bin_folder / "initdb", "-D", data, *options]
    subprocess.run(create, user=user, check=True, capture_output=True, cwd=folder)
    command: list[str | Path] = [
        "sh",
        "-c",
        AS_LONG_AS_WE_LIVE,
        "sh",
        bin_folder / "postgres",
        "-D",
        data,
        "-k",
        folder,
        "-h",
        "",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, user=user, cwd=folder, stdin=subprocess.PIPE, stdout=log, stderr=log)
    try:
        server = Server(folder)
        _wait_for(server, process)
        yield server
    finally:
        process.communicate(timeout=PATIENCE_SECONDS)


def _wait_for(server: Server, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            server.connect().close()
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError((server.folder / "log").read_text(errors="replace")) from error
            time.sleep(0.05)
        else:
            return
