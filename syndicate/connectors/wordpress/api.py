"""Requests to one WordPress site's REST API, and what its refusals mean."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from pydantic import TypeAdapter, ValidationError

from syndicate.connectors.answers import outcome_of, shown
from syndicate.connectors.contract import Refused
from syndicate.connectors.wordpress.advice import advice, is_about_one_post
from syndicate.net.client import Client
from syndicate.net.exchange import Answer, Failure, Timeouts

T = TypeVar("T")
_MAX_ANSWER_BYTES = 4 * 1024**2


class Stop(Exception):  # noqa: N818  # no error: how the attempt's outcome leaves the middle of many requests
    """The attempt ends with `refused`; `code` is WordPress's word for it. Caught where the attempt began."""

    # Not `connectors.attempt`: there a status says what to do next, here the word in the body does, for reads as
    # long as pages and writes alike, so that all but the name would be told apart.
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
    """One attempt's requests; every method raises Stop unless the site says yes in JSON of the shape asked for.

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

    async def get(self, path: str, shape: TypeAdapter[T], **query: Any) -> T:
        # What a cache kept of an earlier search would say that nothing is there. Another address for each moment.
        query["_"] = int(self._clock().timestamp() * 1000)
        result = await self._client.send(
            "GET",
            self._entrance.address(path, query),
            body=None,
            headers={**self._entrance.headers, "Cache-Control": "no-cache"},
            timeouts=self._timeouts,
            # Contents of posts are read to find the one that is ours.
            max_answer_bytes=_MAX_ANSWER_BYTES,
        )
        return self._judge(result, shape)

    async def post(self, path: str, shape: TypeAdapter[T], fields: Mapping[str, Any], **query: Any) -> T:
        return await self._write("POST", path, shape, query, json.dumps(fields).encode(), "application/json")

    async def post_form(self, path: str, shape: TypeAdapter[T], body: bytes, boundary: str, **query: Any) -> T:
        return await self._write("POST", path, shape, query, body, f"multipart/form-data; boundary={boundary}")

    async def delete(self, path: str, shape: TypeAdapter[T], **query: Any) -> T:
        return await self._write("DELETE", path, shape, query, None, None)

    async def _write(
        self,
        method: str,
        path: str,
        shape: TypeAdapter[T],
        query: Mapping[str, Any],
        body: bytes | None,
        media_type: str | None,
    ) -> T:
        headers = dict(self._entrance.headers) | ({"Content-Type": media_type} if media_type else {})
        address = self._entrance.address(path, query)
        is_post = path.startswith("wp/v2/posts")
        result = await self._client.send(method, address, body=body, headers=headers, timeouts=self._timeouts)
        try:
            reply = self._judge(result, shape)
        except Stop as stop:
            self.wrote = self.wrote or (is_post and not stop.refused.certain)
            raise
        self.wrote = self.wrote or is_post
        return reply

    def _judge(self, result: Answer | Failure, shape: TypeAdapter[T]) -> T:
        outcome = outcome_of(result, now=self._clock())
        data = _json_of(result)
        if isinstance(outcome, Refused):
            raise _stop(outcome, result, data)
        assert isinstance(result, Answer)
        try:
            return shape.validate_python(data)
        except ValidationError:  # A page, or what a firewall or a plugin says in WordPress's place.
            reason = "the answer is not what WordPress answers"
            raise Stop(Refused(reason, status=result.status, answer=shown(result))) from None


def _stop(refused: Refused, result: Answer | Failure, data: Any) -> Stop:
    headers = result.headers if isinstance(result, Answer) else None
    code = data.get("code") if isinstance(data, dict) else None
    if not isinstance(code, str):
        return Stop(refused, headers=headers)
    judged = dataclasses.replace(
        refused,
        reason=f"{refused.reason} {code[:100]}{advice(code)}",
        # A site whose API answers is there, and takes our password for other posts.
        gone=False,
        unauthorised=refused.unauthorised and not is_about_one_post(code),
    )
    return Stop(judged, code=code, data=data.get("data"), headers=headers)


def _json_of(result: Answer | Failure) -> Any:
    if isinstance(result, Failure) or not result.complete:
        return None
    try:
        return json.loads(result.body_start)
    except (ValueError, RecursionError):  # A page instead of an answer, such as a firewall's.
        return None
