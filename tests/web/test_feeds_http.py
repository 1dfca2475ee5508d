"""Feeds over HTTP: exact conditions, honest codings, and never older than what was answered."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import brotli
import pytest
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syndicate.actions.retract import retract
from tests.builders import NOON
from tests.papers import FEEDS, a_paper, configure, put
from tests.web.desk import FEED_PATHS, Desk, problem_of

CODINGS: dict[str, Callable[[bytes], bytes]] = {"identity": bytes, "gzip": gzip.decompress, "br": brotli.decompress}
TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
PATH = "/feeds/harbour.rss"


@pytest.mark.parametrize("path", FEED_PATHS)
async def test_a_feed_is_utf_8_under_its_own_type_and_open_to_every_script(desk: Desk, path: str) -> None:
    await desk.put(title="Caf\u00e9 reopens")
    answer, body = await desk.ask(path)
    assert answer.headers["Content-Type"] == f"{TYPES[path.rpartition('.')[2]]}; charset=utf-8"
    assert body.decode("utf-8")[0] in "<{"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"].startswith("public, max-age=")
    assert answer.headers["Server"] == "syndicate"


@pytest.mark.parametrize("path", FEED_PATHS)
@pytest.mark.parametrize("coding", CODINGS)
async def test_every_coding_decodes_to_the_same_bytes_under_a_strong_tag_of_its_own(
    desk: Desk, path: str, coding: str
) -> None:
    await desk.put()
    plain, identity = await desk.ask(path)
    coded, body = await desk.ask(path, Accept_Encoding=coding)
    assert coded.headers.get("Content-Encoding", "identity") == coding
    assert CODINGS[coding](body) == identity
    tag = coded.headers["ETag"]
    assert tag.startswith('"')
    assert (tag == plain.headers["ETag"]) == (coding == "identity")
    assert coded.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", FEED_PATHS)
@pytest.mark.parametrize("coding", CODINGS)
async def test_head_is_get_without_the_body(desk: Desk, path: str, coding: str) -> None:
    await desk.put()
    got, body = await desk.ask(path, Accept_Encoding=coding)
    head, nothing = await desk.ask(path, "HEAD", Accept_Encoding=coding)
    assert (head.status, nothing) == (200, b"")
    skipped = {"Date"}
    assert {k: v for k, v in head.headers.items() if k not in skipped} == {
        k: v for k, v in got.headers.items() if k not in skipped
    }
    assert head.headers["Content-Length"] == str(len(body))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("form", ["{tag}", "W/{tag}", '"old", {tag}', "*", "{tag}, W/{tag}"])
async def test_a_304_has_no_body_and_the_headers_a_cache_needs(desk: Desk, method: str, coding: str, form: str) -> None:
    await desk.put()
    full, _ = await desk.ask(PATH, Accept_Encoding=coding)
    tag = full.headers["ETag"]
    answer, body = await desk.ask(PATH, method, Accept_Encoding=coding, If_None_Match=form.format(tag=tag))
    assert (answer.status, body) == (304, b"")
    for name in ("ETag", "Cache-Control", "Vary", "Last-Modified"):
        assert answer.headers[name] == full.headers[name]
    assert "Content-Type" not in answer.headers


# --- a model of RFC 9110 section 13.2 -------------------------------------------------------------------------------

TAGS = st.sampled_from(["{identity}", "{gzip}", "{br}", "W/{identity}", "W/{br}", '"old"', 'W/"old-1"', '"a,b"', '""'])
NONE_MATCH = st.none() | st.just("*") | st.lists(TAGS, min_size=1, max_size=4).map(", ".join)
SECONDS = st.sampled_from([-86_400, -1, 0, 1, 3_600, 7_200, 7_201, 10**6])
SINCE = st.none() | SECONDS | st.sampled_from(["yesterday", "", "0", "Wed, 32 Foo 2026 25:61:61 GMT"])
WEIGHTS = st.sampled_from(["", ";q=0", ";q=0.0", ";q=0.4", ";q=0.8", "; q=1", ";q=1.000"])
ACCEPTED = st.none() | st.dictionaries(
    st.sampled_from(["gzip", "br", "identity", "*", "deflate", "zstd"]), WEIGHTS, min_size=1, max_size=5
)


def is_304(tags: dict[str, str], none_match: str | None, since: Any) -> bool:
    """Say what section 13.2.2 makes of a GET: the tag decides alone, else a date that is one and not ahead of us."""
    if none_match is not None:
        opaque = {tag.removeprefix("W/") for tag in none_match.format(**tags).split(", ")}
        return none_match == "*" or not opaque.isdisjoint(tags.values())
    return isinstance(since, int) and 0 <= since <= 7_200


def weight(accepted: dict[str, str] | None, coding: str) -> float | None:
    """Return the weight a client gives a coding, None where it says nothing of it."""
    text = (accepted or {}).get(coding, (accepted or {}).get("*"))
    return None if text is None else float(text.partition("=")[2] or 1)


@pytest.fixture
async def quiet_desk(desk: Desk) -> Desk:
    """A feed that changed two hours ago."""
    await desk.put()
    desk.clock.advance(timedelta(hours=2))
    return desk


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(method=st.sampled_from(["GET", "HEAD"]), none_match=NONE_MATCH, since=SINCE, accepted=ACCEPTED)
async def test_every_condition_and_coding_is_answered_as_the_rfc_says(
    quiet_desk: Desk, method: str, none_match: str | None, since: Any, accepted: dict[str, str] | None
) -> None:
    desk = quiet_desk
    tags = {coding: (await desk.ask(PATH, Accept_Encoding=coding))[0].headers["ETag"] for coding in CODINGS}
    headers = {} if accepted is None else {"Accept_Encoding": ",".join(f"{c}{w}" for c, w in accepted.items())}
    if none_match is not None:
        headers["If_None_Match"] = none_match.format(**tags)
    if since is not None:
        at = NOON + timedelta(seconds=since) if isinstance(since, int) else None
        headers["If_Modified_Since"] = since if at is None else format_datetime(at, usegmt=True)
    answer, body = await desk.ask(PATH, method, **headers)
    assert answer.status == (304 if is_304(tags, none_match, since) else 200)
    coding = answer.headers.get("Content-Encoding", "identity")
    if answer.status == 200:
        assert answer.headers["ETag"] == tags[coding]
        assert method == "HEAD" or CODINGS[coding](body) == (await desk.ask(PATH))[1]
        assert coding == "identity" or weight(accepted, coding) not in (None, 0.0)
        # Identity that is not named yields to whatever is welcome.
        named = [each for each in CODINGS if each != "identity" or each in (accepted or {})]
        best = max((weight(accepted, each) or 0.0) for each in named)
        assert coding == "identity" or weight(accepted, coding) == best


async def test_a_repeated_if_none_match_counts_in_all_its_lines(desk: Desk) -> None:
    await desk.put()
    tag = (await desk.ask(PATH))[0].headers["ETag"]
    headers = [("If-None-Match", '"old"'), ("If-None-Match", tag), ("Accept-Encoding", "identity")]
    assert (await desk.client.get(PATH, headers=headers)).status == 304


async def test_withdrawing_the_newest_story_never_moves_last_modified_back(desk: Desk) -> None:
    await desk.put("tag:harbour.example,2026:old")
    desk.clock.advance(timedelta(hours=1))
    await desk.put()
    first = (await desk.ask(PATH))[0].headers
    desk.clock.advance(timedelta(hours=1))
    await desk.retract()
    second = (await desk.ask(PATH))[0].headers
    assert second["ETag"] != first["ETag"]
    assert second["Last-Modified"] == format_datetime(NOON + timedelta(hours=2), usegmt=True)


# --- what moves a feed, and what does not ---------------------------------------------------------------------------


async def test_an_update_of_one_story_leaves_the_feeds_it_is_not_in_alone(desk: Desk) -> None:
    await desk.put("tag:harbour.example,2026:abroad", categories=["World"])
    await desk.put()
    before = await desk.etags()
    await desk.put(title="Changed")
    after = await desk.etags()
    moved = {path for path in FEED_PATHS if before[path] != after[path]}
    assert moved == {path for path in FEED_PATHS if "world" not in path}


async def test_the_same_story_again_moves_no_feed(desk: Desk) -> None:
    await desk.put()
    before = await desk.etags()
    desk.clock.advance(timedelta(minutes=1))
    await desk.put()
    assert await desk.etags() == before


async def test_what_the_query_says_changes_nothing(desk: Desk) -> None:
    await desk.put()
    plain, body = await desk.ask(PATH)
    junk, same = await desk.ask(f"{PATH}?null&utm_source=x&format=atom&slug=world")
    assert (junk.headers["ETag"], same) == (plain.headers["ETag"], body)


async def test_no_header_of_the_client_gets_into_a_feed(desk: Desk) -> None:
    await desk.put()
    _, body = await desk.ask(PATH)
    hostile = {"Host": "evil.example", "X_Forwarded_Host": "evil.example", "X_Forwarded_Proto": "gopher"}
    assert (await desk.ask(PATH, **hostile))[1] == body


@pytest.mark.parametrize("name", ["none.rss", "harbour.xml", "harbour.RSS", ".rss", "harbour.rss.gz", "harbour..rss"])
async def test_a_feed_that_is_not_there_is_a_404(desk: Desk, name: str) -> None:
    await problem_of(await desk.client.get(f"/feeds/{name}"), 404, "feed_not_found")


async def test_the_bytes_are_the_same_after_a_restart_and_a_day_later(tmp_path: Path) -> None:
    seen: list[dict[str, tuple[str, bytes]]] = []
    for _ in range(2):
        async with a_paper(tmp_path) as service, TestClient(TestServer(service.web_app())) as client:
            if not seen:
                await put(service, images=[{"url": "https://images.example/1.jpg", "caption": "A", "credit": "B"}])
                await put(service, id="tag:harbour.example,2026:gone")
                await retract(service.office, "tag:harbour.example,2026:gone", reason="x", public_note="y", actor="t")
            answers = {path: await client.get(path) for path in FEED_PATHS}
            seen.append({path: (answer.headers["ETag"], await answer.read()) for path, answer in answers.items()})
    assert seen[0] == seen[1]


async def test_a_feed_that_is_declared_no_more_is_gone_at_once(tmp_path: Path) -> None:
    async with a_paper(tmp_path) as service, TestClient(TestServer(service.web_app())) as client:
        assert (await client.get(PATH)).status == 200
        fewer = {slug: text for slug, text in FEEDS.items() if slug != "harbour"}
        await service.use(configure(tmp_path, feeds=fewer))
        gone = await client.get(PATH)
        await problem_of(gone, 410, "feed_gone")
        assert int(gone.headers["Content-Length"]) < 300
        page = await client.get("/feeds/harbour")
        assert (page.status, page.content_type) == (410, "text/html")
        assert (await client.head(PATH)).status == 410
        await service.use(configure(tmp_path, feeds=FEEDS))
        assert (await client.get(PATH)).status == 200
