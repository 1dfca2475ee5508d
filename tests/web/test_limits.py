"""What one client may take: logins, writes and whole feeds in a minute; and whom a proxy may speak for."""

from __future__ import annotations

import gzip
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from syndicate.errors import TooManyRequestsError
from syndicate.web.allowance import Allowance
from syndicate.web.visitors import Visitors
from tests.builders import NOON
from tests.web.conftest import OpenDesk
from tests.web.desk import Desk, problem_of

LIMITS = """[limits]
failed_logins_per_minute = 3
feed_requests_per_minute = 4
writes_per_second = 2
record_bytes = "2KiB"
"""
PROXY = {"SYNDICATE_SERVICE__TRUSTED_PROXIES": '["127.0.0.0/8"]'}
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def limited(open_desk: OpenDesk) -> Desk:
    return await open_desk(LIMITS)


# --- logins ---------------------------------------------------------------------------------------------------------


async def test_who_shows_too_many_wrong_tokens_must_wait(limited: Desk) -> None:
    for _ in range(3):
        await problem_of(await limited.api("GET", "/api/v1/articles", token="syn_x_y"), 401, "unauthenticated")
    refused = await limited.api("GET", "/api/v1/articles", token="syn_x_y")
    await problem_of(refused, 429, "too_many_requests")
    assert refused.headers["Retry-After"] == "20"
    limited.clock.advance(timedelta(seconds=20))
    await problem_of(await limited.api("GET", "/api/v1/articles", token="syn_x_y"), 401, "unauthenticated")


async def test_wrong_tokens_shut_nobody_out_who_has_a_right_one(limited: Desk) -> None:
    for _ in range(5):
        await limited.api("GET", "/api/v1/articles", token="syn_x_y")
    assert (await limited.api("GET", "/api/v1/articles")).status == 200


async def test_right_tokens_are_never_counted(limited: Desk) -> None:
    for _ in range(20):
        assert (await limited.api("GET", "/api/v1/articles")).status == 200


async def test_wrong_signatures_count_as_failed_logins(open_desk: OpenDesk) -> None:
    push = '[upstreams.wire]\nkind = "push"\nsigning_secret = "env:PARTNER_SECRET"\n'
    desk = await open_desk(LIMITS + push)
    for _ in range(3):
        await problem_of(await desk.client.post("/inbound/wire", data=b"{}"), 401, "bad_signature")
    await problem_of(await desk.client.post("/inbound/wire", data=b"{}"), 429, "too_many_requests")


# --- writes ---------------------------------------------------------------------------------------------------------


async def test_a_token_that_writes_too_fast_must_wait_and_stores_nothing_meanwhile(limited: Desk) -> None:
    assert [(await limited.put(title=title)).status for title in ("One", "Two")] == [201, 200]
    refused = await limited.put(title="Three")
    await problem_of(refused, 429, "too_many_requests")
    assert (await limited.shown())["title"] == "Two"
    limited.clock.advance(timedelta(seconds=1))
    assert (await limited.put(title="Three")).status == 200


async def test_nothing_limits_writes_unless_it_is_configured(desk: Desk) -> None:
    assert {(await desk.put(title=f"Title {number}")).status for number in range(50)} == {200, 201}


async def test_another_token_has_an_allowance_of_its_own(limited: Desk) -> None:
    for title in ("One", "Two"):
        await limited.put(title=title)
    token = await limited.new_token("write")
    answer = await limited.api("POST", "/api/v1/articles", json={"title": "Mine"}, token=token)
    assert answer.status == 201


# --- sizes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_record_that_is_too_large_is_refused(limited: Desk, chunked: bool) -> None:
    body = b'{"title":"' + b"x" * 4096 + b'"}'

    async def parts() -> Any:
        for start in range(0, len(body), 512):
            yield body[start : start + 512]

    answer = await limited.api("POST", "/api/v1/articles", data=parts() if chunked else body)
    await problem_of(answer, 413, "too_large")


async def test_a_record_of_just_the_size_is_taken(limited: Desk) -> None:
    body = b'{"title":"x"}'.ljust(2048)
    assert (await limited.api("POST", "/api/v1/articles", data=body)).status == 201


async def test_a_compressed_body_counts_by_what_it_unfolds_to(limited: Desk) -> None:
    bomb = gzip.compress(b'{"title":"' + b"x" * 2_000_000 + b'"}')
    answer = await limited.api("POST", "/api/v1/articles", data=bomb, headers={"Content-Encoding": "gzip"})
    assert answer.status in (400, 413, 415)


# --- feeds ----------------------------------------------------------------------------------------------------------


async def test_nothing_is_made_for_who_must_wait(open_desk: OpenDesk) -> None:
    """What changed since an edition is worked out for each edition there ever was: it costs as much as the whole."""
    desk = await open_desk(LIMITS, environ=PROXY)
    await desk.put(title="First")
    reader = {"X-Forwarded-For": "203.0.113.7"}
    answers = [await desk.client.get("/feeds/harbour.rss", headers=reader) for _ in range(4)]
    await desk.put(title="Second")
    since = reader | {"A-IM": "feed", "If-None-Match": answers[0].headers["ETag"]}
    assert (await desk.client.get("/feeds/harbour.rss", headers=since)).status == 429
    assert len(desk.service.chapters) == 0
    other = since | {"X-Forwarded-For": "203.0.113.8"}
    assert (await desk.client.get("/feeds/harbour.rss", headers=other)).status == 226
    assert len(desk.service.chapters) == 1


async def test_names_of_no_archive_use_up_nothing(open_desk: OpenDesk) -> None:
    desk = await open_desk(LIMITS, environ=PROXY)
    reader = {"X-Forwarded-For": "203.0.113.7"}
    answers = [await desk.client.get(f"/feeds/harbour/archive/{'x' * 999}.rss", headers=reader) for _ in range(6)]
    assert {answer.status for answer in answers} == {404}


async def test_who_asks_for_the_whole_of_a_feed_too_often_must_wait(open_desk: OpenDesk) -> None:
    desk = await open_desk(LIMITS, environ=PROXY)
    await desk.put()
    reader = {"X-Forwarded-For": "203.0.113.7"}
    answers = [await desk.client.get("/feeds/harbour.rss", headers=reader) for _ in range(5)]
    assert [answer.status for answer in answers] == [200] * 4 + [429]
    await problem_of(answers[-1], 429, "too_many_requests")
    assert answers[-1].headers["Retry-After"] == "15"
    # Who has it already may ask as often as it likes; other feeds and other readers are not touched.
    tag = {"If-None-Match": answers[0].headers["ETag"]}
    assert (await desk.client.get("/feeds/harbour.rss", headers=reader | tag)).status == 304
    assert (await desk.client.get("/feeds/harbour.atom", headers=reader)).status == 200
    other = {"X-Forwarded-For": "203.0.113.8"}
    assert (await desk.client.get("/feeds/harbour.rss", headers=other)).status == 200
    desk.clock.advance(timedelta(seconds=15))
    assert (await desk.client.get("/feeds/harbour.rss", headers=reader)).status == 200


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "invented",
    [
        {"If-None-Match": '"1-0123456789"'},
        {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
        {"If-Modified-Since": "yesterday"},
        {"If-None-Match": ""},
    ],
)
async def test_validators_that_were_invented_are_counted_like_none(
    open_desk: OpenDesk, method: str, invented: dict[str, str]
) -> None:
    desk = await open_desk(LIMITS, environ=PROXY)
    await desk.put()
    asked = {"X-Forwarded-For": "203.0.113.7"} | invented
    answers = [await desk.client.request(method, "/feeds/harbour.rss", headers=asked) for _ in range(5)]
    assert [answer.status for answer in answers] == [200] * 4 + [429]
    assert answers[-1].headers["Retry-After"] == "15"
    assert answers[-1].headers["Cache-Control"] == "no-store"


async def test_a_refusal_is_small_and_kept_by_no_cache_in_front(open_desk: OpenDesk) -> None:
    desk = await open_desk(LIMITS, environ=PROXY)
    for _ in range(5):
        answer = await desk.client.get("/feeds/harbour.rss", headers={"X-Forwarded-For": "203.0.113.7"})
    assert answer.status == 429
    assert len(await answer.read()) < 300


async def test_a_trusted_proxy_itself_is_never_limited(open_desk: OpenDesk) -> None:
    desk = await open_desk(LIMITS, environ=PROXY)
    assert {(await desk.client.get("/feeds/harbour.rss")).status for _ in range(30)} == {200}
    shared = {"X-Forwarded-For": "127.0.0.9"}
    assert {(await desk.client.get("/feeds/harbour.rss", headers=shared)).status for _ in range(30)} == {200}


async def test_readers_behind_a_proxy_nobody_told_us_of_are_not_limited_as_one(limited: Desk) -> None:
    assert {(await limited.client.get("/feeds/harbour.rss")).status for _ in range(30)} == {200}


# --- whom a proxy may speak for -------------------------------------------------------------------------------------


def visitors(*proxies: str, **limits: Any) -> Visitors:
    defaults: dict[str, Any] = {"failed_logins_per_minute": 3, "feed_requests_per_minute": 4, "writes_per_second": None}
    return Visitors(trusted_proxies=[ip_network(each) for each in proxies], **defaults | limits)


class Transport:
    """A connection as far as a request looks at it."""

    def __init__(self, address: str) -> None:
        self._address = address

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return (self._address, 40_000) if name == "peername" else default


def request_from(address: str, *forwarded: str) -> Any:
    headers = [("X-Forwarded-For", each) for each in forwarded]
    return make_mocked_request("GET", "/", headers=CIMultiDict(headers), transport=Transport(address))


@pytest.mark.parametrize(
    ("nearest", "forwarded", "client"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6, junk, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", ["junk"], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1", ["[2001:db8::1]:4711"], "2001:db8::1"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
    ],
)
def test_only_a_trusted_proxy_says_who_the_client_is(nearest: str, forwarded: list[str], client: str) -> None:
    assert visitors("10.0.0.0/8").address(request_from(nearest, *forwarded)) == client


@given(st.lists(st.text(max_size=30), max_size=5), st.sampled_from(["10.0.0.1", "203.0.113.9", "::1", ""]))
def test_no_header_of_a_stranger_breaks_the_reading_of_addresses(forwarded: list[str], nearest: str) -> None:
    found = visitors("10.0.0.0/8").address(request_from(nearest, *forwarded))
    assert nearest in ("10.0.0.1", found)


def test_one_ipv6_subscriber_is_one_client_whichever_of_its_addresses_it_uses() -> None:
    known = visitors()
    for number in range(3):
        known.note_failed_login(request_from(f"2001:db8:1:2::{number}"), NOON)
    with pytest.raises(TooManyRequestsError):
        known.note_failed_login(request_from("2001:db8:1:2:ffff::1"), NOON)
    known.note_failed_login(request_from("2001:db8:1:3::1"), NOON)


# --- allowances -----------------------------------------------------------------------------------------------------


@given(st.integers(1, 20), st.lists(st.integers(0, 30), min_size=1, max_size=60))
def test_an_allowance_is_never_overdrawn_and_always_comes_back(most: int, pauses: list[int]) -> None:
    allowance, now, taken = Allowance(most, MINUTE), NOON, []
    for pause in pauses:
        now += timedelta(seconds=pause)
        if not allowance.wait("a", now):
            allowance.take("a", now)
            taken.append(now)
    for start in taken:
        within = [at for at in taken if start <= at < start + MINUTE]
        # A full allowance at once, and what comes back meanwhile.
        assert len(within) <= 2 * most
    assert allowance.wait("a", now) <= MINUTE / most
    assert not allowance.wait("a", now + MINUTE)


def test_an_allowance_forgets_keys_rather_than_fill_the_memory() -> None:
    allowance = Allowance(1, MINUTE, max_keys=100)
    for number in range(1_000):
        allowance.take(str(number), NOON)
    assert len(allowance) == 100
    assert allowance.wait("999", NOON) == MINUTE


def test_a_clock_that_was_set_back_locks_nobody_out_for_longer_than_the_allowance() -> None:
    allowance = Allowance(1, MINUTE)
    allowance.take("a", NOON)
    assert allowance.wait("a", NOON - timedelta(days=1)) <= MINUTE
