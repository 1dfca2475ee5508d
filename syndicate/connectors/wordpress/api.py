"""Requests to one WordPress site's REST API, and what its refusals mean."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from syndicate.connectors.answers import outcome_of
from syndicate.connectors.contract import Refused
from syndicate.connectors.wordpress.advice import advice
from syndicate.net.client import Client
from syndicate.net.exchange import Answer, Failure, Timeouts

# A server that was cut off in the middle of making something may be at it for as long.
UNCLEAR = timedelta(seconds=60)


@dataclass(frozen=True)
class Reply:
    """An answer that says yes: its JSON."""

    status: int
    data: Any


class Stop(Exception):  # noqa: N818  # no error: how the attempt's outcome leaves the middle of many requests
    """The attempt ends with `refused`; `code` is WordPress's word for it. Caught where the attempt began."""

    def __init__(
        self, refused: Refused, *, code: str = "", data: Any = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(refused.reason)
        self.refused = refused
        self.code = code
        self.data = data
        self.headers = headers or {}


@dataclass(frozen=True)
class Entrance:
    """Where the API is, and how to show who we are."""

    root: str
    headers: Mapping[str, str] = dataclasses.field(repr=False)

    def address(self, path: str, query: Mapping[str, Any]) -> str:
        """Return the address of a route, for sites with and without pretty permalinks."""
        asked = urlencode(query)
        if "rest_route=" in self.root:
            return f"{self.root.rstrip('/')}/{path}" + (f"&{asked}" if asked else "")
        return f"{self.root.rstrip('/')}/{path}" + (f"?{asked}" if asked else "")


class Api:
    """One attempt's requests; every method raises Stop unless the site says yes in whole JSON.

    `wrote` tells whether anything was asked for that may have changed a post.
    """

    def __init__(
        self, entrance: Entrance, client: Client, *, clock: Callable[[], datetime], timeout: timedelta
    ) -> None:
        self._entrance = entrance
        self._client = client
        self._clock = clock
        self._timeouts = Timeouts(total=timeout, connect=min(timeout, Timeouts().connect), read=timeout)
        self.wrote = False

    async def get(self, path: str, **query: Any) -> Reply:
        address = self._entrance.address(path, query)
        # The raw content of a post is longer than what `send` reads of an answer.
        found = await self._client.get(address, headers=self._entrance.headers, total=self._timeouts.total, redirects=0)
        if isinstance(found, Failure):
            return self._judge(found)
        return self._judge(Answer(found.status, found.headers, found.body, complete=True, elapsed=timedelta(0)))

    async def post(self, path: str, fields: Mapping[str, Any], **query: Any) -> Reply:
        return await self._write("POST", path, query, json.dumps(fields).encode(), "application/json")

    async def post_form(self, path: str, body: bytes, boundary: str, **query: Any) -> Reply:
        return await self._write("POST", path, query, body, f"multipart/form-data; boundary={boundary}")

    async def delete(self, path: str, **query: Any) -> Reply:
        return await self._write("DELETE", path, query, None, None)

    async def _write(
        self, method: str, path: str, query: Mapping[str, Any], body: bytes | None, media_type: str | None
    ) -> Reply:
        headers = dict(self._entrance.headers) | ({"Content-Type": media_type} if media_type else {})
        address = self._entrance.address(path, query)
        is_post = path.startswith("wp/v2/posts")
        result = await self._client.send(method, address, body=body, headers=headers, timeouts=self._timeouts)
        try:
            reply = self._judge(result)
        except Stop as stop:
            self.wrote = self.wrote or (is_post and not stop.refused.certain)
            raise
        self.wrote = self.wrote or is_post
        return reply

    def _judge(self, result: Answer | Failure) -> Reply:
        outcome = outcome_of(result, now=self._clock())
        data = _json_of(result)
        if isinstance(outcome, Refused):
            raise _stop(outcome, result, data)
        assert isinstance(result, Answer)
        if data is None:
            raise Stop(Refused("the answer is no whole JSON document", status=result.status, answer=outcome.answer))
        return Reply(result.status, data)


def _stop(refused: Refused, result: Answer | Failure, data: Any) -> Stop:
    headers = result.headers if isinstance(result, Answer) else None
    code = data.get("code") if isinstance(data, dict) else None
    if not isinstance(code, str):
        return Stop(refused, headers=headers)
    reason = f"{refused.reason} {code[:100]}{advice(code)}"
    return Stop(dataclasses.replace(refused, reason=reason), code=code, data=data.get("data"), headers=headers)


def _json_of(result: Answer | Failure) -> Any:
    if isinstance(result, Failure) or not result.complete:
        return None
    try:
        return json.loads(result.body_start)
    except (ValueError, RecursionError):  # A page instead of an answer, such as a firewall's.
        return None


def unclear(stop: Stop) -> Stop:
    """Say of a failed request that made something: it may have happened, or may be happening still."""
    refused = stop.refused
    if refused.certain:
        return stop
    wait = max(refused.retry_after or UNCLEAR, UNCLEAR)
    return Stop(dataclasses.replace(refused, retry_after=wait), code=stop.code, data=stop.data, headers=stop.headers)
