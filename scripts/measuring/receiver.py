"""A partner that takes everything at once: counts signed deliveries and tells when the first and the last came."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from syndicate.policy.signing import decode_secret, verify

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Tally:
    """What has come: distinct deliveries, the time of the first and of the last, their bodies where asked for."""

    def __init__(self, expected: int, *, key: bytes, keep_bodies: bool) -> None:
        self._expected = expected
        self._key = key
        self._ids: set[bytes] = set()
        self._keep_bodies = keep_bodies
        self.bodies: list[str] = []
        self.first_at = self.last_at = 0.0
        self.complete = asyncio.Event()

    def note(self, head: bytes, body: bytes) -> None:
        self.last_at = time.perf_counter()
        delivery_id = _header(head, b"webhook-id")
        if not self._ids:
            self.first_at = self.last_at
            self._check(head, body)
        self._ids.add(delivery_id)
        if self._keep_bodies:
            self.bodies.append(body.decode())
        if len(self._ids) == self._expected:
            self.complete.set()

    def _check(self, head: bytes, body: bytes) -> None:
        """Check the signature of the first; to check all would measure the receiver."""
        names = (b"webhook-id", b"webhook-timestamp", b"webhook-signature")
        delivery_id, timestamp, signature = (_header(head, name).decode() for name in names)
        now = datetime.now(UTC)
        verify([self._key], id=delivery_id, timestamp=timestamp, signature=signature, body=body, now=now)

    @property
    def per_second(self) -> float:
        return (len(self._ids) - 1) / (self.last_at - self.first_at)


def _header(head: bytes, name: bytes) -> bytes:
    at = head.lower().index(b"\r\n" + name + b":") + len(name) + 3
    return head[at : head.index(b"\r\n", at)].strip()


class Receiver(asyncio.Protocol):
    """One connection of a sender."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._received[: end + 2])
            whole = end + 4 + int(_header(head, b"content-length"))
            if len(self._received) < whole:
                return
            self._tally.note(head, bytes(self._received[end + 4 : whole]))
            del self._received[:whole]
            self._transport.write(_ANSWER)


async def receive(port: int, tally: Tally) -> None:
    """Listen until all have come."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Receiver(tally), "127.0.0.1", port, backlog=512)
    async with server:
        await tally.complete.wait()
        # The last answer is on its way.
        await asyncio.sleep(0.2)


async def _main(asked: argparse.Namespace) -> None:
    tally = Tally(asked.expected, key=decode_secret(asked.secret), keep_bodies=asked.save is not None)
    await receive(asked.port, tally)
    if asked.save is not None:
        asked.save.write_text(json.dumps(tally.bodies), "utf-8")
    print(json.dumps(tally.per_second))  # the answer of this command


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("expected", type=int)
    parser.add_argument("secret")
    parser.add_argument("--save", type=Path)
    asyncio.run(_main(parser.parse_args()))


if __name__ == "__main__":
    main()
