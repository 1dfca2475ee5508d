"""A CDN before the service: answers filed under keys, and purges that no crash and no outage forgets."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from syndicate.actions.erase import erase
from syndicate.actions.measures import measure
from syndicate.actions.purge import ERASED_PICTURES, purge
from syndicate.actions.retract import retract
from syndicate.app.followers import cdn_of
from syndicate.app.service import Service
from syndicate.errors import ConfigurationError, UnreachableError
from syndicate.store import meta
from tests.papers import FEEDS, a_paper, configure, put
from tests.web.conftest import OpenDesk
from tests.web.desk import PICTURE, Desk

TAGS = '[cdn]\ntag_header = "Surrogate-Key"\n'
TOKEN = {"CDN_TOKEN": "let-me-in"}


class Edge:
    """A CDN's API that remembers what it was told, and fails while `status` says so."""

    def __init__(self) -> None:
        self.status = 200
        self.calls: list[tuple[str, str, dict[str, str], bytes]] = []

    async def take(self, request: web.Request) -> web.Response:
        self.calls.append((request.method, request.path, dict(request.headers), await request.read()))
        return web.Response(status=self.status)

    @property
    def keys(self) -> list[str]:
        return [key for _, _, headers, _ in self.calls for key in headers.get("Surrogate-Key", "").split()]


@pytest.fixture
async def edge(aiohttp_server: object) -> tuple[Edge, str]:
    edge, app = Edge(), web.Application()
    app.router.add_route("*", "/{any:.*}", edge.take)
    server: TestServer = await aiohttp_server(app)  # type: ignore[operator]
    return edge, f"http://127.0.0.1:{server.port}"


def config(url: str, **more: str) -> str:
    options = {"tag_header": "Surrogate-Key", "purge_url": f"{url}/purge", "purge_token": "env:CDN_TOKEN"} | more
    return "[cdn]\n" + "".join(f'{key} = "{value}"\n' for key, value in options.items())


async def purge_all(service: Service) -> None:
    cdn = cdn_of(service.loaded, service.client)
    assert cdn is not None
    while await purge(service.office, cdn):
        pass


# --- keys on answers ------------------------------------------------------------------------------------------------


@pytest.fixture
async def tagged(open_desk: OpenDesk) -> Desk:
    return await open_desk(TAGS)


async def test_answers_are_filed_under_what_they_show(tagged: Desk) -> None:
    made = await tagged.api("POST", "/api/v1/media", data=PICTURE)
    url = (await made.json())["url"]
    slug = (await (await tagged.put(images=[{"url": url}])).json())["slug"]
    name = url.rpartition("/")[2]
    expected = {
        "/": "front",
        "/feeds": "front",
        "/feeds.opml": "front",
        "/sitemap-news.xml": "sitemap",
        "/feeds/harbour": "feed-harbour",
        "/feeds/harbour.rss": "feed-harbour",
        f"/articles/{slug}": f"article-{slug}",
        f"/media/{name}": f"media-{name.partition('.')[0]}",
    }
    for path, key in expected.items():
        answer = await tagged.client.get(path)
        assert answer.headers["Surrogate-Key"] == key, path
        again = await tagged.client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status, again.headers["Surrogate-Key"]) == (304, key), path
    await tagged.retract()
    gone = await tagged.client.get(f"/articles/{slug}")
    assert (gone.status, gone.headers["Surrogate-Key"]) == (410, f"article-{slug}")


async def test_what_is_said_of_a_feed_that_was_is_filed_under_its_name(open_desk: OpenDesk, tmp_path: Path) -> None:
    desk = await open_desk(TAGS)
    heir = {"port": 'title = "Port"\nrenamed_from = ["harbour"]\n'}
    for feeds, status in ((heir, 301), ({"sport": 'title = "Sport"\n'}, 410)):
        await desk.service.use(configure(tmp_path, TAGS, feeds=feeds))
        answer = await desk.client.get("/feeds/harbour.rss", allow_redirects=False)
        # So that it goes when the feed is there again.
        assert (answer.status, answer.headers["Surrogate-Key"]) == (status, "feed-harbour")


async def test_without_a_cdn_nothing_is_filed(desk: Desk) -> None:
    await desk.put()
    for path in ("/", "/feeds/harbour.rss"):
        assert not {"Surrogate-Key", "Cache-Tag"} & (await desk.client.get(path)).headers.keys()


async def test_a_page_is_asked_for_again_each_time_so_that_a_retraction_shows_at_once(tagged: Desk) -> None:
    slug = (await (await tagged.put()).json())["slug"]
    page = await tagged.client.get(f"/articles/{slug}")
    assert page.headers["Cache-Control"] == "public, no-cache"
    await tagged.retract()
    again = await tagged.client.get(f"/articles/{slug}", headers={"If-None-Match": page.headers["ETag"]})
    assert again.status == 410
    assert "no-cache" in again.headers["Cache-Control"]


async def test_a_cdn_that_is_purged_may_keep_a_feed_for_longer(open_desk: OpenDesk) -> None:
    desk = await open_desk(config("http://127.0.0.1:1"), environ=TOKEN)
    await desk.put()
    assert ", s-maxage=3600," in (await desk.ask("/feeds/harbour.rss"))[0].headers["Cache-Control"]


# --- purges ---------------------------------------------------------------------------------------------------------


async def test_a_change_and_a_retraction_purge_what_shows_the_story(tmp_path: Path, edge: tuple[Edge, str]) -> None:
    told, url = edge
    async with a_paper(tmp_path, config(url), environ=TOKEN) as service:
        await purge_all(service)
        assert told.calls == []
        receipt = await put(service)
        await purge_all(service)
        assert set(told.keys) == {"feed-harbour", "feed-latest", f"article-{receipt.stored.slug}", "front", "sitemap"}
        method, path, headers, _ = told.calls[0]
        assert (method, path, headers["Authorization"]) == ("POST", "/purge", "Bearer let-me-in")
        told.calls.clear()
        await purge_all(service)
        assert told.calls == []


async def test_a_picture_that_was_taken_out_is_purged(tmp_path: Path, edge: tuple[Edge, str]) -> None:
    told, url = edge
    picture = "http://127.0.0.1:8080/media/" + "a" * 32 + ".jpg"
    async with a_paper(tmp_path, config(url), environ=TOKEN) as service:
        await put(service, images=[{"url": picture}])
        await purge_all(service)
        told.calls.clear()
        await put(service, images=[])
        await purge_all(service)
        assert f"media-{'a' * 32}" in told.keys


async def test_pictures_of_an_article_that_was_erased_before_the_cdn_was_told_are_purged(
    tmp_path: Path, edge: tuple[Edge, str]
) -> None:
    told, url = edge
    picture = "http://127.0.0.1:8080/media/" + "a" * 32 + ".jpg"
    async with a_paper(tmp_path, config(url), environ=TOKEN) as service:
        receipt = await put(service, images=[{"url": picture}])
        await purge_all(service)
        await retract(service.office, receipt.stored.id, reason="libel", public_note=None, actor="desk")
        await erase(service.office, service.pictures, receipt.stored.id, case="7")
        await purge_all(service)
        assert f"media-{'a' * 32}" in told.keys
        assert await service.store.read(meta.get, ERASED_PICTURES) is None


@pytest.mark.parametrize("heir", [{}, {"port": 'title = "Port"\nrenamed_from = ["harbour"]\n'}])
async def test_a_feed_that_ended_or_was_renamed_is_purged(
    tmp_path: Path, edge: tuple[Edge, str], heir: dict[str, str]
) -> None:
    told, url = edge
    async with a_paper(tmp_path, config(url), environ=TOKEN) as service:
        await purge_all(service)
        left = {slug: text for slug, text in FEEDS.items() if slug != "harbour"}
        await service.use(configure(tmp_path, config(url), feeds=left | heir, environ=TOKEN))
        await purge_all(service)
        assert "feed-harbour" in told.keys


async def test_nothing_is_purged_and_nothing_noted_before_a_copy_is_in_step(
    tmp_path: Path, edge: tuple[Edge, str]
) -> None:
    told, url = edge
    async with a_paper(tmp_path, config(url), environ=TOKEN) as service:
        await put(service)
        cdn = cdn_of(service.loaded, service.client)
        assert cdn is not None
        assert not await purge(service.office, cdn, up_to=-1)
        await purge_all(service)
        # Not the whole journal: what was before the first purge was filed under no key.
        assert told.calls == []


async def test_an_outage_and_a_crash_forget_no_purge(tmp_path: Path, edge: tuple[Edge, str]) -> None:
    told, url = edge
    told.status = 503
    async with a_paper(tmp_path, config(url), environ=TOKEN) as service:
        await purge_all(service)
        first = await put(service)
        second = await put(service, id="tag:harbour.example,2026:b", title="Other")
        for _ in range(2):
            with pytest.raises(UnreachableError, match="503"):
                await purge_all(service)
        assert (await measure(service.office)).purge_lag is not None
    told.status = 200
    told.calls.clear()
    async with a_paper(tmp_path, config(url), environ=TOKEN) as service:
        await purge_all(service)
        assert {f"article-{each.stored.slug}" for each in (first, second)} <= set(told.keys)
        # What came meanwhile goes together.
        assert len(told.calls) == 1


async def test_how_long_the_cdn_has_not_been_told_is_measured(open_desk: OpenDesk, edge: tuple[Edge, str]) -> None:
    _, url = edge
    desk = await open_desk(config(url), environ=TOKEN)
    await purge_all(desk.service)
    await desk.put()
    desk.clock.advance(timedelta(seconds=90))
    assert "purge_lag_seconds 90.0\n" in await (await desk.client.get("/metrics")).text()
    await purge_all(desk.service)
    assert "purge_lag_seconds 0.0\n" in await (await desk.client.get("/metrics")).text()


async def test_a_cache_without_keys_is_purged_address_by_address(tmp_path: Path, edge: tuple[Edge, str]) -> None:
    told, url = edge
    told.status = 404
    extra = config(url, purge_method="urls", purge_url=url, purge_token_header="X-Purge-Token")
    async with a_paper(tmp_path, extra, environ=TOKEN) as service:
        await purge_all(service)
        slug = (await put(service)).stored.slug
        await purge_all(service)
    paths = {path for _, path, _, _ in told.calls}
    assert {f"/articles/{slug}", "/feeds/harbour.atom", "/feeds/latest.json", "/", "/sitemap-news.xml"} <= paths
    assert {method for method, _, _, _ in told.calls} == {"PURGE"}
    assert {headers["Host"] for _, _, headers, _ in told.calls} == {"127.0.0.1:8080"}
    assert {headers["X-Purge-Token"] for _, _, headers, _ in told.calls} == {"let-me-in"}


async def test_a_cdn_that_reads_tags_is_told_in_its_way(tmp_path: Path, edge: tuple[Edge, str]) -> None:
    told, url = edge
    async with a_paper(tmp_path, config(url, tag_header="Cache-Tag"), environ=TOKEN) as service:
        await purge_all(service)
        await put(service)
        await purge_all(service)
    assert b'"tags": ["feed-harbour"' in told.calls[0][3]


def test_keys_cannot_be_purged_where_none_are_sent(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        configure(tmp_path, '[cdn]\npurge_url = "https://cdn.example/purge"\n')
    assert [violation.path for violation in caught.value.violations] == ["cdn.tag_header"]


@pytest.mark.parametrize("name", ["Bad Header", "X:Y", ""])
def test_a_header_has_the_name_of_one(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError):
        configure(tmp_path, f'[cdn]\ntag_header = "{name}"\n')


async def test_the_token_goes_over_tls_only(tmp_path: Path) -> None:
    closed = 'purge_url = "http://cdn.example/purge"\ntag_header = "Surrogate-Key"\npurge_token = "env:CDN_TOKEN"\n'
    async with a_paper(tmp_path, f"[cdn]\n{closed}", environ=TOKEN) as service:
        await purge_all(service)
        await put(service)
        with pytest.raises(UnreachableError, match="https"):
            await purge_all(service)
