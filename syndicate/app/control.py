"""The control socket: how commands reach the service that holds the store.

One command is one POST of `{"command", "args", "actor"}`; the answer is lines of JSON: any number of
`{"progress": …}`, then one `{"result": …}` or `{"error": {"code", "message", "remedy", "violations"}}`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from aiohttp import web

from syndicate.app.commands.command import Call, Command
from syndicate.app.commands.table import COMMANDS
from syndicate.app.service import Service
from syndicate.app.sockets import socket_path
from syndicate.app.stopping import stop_times
from syndicate.errors import InvalidError, NotFoundError, SyndicateError

logger = logging.getLogger(__name__)

# A record in JSON, with room for its escapes.
MAX_REQUEST_BYTES = 64 * 1024**2
Frame = dict[str, Any]


@asynccontextmanager
async def controlled(service: Service) -> AsyncIterator[None]:
    """Answer commands on the socket beside the service's database until the block ends.

    On PostgreSQL there is none: any process may open that store.
    """
    path = socket_path(service.loaded.settings.store.url)
    if path is None:
        yield
        return
    drain = stop_times(service.loaded.settings.server.shutdown_timeout).commands
    runner = web.AppRunner(control_app(service), access_log=None, shutdown_timeout=drain.total_seconds())
    await runner.setup()
    try:
        await _listen(runner, path)
        yield
    finally:
        await runner.cleanup()
        path.unlink(missing_ok=True)


async def _listen(runner: web.AppRunner, path: Path) -> None:
    try:
        listening = bind(path)
    except OSError as error:
        # Some shared folders know no sockets; the service does not depend on them.
        logger.warning("control.unavailable", extra={"socket": str(path), "error": error.strerror})
        return
    await web.SockSite(runner, listening).start()


def bind(path: Path) -> socket.socket:
    """Make the socket, for its owner only. Whoever holds the store's lock may remove a file that was left behind."""
    path.unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        made.bind(str(path))
        # Nobody can connect before the socket listens, so that there is no moment in which others could.
        path.chmod(0o600)
    except OSError:
        made.close()
        raise
    return made


def control_app(service: Service) -> web.Application:
    async def answer(request: web.Request) -> web.StreamResponse:
        return await _answer(request, service)

    app = web.Application(client_max_size=MAX_REQUEST_BYTES)
    app.add_routes([web.post("/", answer)])
    return app


async def _answer(request: web.Request, service: Service) -> web.StreamResponse:
    asked = await request.json()
    response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
    await response.prepare(request)
    # Who hung up waits for nothing: the write fails, and with it what was still under way.
    with suppress(ConnectionResetError):
        async with aclosing(frames(service, asked["command"], asked["args"], actor=asked["actor"])) as told:
            async for frame in told:
                await response.write(json.dumps(frame).encode() + b"\n")
    return response


async def frames(service: Service, name: str, args: dict[str, Any], *, actor: str) -> AsyncGenerator[Frame]:
    """Run a command and yield what it tells: its progress, and at the end its result or its error."""
    told: asyncio.Queue[Frame] = asyncio.Queue()
    call = Call(service, args, actor, lambda progress: told.put_nowait({"progress": progress}))
    working = asyncio.create_task(_last_frame(name, call), name=f"command {name}")
    working.add_done_callback(lambda _: told.put_nowait({}))
    try:
        while frame := await told.get():
            yield frame
        yield working.result()
    finally:
        working.cancel()


async def _last_frame(name: str, call: Call) -> Frame:
    try:
        return {"result": await find_command(name)(call)}
    except SyndicateError as error:
        violations = error.violations if isinstance(error, InvalidError) else ()
        pairs = [[violation.path, violation.reason] for violation in violations]
        document = {"code": error.code, "message": error.message, "remedy": error.remedy, "violations": pairs}
        return {"error": document}


def find_command(name: str) -> Command:
    """Look a command up. Raises NotFoundError."""
    if name not in COMMANDS:
        raise NotFoundError("command", name, remedy="The running service is another version; restart it.")
    return COMMANDS[name]
