"""Requests of one attempt: what comes back is bounded, and read beside the event loop."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from aiohttp import web

from syndicate.connectors.attempt import MAX_DOCUMENT_BYTES, AttemptOverError, Requests, id_of, read_object
from syndicate.connectors.suite.sendings import NOW
from syndicate.connectors.suite.site import means
from syndicate.net.exchange import Answer
from tests.connectors.scripted import ScriptedSite


class Wordy(ScriptedSite):
    """Answers JSON of any length."""

    length = 0

    async def answer(self, request: web.Request, body: bytes) -> web.Response:
        return web.json_response({"words": "x" * self.length})


def asking(made: Any) -> Requests:
    return Requests(made.client, lambda: NOW, lambda method, url, media_type, body: {})


@pytest.mark.parametrize("value", [None, True, "", "a b", "a\x00", "\ud800", "é", "x" * 201, 1.5, ["1"]])
def test_what_can_stand_in_no_address_is_no_id(value: object) -> None:
    assert id_of(value) is None


@pytest.mark.parametrize("value", [1001, "1001"])
def test_an_id_may_be_a_number_or_a_text(value: object) -> None:
    assert id_of(value) == "1001"


async def test_what_is_fetched_is_read_in_a_thread_of_its_own() -> None:
    def reading(answer: Answer) -> tuple[int, dict[str, Any]]:
        return threading.get_ident(), read_object(answer)

    site = Wordy()
    async with site.running(), means() as made:
        thread, found = await asking(made).read(site.root, reading, accept="application/json")
    assert found == {"words": ""}
    assert thread != threading.get_ident()


async def test_what_is_too_long_is_no_answer_and_may_be_asked_for_again() -> None:
    site = Wordy()
    site.length = MAX_DOCUMENT_BYTES
    async with site.running(), means() as made:
        with pytest.raises(AttemptOverError) as caught:
            await asking(made).read(site.root, read_object, accept="application/json")
    assert (caught.value.outcome.permanent, caught.value.outcome.certain) == (False, False)


async def test_as_much_of_an_answer_is_read_as_is_asked_for() -> None:
    site = Wordy()
    site.length = 100_000
    async with site.running(), means() as made:
        assert read_object(await asking(made).send("GET", site.root)) == {}
        whole = await asking(made).send("GET", site.root, max_answer_bytes=200_000)
    assert len(read_object(whole)["words"]) == 100_000
