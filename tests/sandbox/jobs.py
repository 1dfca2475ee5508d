"""Jobs that misbehave, done by real workers."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from syndicate.errors import ArticleRetractedError, UnreadableDocumentError
from syndicate.sandbox.jobs import Job


def echo(data: bytes, options: Mapping[str, Any]) -> bytes:
    print("noise that must not reach the pipe")
    return data[::-1]


def spin(data: bytes, options: Mapping[str, Any]) -> bytes:
    while True:
        pass


def sleep(data: bytes, options: Mapping[str, Any]) -> bytes:
    time.sleep(60)
    return b""


def hoard(data: bytes, options: Mapping[str, Any]) -> bytes:
    return bytes(600 * 1024**2)[:1]


def crash(data: bytes, options: Mapping[str, Any]) -> bytes:
    os._exit(3)


def blunder(data: bytes, options: Mapping[str, Any]) -> bytes:
    raise KeyError("a bug of ours")


def refuse(data: bytes, options: Mapping[str, Any]) -> bytes:
    raise ArticleRetractedError("it is retracted")


def environment(data: bytes, options: Mapping[str, Any]) -> bytes:
    return "\n".join(os.environ).encode()


def write_file(data: bytes, options: Mapping[str, Any]) -> bytes:
    Path(options["path"]).write_bytes(b"stolen")
    return b""


def open_many(data: bytes, options: Mapping[str, Any]) -> bytes:
    return str(len([socket.socket() for _ in range(500)])).encode()


def _job(name: str) -> Job:
    return Job(
        f"tests.sandbox.jobs:{name}",
        UnreadableDocumentError,
        cpu=timedelta(seconds=1),
        max_cpu=timedelta(seconds=1),
        wall=timedelta(seconds=40 if name == "spin" else 2),
    )


MISBEHAVING = {
    name: _job(name)
    for name in (
        "echo",
        "spin",
        "sleep",
        "hoard",
        "crash",
        "blunder",
        "refuse",
        "environment",
        "write_file",
        "open_many",
    )
}
