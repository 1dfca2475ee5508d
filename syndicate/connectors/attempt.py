"""One attempt that takes several requests over HTTP: an answer that nobody expects ends it with an outcome."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from syndicate.connectors.answers import outcome_of
from syndicate.connectors.contract import Refused, Sending
from syndicate.connectors.means import PATIENT_ATTEMPTS, PictureFile, Pictures
from syndicate.net.client import MAX_ANSWER_BYTES, Client
from syndicate.net.exchange import Answer, Failure, Timeouts

# What is sent with a request that proves who we are: method, address, Content-Type, body.
Authorise = Callable[[str, str, str, bytes], Mapping[str, str]]

UNSAFE = Refused("credentials go only over https, or to a network opened in [network] allow_private", certain=True)
_MOMENT = timedelta(0)
# An attempt takes no longer, nor does what it began at the partner's before it broke off.
_UNSETTLED = timedelta(minutes=5)
_ID = re.compile(r"[!-~]{1,200}")
Read = TypeVar("Read")
# Of one document or answer; JSON of that size keeps Python's lock for some ten milliseconds.
MAX_DOCUMENT_BYTES = 1024**2
# A body of this size takes no longer than any other; a larger one gets a second for each part as large.
_QUICKLY_SENT_BYTES = 256 * 1024


_MAY_APPEAR = Refused("what was sent before, and never acknowledged, may still appear there")


class AttemptOverError(Exception):
    """The attempt cannot go on, and why. The connector that began it makes it an outcome."""

    def __init__(self, outcome: Refused) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


class Attempt:
    """What is known of one copy, and what this attempt added to it."""

    def __init__(self, sending: Sending) -> None:
        self.sending = sending
        self.remote: dict[str, Any] = dict(sending.remote)
        self._made = False

    async def intend(self, **remote: Any) -> None:
        """Write down what is about to be done, so that the next attempt looks whether it was; None forgets a key."""
        changed = {key: value for key, value in {**self.remote, **remote}.items() if value is not None}
        if changed != self.remote:
            self.remote = changed
            await self.sending.keep(changed)

    async def did(self, **remote: Any) -> None:
        """Write down what was done there, so that it is not done again."""
        self._made = True
        await self.intend(**remote)

    def give_it_time(self, begun_at: datetime, *, now: datetime) -> None:
        """End the attempt (AttemptOverError) where what was begun then, and is not there, may still appear.

        For retractions: to take "there is none" for an answer would leave what comes a minute later standing.
        """
        if now < begun_at + _UNSETTLED:
            raise AttemptOverError(_MAY_APPEAR)

    def ended(self, outcome: Refused) -> Refused:
        """Return the outcome of an attempt that stopped here."""
        return replace(outcome, progressed=self._made, certain=outcome.certain and not self._made)


class Requests:
    """Requests to one partner, with credentials. `explain` adds to a refusal what the answer says of it."""

    def __init__(
        self,
        client: Client,
        clock: Callable[[], datetime],
        authorise: Authorise,
        *,
        explain: Callable[[Refused, Answer], Refused] = lambda refused, answer: refused,
    ) -> None:
        self._client = client
        self._clock = clock
        self._authorise = authorise
        self._explain = explain

    async def send(
        self,
        method: str,
        url: str,
        *,
        body: bytes = b"",
        media_type: str = "",
        headers: Mapping[str, str] | None = None,
        expected: Collection[int] = (),
        max_answer_bytes: int = MAX_ANSWER_BYTES,
    ) -> Answer:
        """Send one request; an answer that is neither 2xx nor `expected` ends the attempt (AttemptOverError)."""
        asked = await self._headers(method, url, media_type, body)
        result = await self._client.send(
            method,
            url,
            body=body or None,
            headers={**asked, **(headers or {})},
            timeouts=_patience(body),
            max_answer_bytes=max_answer_bytes,
        )
        return self._judged(result, expected)

    async def read(
        self,
        url: str,
        reading: Callable[[Answer], Read],
        *,
        accept: str,
        expected: Collection[int] = (),
        max_bytes: int = MAX_DOCUMENT_BYTES,
    ) -> Read:
        """Fetch a document of at most `max_bytes`, as `send`, and return what `reading` makes of it in a thread."""
        asked = await self._headers("GET", url, "", b"")
        found = await self._client.get(
            url,
            headers={**asked, "Accept": accept},
            redirects=0,
            max_wire_bytes=max_bytes,
            max_inflated_bytes=max_bytes,
        )
        whole = found if isinstance(found, Failure) else Answer(found.status, found.headers, found.body, True, _MOMENT)
        return await asyncio.to_thread(reading, self._judged(whole, expected))

    async def _headers(self, method: str, url: str, media_type: str, body: bytes) -> dict[str, str]:
        if not await self._client.may_carry_secrets(url):
            raise AttemptOverError(UNSAFE)
        typed = {"Content-Type": media_type} if media_type else {}
        return {**typed, **self._authorise(method, url, media_type, body)}

    def _judged(self, result: Answer | Failure, expected: Collection[int]) -> Answer:
        if isinstance(result, Answer) and (200 <= result.status < 300 or result.status in expected):
            return result
        raise AttemptOverError(self.refusal(result))

    def refusal(self, result: Answer | Failure) -> Refused:
        """Return what an answer that is no success says of the attempt."""
        outcome = outcome_of(result, now=self._clock())
        if not isinstance(outcome, Refused):
            return Refused(f"answered {outcome.status} with what cannot be read", status=outcome.status)
        return self._explain(outcome, result) if isinstance(result, Answer) else outcome


async def picture_file(pictures: Pictures, url: str, sending: Sending) -> PictureFile | None:
    """Return a picture's bytes, None where nobody will ever get them, or several attempts did not.

    One that cannot be had now ends the attempt (AttemptOverError): the article goes with it later.
    """
    found = await pictures.fetch(url)
    if isinstance(found, PictureFile):
        return found
    if found.permanent or sending.attempt > PATIENT_ATTEMPTS:
        return None
    raise AttemptOverError(Refused(f"a picture cannot be fetched: {found.reason}", certain=True, ours=True))


def read_object(answer: Answer) -> dict[str, Any]:
    """Return the JSON object of an answer; an empty one for anything else."""
    found = read_json(answer)
    return found if isinstance(found, dict) else {}


def id_of(value: object) -> str | None:
    """Return what a server calls a thing of its own, fit to be kept and to stand in an address; None for others."""
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    return text if _ID.fullmatch(text) else None


def read_json(answer: Answer) -> object:
    """Return the JSON of an answer; None for anything else."""
    try:
        return json.loads(answer.body_start) if answer.complete else None
    except (ValueError, RecursionError):  # A partner's bytes.
        return None


def _patience(body: bytes) -> Timeouts | None:
    if len(body) <= _QUICKLY_SENT_BYTES:
        return None
    seconds = timedelta(seconds=min(len(body) // _QUICKLY_SENT_BYTES, 200))
    return Timeouts(total=Timeouts().total + seconds, read=Timeouts().read + seconds)
