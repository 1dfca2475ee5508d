"""One worker process as the service sees it: started, asked, stopped."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from pathlib import Path
from typing import Any

import syndicate
from syndicate.sandbox.frames import PREFIX_BYTES, lengths

_PACKAGES = Path(syndicate.__file__).parent.parent


class WorkerDiedError(Exception):
    """The process ended, or answered with what is no message; never leaves this room."""


class WorkerProcess:
    """A started process and how many jobs it has had."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.jobs = 0

    @classmethod
    async def start(cls, *, address_space_mib: int) -> WorkerProcess:
        """Start a fresh interpreter that gets none of our environment, files or signals."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-sP",
            "-m",
            "syndicate.sandbox.worker",
            str(address_space_mib),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env={"PYTHONPATH": str(_PACKAGES), "PATH": os.defpath, "LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "1"},
            start_new_session=True,
        )
        return cls(process)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.returncode is None

    async def ask(self, message: bytes) -> tuple[dict[str, Any], bytes]:
        """Send one message and wait for the answer; raises WorkerDiedError."""
        self.jobs += 1
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(message)
            await stdin.drain()
            head, body = lengths(await stdout.readexactly(PREFIX_BYTES))
            header = json.loads(await stdout.readexactly(head))
            answer = await stdout.readexactly(body)
        except (OSError, EOFError, ValueError) as error:
            raise WorkerDiedError from error
        if not isinstance(header, dict):
            raise WorkerDiedError
        return header, answer

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()

    async def stop(self) -> None:
        """End the process at once and leave neither zombie nor open pipe."""
        self.kill()
        await self._process.communicate()
