"""An S3 server of somebody else's making: s3rver from npm, where npm is."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.connectors.openssh import running
from tests.proof.process import free_port

PACKAGE = "s3rver@3.7.1"
# What the server is born with.
KEY = "S3RVER"


@contextmanager
def an_s3rver(folder: Path) -> Iterator[str]:
    """Run a server with one bucket; yields its address. Skips where it cannot be had."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("needs node and npm")
    (folder / "package.json").write_text('{"private": true}')
    install = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE]
    try:
        subprocess.run(install, cwd=folder, check=True, capture_output=True, timeout=90)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"npm could not install {PACKAGE}: {error}")
    port = free_port()
    program = folder / "node_modules" / "s3rver" / "bin" / "s3rver.js"
    options = ["-d", str(folder / "data"), "-a", "127.0.0.1", "-p", str(port), "--configure-bucket", "news"]
    with running([node, str(program), *options], folder / "log"):
        yield f"http://127.0.0.1:{port}"
