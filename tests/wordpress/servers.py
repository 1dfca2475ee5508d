"""The servers behind a WordPress of our own: a private MariaDB, and PHP's own web server."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

# Ample, because a machine that runs all tests at once is slow.
PATIENCE_SECONDS = 60
WORKERS = 4
# A test session that is killed must not leave servers behind: its end closes the standard input, and the whole group
# of processes, PHP's workers among them, goes with the shell.
AS_LONG_AS_WE_LIVE = '"$@" & read -r _; kill -KILL 0'
# Nothing of these data outlives the tests: speed before durability.
CARELESS = (
    "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M", "--innodb-log-file-size=8M",
    "--innodb-doublewrite=0", "--performance-schema=OFF", "--skip-log-bin",
)  # fmt: skip
PHP_OPTIONS = (
    "-d", "memory_limit=256M", "-d", "upload_max_filesize=64M", "-d", "post_max_size=64M",
    "-d", "display_errors=stderr", "-d", "opcache.enable_cli=1", "-d", "sendmail_path=/bin/true",
)  # fmt: skip


def php(folder: Path) -> list[str]:
    """Return the command of PHP, which keeps in a folder what it compiled: each run is a start of WordPress."""
    kept = folder / "compiled"
    kept.mkdir(exist_ok=True)
    return ["php", *PHP_OPTIONS, "-d", f"opcache.file_cache={kept}"]


@contextmanager
def running(command: list[str], folder: Path, log: str, environ: Mapping[str, str] | None = None) -> Iterator[None]:
    """Run a server, and whatever it forks, until the block ends."""
    with (folder / log).open("wb") as out:
        process = subprocess.Popen(
            ["sh", "-c", AS_LONG_AS_WE_LIVE, "sh", *command], cwd=folder, stdin=subprocess.PIPE, stdout=out,
            stderr=out, env=os.environ | (environ or {}), start_new_session=True,
        )  # fmt: skip
    try:
        yield
    finally:
        process.communicate(timeout=PATIENCE_SECONDS)


@contextmanager
def a_mariadb(folder: Path) -> Iterator[Path]:
    """Run a database server of our own over a new data folder; yields its socket."""
    data, listening = folder / "data", folder / "mariadb.sock"
    # Only root needs to be told that it may.
    user = ["--user=root"] if os.geteuid() == 0 else []
    options = ["--no-defaults", f"--datadir={data}", *user]
    create = ["mariadb-install-db", *options, "--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run(create, check=True, capture_output=True, cwd=folder)
    server = _program("mariadbd")
    command = [server, *options, f"--socket={listening}", "--skip-networking", "--skip-grant-tables", *CARELESS]
    with running(command, folder, "mariadb.log"):
        _until(lambda: _takes(listening), folder / "mariadb.log")
        yield listening


@contextmanager
def a_php_server(folder: Path, root: Path, environ: Mapping[str, str]) -> Iterator[int]:
    """Serve a folder through its router.php; yields the port."""
    port = free_port()
    command = [*php(folder), "-S", f"127.0.0.1:{port}", "-t", str(root), str(root / "router.php")]
    with running(command, folder, "php.log", {**environ, "PHP_CLI_SERVER_WORKERS": str(WORKERS)}):
        _until(lambda: _listens(port), folder / "php.log")
        yield port


def missing_programs() -> list[str]:
    return [name for name in ("php", "mariadbd", "mariadb-install-db") if shutil.which(name, path=_PATH) is None]


def missing_extensions() -> list[str]:
    """Return what WordPress or the tests need of PHP and this one lacks; PHP has to be there."""
    listed = subprocess.run(["php", "-m"], capture_output=True, text=True, check=True).stdout.split()
    return [f"PHP's {name}" for name in ("mysqli", "gd", "dom", "curl") if name not in listed]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# Debian keeps servers where only root's path leads.
_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])


def _program(name: str) -> str:
    return shutil.which(name, path=_PATH) or name


def _takes(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _until(ready: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            raise RuntimeError(log.read_text("utf-8", errors="replace"))
        time.sleep(0.05)
