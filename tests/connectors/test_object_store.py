"""A static copy in an object store: whole objects, signed, with the headers they are served with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from syndicate.actions.publish import publish
from syndicate.actions.turns import take_turn
from syndicate.app.followers import target_of
from syndicate.app.service import Service
from syndicate.clock import FixedClock
from syndicate.connectors.buckets.bucket import Bucket, Keys, Location
from syndicate.connectors.buckets.object_store import ObjectStore
from syndicate.errors import ConfigurationError, UnreachableError
from syndicate.net.dialer import Dialer
from syndicate.net.guard import Guard
from tests.builders import NOON
from tests.connectors.s3_server import is_signed
from tests.connectors.s3_signing import Credentials
from tests.papers import a_paper, configure, put

KEYS = Credentials("access", "secret", "eu-west-1")
ENVIRON = {"ACCESS": "access", "SECRET": "secret"}
KEPT = ("Content-Type", "Content-Encoding", "Cache-Control", "x-amz-meta-surrogate-key")


class Store:
    """Keeps objects; takes only what is signed with the right keys."""

    def __init__(self) -> None:
        self.keys = KEYS
        self.objects: dict[str, tuple[bytes, dict[str, str]]] = {}

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        path, kept = request.raw_path, {name: request.headers[name] for name in KEPT if name in request.headers}
        if not is_signed(request, body, self.keys):
            return web.Response(status=403)
        if request.method == "PUT":
            self.objects[path] = body, kept
        elif path not in self.objects:
            return web.Response(status=404)
        elif request.method == "DELETE":
            del self.objects[path]
            return web.Response(status=204)
        dated = {"Last-Modified": "Wed, 04 Mar 2026 12:00:00 GMT", "ETag": '"x"'}
        return web.Response(body=self.objects[path][0] if request.method == "GET" else b"", headers=dated)


Objects = tuple[Store, str]


@pytest.fixture
async def store(aiohttp_server: Callable[..., Awaitable[TestServer]]) -> Objects:
    kept, app = Store(), web.Application(client_max_size=2**24)
    app.router.add_route("*", "/{any:.*}", kept.take)
    # What is compressed is kept as it came.
    server = await aiohttp_server(app, auto_decompress=False)
    return kept, f"http://127.0.0.1:{server.port}"


def config(endpoint: str) -> str:
    return f"""[cdn]
tag_header = "Surrogate-Key"
[publish]
url = "s3://news-bucket/syndicated"
endpoint = "{endpoint}"
region = "eu-west-1"
access_key = "env:ACCESS"
secret_key = "env:SECRET"
"""


async def bring(service: Service) -> int:
    target = target_of(service.loaded)
    assert target is not None
    try:
        return len((await publish(service.static_source(), target, archives=True)).written)
    finally:
        await target.aclose()


async def test_documents_and_twins_are_objects_with_their_headers(tmp_path: Path, store: Objects) -> None:
    kept, endpoint = store
    async with a_paper(tmp_path, config(endpoint), environ=ENVIRON) as service:
        await put(service)
        assert await bring(service) == 9
        edition = await service.editions.get("harbour", "atom")
        for suffix, coding in (("", "identity"), (".gz", "gzip"), (".br", "br")):
            body, headers = kept.objects[f"/news-bucket/syndicated/feeds/harbour.atom{suffix}"]
            assert body == edition.bodies[coding]
            assert headers["Content-Type"] == "application/atom+xml; charset=utf-8"
            assert headers["Cache-Control"].startswith("public, max-age=60")
            assert headers.get("Content-Encoding", "identity") == coding
            assert headers["x-amz-meta-surrogate-key"] == "feed-harbour"
        assert await bring(service) == 0
        fewer = {"latest": 'title = "Latest"\n'}
        await service.use(configure(tmp_path, config(endpoint), feeds=fewer, environ=ENVIRON))
        await bring(service)
        assert not any("harbour" in path for path in kept.objects)


async def test_wrong_keys_are_told_and_nothing_is_kept(tmp_path: Path, store: Objects) -> None:
    kept, endpoint = store
    kept.keys = replace(KEYS, secret_key="other")
    async with a_paper(tmp_path, config(endpoint), environ=ENVIRON) as service:
        with pytest.raises(UnreachableError, match="403"):
            await bring(service)
    assert kept.objects == {}


async def test_nothing_goes_there_in_the_open_or_past_the_guard(store: Objects) -> None:
    kept, endpoint = store
    keys = Keys(KEYS.access_key, KEYS.secret_key)
    for address, why in ((endpoint, "only over TLS"), (endpoint.replace("http:", "https:"), "not public")):
        target = ObjectStore(Bucket(Location("s3://news-bucket", address), keys, Dialer(Guard())))
        with pytest.raises(UnreachableError, match=why):
            async with target.alone():
                await target.put("a", b"x", {}, changed_at=NOON)
        await target.aclose()
    assert kept.objects == {}


def test_an_object_store_needs_its_address_and_its_keys(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        configure(tmp_path, '[publish]\nurl = "s3://news-bucket"\n')
    assert [violation.path for violation in caught.value.violations] == ["publish.endpoint"]


@pytest.mark.parametrize(
    "url",
    ["public", "s3://", "s3://Bad_Bucket", "ftp://host/x", "s3://bucket/a b", "s3://bucket/../x", "s3://bucket//x"],
)
def test_a_copy_is_kept_in_a_directory_or_an_object_store(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigurationError):
        configure(tmp_path, f'[publish]\nurl = "{url}"\n')


async def test_of_several_workers_one_publishes_until_it_is_not_heard_of(tmp_path: Path) -> None:
    clock, lease = FixedClock(NOON), timedelta(minutes=1)
    async with a_paper(tmp_path, clock=clock) as service:
        assert await take_turn(service.office, "publish", "one", lease=lease)
        assert not await take_turn(service.office, "publish", "two", lease=lease)
        assert await take_turn(service.office, "publish", "one", lease=lease)
        clock.advance(lease)
        assert await take_turn(service.office, "publish", "two", lease=lease)
        assert not await take_turn(service.office, "publish", "one", lease=lease)
