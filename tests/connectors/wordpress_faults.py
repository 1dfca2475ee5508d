"""What a scripted WordPress answers, and how its answers go wrong."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from tests.connectors.partners import Request


class Fault(Enum):
    """How one request goes wrong; those named for it have done what was asked all the same."""

    DROPPED = "hangs up before doing it"
    DROPPED_AFTER = "does it and hangs up"
    HALF_AFTER = "does it and sends half an answer"
    ERROR = "answers 500 and does not do it"
    ERROR_AFTER = "does it and answers 500"
    GATEWAY_AFTER = "does it, and a gateway answers 504"
    PAGE_AFTER = "does it and answers with a page"
    OTHER_AFTER = "does it and answers with JSON of somebody else"
    BUSY = "asks for a pause"
    LOCKED = "rejects the credentials"
    MISSING = "answers 404 with a page"
    KILLED = "does not do it, and we are killed"
    KILLED_AFTER = "does it, and we are killed"


class Rejected(Exception):  # noqa: N818  # an answer, as WP_Error is
    def __init__(self, status: int, code: str, **data: Any) -> None:
        super().__init__(code)
        self.status = status
        self.body = {"code": code, "message": code.replace("_", " "), "data": {"status": status, **data}}


@dataclass
class Answer:
    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


def gone_wrong(fault: Fault | None, answer: Answer) -> Answer:
    if fault is Fault.ERROR_AFTER:
        number = answer.body.get("id") if answer.status == 201 and "source_url" in answer.body else None
        headers = {"X-WP-Upload-Attachment-ID": str(number)} if number else {}
        return Answer(500, {"code": "internal_server_error", "data": {"status": 500}}, headers)
    if fault is Fault.GATEWAY_AFTER:
        return Answer(504, "<h1>504 Gateway Time-out</h1>")
    if fault is Fault.PAGE_AFTER:
        return Answer(200, "<h1>Checking your browser</h1>")
    if fault is Fault.OTHER_AFTER:
        return Answer(200, {"success": False, "data": ["blocked"]})
    return answer


async def write(writer: asyncio.StreamWriter, request: Request, answer: Answer, *, half: bool) -> None:
    body = answer.body.encode() if isinstance(answer.body, str) else json.dumps(answer.body, default=str).encode()
    lines = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
    head = f"HTTP/1.1 {answer.status} X\r\nContent-Length: {len(body)}\r\n{lines}\r\n".encode()
    whole = head if request.method == "HEAD" else head + body
    writer.write(whole[: len(head) + len(body) // 2] if half else whole)
    await writer.drain()
    if half:
        raise ConnectionAbortedError
