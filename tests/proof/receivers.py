"""Partners' sites under our control: they note on disk what arrives, and behave as a test wants them to."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

MAX_HEAD = 64 * 1024


class Behaviour(StrEnum):
    """What a site does with one request."""

    OK = "ok"
    ERROR = "error"
    BUSY = "busy"
    REFUSE = "refuse"
    GONE = "gone"
    REDIRECT = "redirect"
    HANG = "hang"
    DROP_AFTER = "drop after reading"
    DROP_BEFORE = "drop before reading"
    DRIP = "drip"
    LATE = "late"


ANSWERS: Mapping[Behaviour, bytes] = {
    Behaviour.OK: b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    Behaviour.ERROR: b"HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n",
    Behaviour.BUSY: b"HTTP/1.1 429 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n",
    Behaviour.REFUSE: b"HTTP/1.1 422 No\r\nContent-Length: 0\r\n\r\n",
    Behaviour.GONE: b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n",
    Behaviour.REDIRECT: b"HTTP/1.1 307 Over there\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
    Behaviour.DRIP: b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
    Behaviour.LATE: b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
}
# The site has the event, whatever its answer says.
TAKEN = frozenset({Behaviour.OK, Behaviour.HANG, Behaviour.DROP_AFTER, Behaviour.DRIP, Behaviour.LATE})


@dataclass(frozen=True)
class Arrival:
    """One request whose body came in whole. `ended_at` is when it was answered or the connection ended."""

    partner: str
    at: float
    ended_at: float
    id: str
    type: str
    article_id: str | None
    seq: int | None
    revision: int | None
    cause: str | None
    title: str | None
    body_hash: str
    genuine: bool
    behaviour: Behaviour

    @property
    def withdrawn(self) -> bool:
        return self.type == "article.retracted"

    @property
    def key(self) -> tuple[str, str | None]:
        return self.partner, self.article_id


@dataclass
class Sites:
    """Every partner's site behind one port: `/in/<partner>`. `script` says what a site does with a request."""

    secret: str
    script: Callable[[str], Behaviour]
    log: BinaryIO | None = None
    port: int = 0
    arrivals: list[Arrival] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    released: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    answer: Callable[[str], bytes] = lambda partner: ANSWERS[Behaviour.OK]

    def url(self, partner: str) -> str:
        return f"http://127.0.0.1:{self.port}/in/{partner}"

    def of(self, partner: str) -> list[Arrival]:
        return [arrival for arrival in self.arrivals if arrival.partner == partner]

    async def until(self, wanted: Callable[[], bool], *, seconds: float = 10) -> None:
        """Wait until something that arrives makes `wanted` true."""
        async with asyncio.timeout(seconds):
            while not wanted():
                self.arrived.clear()
                await self.arrived.wait()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError), contextlib.closing(writer):
            while await self._exchange(reader, writer):
                pass

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Take one request; tells whether the connection goes on."""
        target, headers = _head(await reader.readuntil(b"\r\n\r\n"))
        if not target.startswith("/in/"):
            self.strays.append(target)
            return False
        partner = target.removeprefix("/in/")
        behaviour = self.script(partner)
        if behaviour is Behaviour.DROP_BEFORE:
            return False
        body = await reader.readexactly(int(headers["content-length"]))
        begun_at = time.monotonic()
        # What a site did is on its disk before it answers: a dropped connection takes nothing back.
        self._write({"partner": partner, "at": begun_at, "id": headers["webhook-id"], "behaviour": behaviour})
        self.begun.append(headers["webhook-id"])
        try:
            return await self._behave(partner, behaviour, reader, writer)
        finally:
            self._note(partner, behaviour, headers, body, begun_at)

    async def _behave(
        self, partner: str, behaviour: Behaviour, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        if behaviour is Behaviour.DROP_AFTER:
            return False
        if behaviour is Behaviour.LATE:
            await self.released.wait()
        if behaviour is not Behaviour.HANG:
            writer.write(self.answer(partner) if behaviour is Behaviour.OK else ANSWERS[behaviour])
            await writer.drain()
        if behaviour in (Behaviour.HANG, Behaviour.DRIP):
            await self._stall(reader, writer, drip=behaviour is Behaviour.DRIP)
            return False
        return True

    async def _stall(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, drip: bool) -> None:
        """Keep the connection until the other side ends it, or the test releases it."""
        ended = asyncio.ensure_future(reader.read(1))
        released = asyncio.ensure_future(self.released.wait())
        try:
            while not (ended.done() or released.done()):
                if drip:
                    writer.write(b" ")
                    await writer.drain()
                await asyncio.wait((ended, released), timeout=0.5, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended.cancel()
            released.cancel()
            await asyncio.gather(ended, released, return_exceptions=True)

    def _note(
        self, partner: str, behaviour: Behaviour, headers: Mapping[str, str], body: bytes, begun_at: float
    ) -> None:
        event = json.loads(body)
        data = event["data"]
        arrival = Arrival(
            partner=partner,
            at=begun_at,
            ended_at=time.monotonic(),
            id=headers["webhook-id"],
            type=event["type"],
            article_id=data["id"],
            seq=data["seq"],
            revision=data["revision"],
            cause=data["cause"],
            title=data["article"]["title"] if data["article"] else None,
            body_hash=hashlib.sha256(body).hexdigest()[:16],
            genuine=_is_genuine(self.secret, body, headers),
            behaviour=behaviour,
        )
        self._write(asdict(arrival))
        self.arrivals.append(arrival)
        self.events.append(event)
        self.arrived.set()

    def _write(self, record: dict[str, Any]) -> None:
        if self.log is not None:
            self.log.write(json.dumps(record).encode() + b"\n")
            self.log.flush()
            os.fsync(self.log.fileno())


def _head(text: bytes) -> tuple[str, dict[str, str]]:
    first, *lines = text.decode("latin-1").strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return first.split(" ")[1], headers


def _is_genuine(secret: str, body: bytes, headers: Mapping[str, str]) -> bool:
    try:
        Webhook(secret).verify(body, dict(headers))
    except WebhookVerificationError:
        return False
    return True


@contextlib.asynccontextmanager
async def sites(
    secret: str, script: Callable[[str], Behaviour] = lambda partner: Behaviour.OK, *, log: Path | None = None
) -> AsyncIterator[Sites]:
    """Run the sites for the length of the block; open connections are cut at its end."""
    with contextlib.ExitStack() as stack:
        running = Sites(secret, script, stack.enter_context(log.open("ab")) if log else None)
        tasks: set[asyncio.Task[None]] = set()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.ensure_future(running.serve(reader, writer))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        server = await asyncio.start_server(accept, "127.0.0.1", 0, limit=MAX_HEAD, backlog=256)
        running.port = server.sockets[0].getsockname()[1]
        try:
            yield running
        finally:
            server.close()
            for task in tuple(tasks):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
