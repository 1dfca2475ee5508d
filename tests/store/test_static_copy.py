"""Static copies of the feeds: whole, in step, and never older than they were."""

from __future__ import annotations

import asyncio
import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import brotli
import pytest

from syndicate.actions.publish import Published, publish
from syndicate.actions.retract import retract
from syndicate.app.followers import Publishing, target_of
from syndicate.app.service import Service
from syndicate.clock import FixedClock
from syndicate.connectors.static_directory import StaticDirectory
from syndicate.errors import UnreachableError
from syndicate.render.static_copy import read_manifest
from tests.builders import NOON
from tests.papers import FEEDS, a_paper, configure, put

FERRY = "tag:harbour.example,2026:ferry"
MINUTE = timedelta(minutes=1)


async def build(service: Service, out: Path) -> Published:
    return await publish(service.static_source(), StaticDirectory(out), archives=True)


def stamps(out: Path) -> dict[str, tuple[int, int]]:
    """Return inode and time of every document, by path."""
    files = (file for file in (out / "feeds").rglob("*") if file.is_file())
    return {str(file.relative_to(out)): (file.stat().st_ino, int(file.stat().st_mtime)) for file in files}


async def test_every_document_stands_there_with_its_twins_its_headers_and_its_time(tmp_path: Path) -> None:
    out = tmp_path / "public"
    async with a_paper(tmp_path, '[cdn]\ntag_header = "Cache-Tag"\n') as service:
        await put(service)
        done = await build(service, out)
        manifest = json.loads((out / "manifest.json").read_bytes())
        assert set(done.written) == set(manifest["documents"])
        assert len(done.written) == 9
        for path, listed in manifest["documents"].items():
            slug, _, name = path.removeprefix("feeds/").partition(".")
            edition = await service.editions.get(slug, name)
            body = (out / path).read_bytes()
            assert body == edition.bodies["identity"]
            assert gzip.decompress((out / f"{path}.gz").read_bytes()) == body
            assert brotli.decompress((out / f"{path}.br").read_bytes()) == body
            assert listed["etags"] == edition.etags
            assert (listed["content_type"], listed["last_modified"]) == (edition.media_type, edition.last_modified)
            assert listed["cache_control"].startswith("public, max-age=60")
            assert datetime.fromtimestamp((out / path).stat().st_mtime, UTC) == NOON
        assert 'add_header Cache-Tag "feed-world"' in (out / "nginx.conf").read_text()


async def test_what_did_not_change_is_not_touched(tmp_path: Path) -> None:
    out = tmp_path / "public"
    async with a_paper(tmp_path) as service:
        await put(service)
        await build(service, out)
        before = stamps(out)
        assert (await build(service, out)).written == ()
        assert stamps(out) == before
        await put(service, title="Changed")
        assert set((await build(service, out)).written) == {
            f"feeds/{slug}.{name}" for slug in ("harbour", "latest") for name in ("rss", "atom", "json")
        }
        after = stamps(out)
        assert {path for path in before if before[path] == after[path]} == {p for p in before if "world" in p}


async def test_the_time_of_a_file_moves_with_each_of_its_contents_even_within_a_second(tmp_path: Path) -> None:
    out = tmp_path / "public"
    async with a_paper(tmp_path) as service:
        times = []
        for title in ("One", "Two", "Six"):
            await put(service, title=title)
            await build(service, out)
            times.append(stamps(out)["feeds/harbour.rss"][1])
    assert times == sorted(set(times))


async def test_a_feed_that_ends_or_moves_takes_its_files_along(tmp_path: Path) -> None:
    out = tmp_path / "public"
    async with a_paper(tmp_path) as service:
        await put(service)
        await build(service, out)
        feeds = {slug: text for slug, text in FEEDS.items() if slug == "latest"}
        feeds["port"] = 'renamed_from = ["harbour"]\n' + FEEDS["harbour"]
        await service.use(configure(tmp_path, feeds=feeds))
        done = await build(service, out)
        assert {path.split(".")[0] for path in done.removed} == {"feeds/harbour", "feeds/world"}
        assert {path.split("/")[1].split(".")[0] for path in stamps(out)} == {"latest", "port"}
        nginx = (out / "nginx.conf").read_text()
        assert "return 301 http://127.0.0.1:8080/feeds/port$1$2;" in nginx
        assert nginx.count("return 410;") == 1


async def test_an_older_store_never_overwrites_a_newer_copy(tmp_path: Path) -> None:
    out = tmp_path / "public"
    async with a_paper(tmp_path) as service:
        await put(service, title="Old")
        await build(service, out)
        newer = json.loads((out / "manifest.json").read_bytes())
        newer["as_of"] += 1
        newer["documents"]["feeds/harbour.rss"]["etags"]["identity"] = '"9-newer"'
        (out / "manifest.json").write_text(json.dumps(newer))
        (out / "feeds" / "harbour.rss").write_text("newer")
        assert (await build(service, out)).written == ()
        assert (out / "feeds" / "harbour.rss").read_text() == "newer"
        assert json.loads((out / "manifest.json").read_bytes()) == newer
        # After a restore the count begins anew, and the copy with it.
        (out / "manifest.json").write_text(json.dumps(newer | {"epoch": "another"}))
        assert len((await build(service, out)).written) == 9


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"epoch": 1}', b'{"epoch":"","as_of":1,"documents":{"a":{}}}'])
def test_a_manifest_that_is_none_lets_all_be_written_anew(text: bytes) -> None:
    assert read_manifest(text) is None


async def test_a_reader_sees_whole_documents_only_while_they_are_replaced(tmp_path: Path) -> None:
    target, stop = StaticDirectory(tmp_path), asyncio.Event()
    await target.put("feeds/a.rss", b"0" * 500_000, {}, changed_at=NOON)
    seen: set[int] = set()

    def read() -> None:
        while not stop.is_set():
            body = (tmp_path / "feeds" / "a.rss").read_bytes()
            assert len(body) == 500_000
            assert len(set(body)) == 1
            seen.add(body[0])

    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.to_thread(read))
        for number in range(1, 10):
            await target.put("feeds/a.rss", str(number).encode() * 500_000, {}, changed_at=NOON)
        stop.set()
    assert seen
    assert [file.name for file in (tmp_path / "feeds").iterdir()] == ["a.rss"]


async def test_a_link_leads_no_file_out_of_the_directory(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "root"
    outside.mkdir()
    root.mkdir()
    (root / "feeds").symlink_to(outside)
    with pytest.raises(UnreachableError):
        await StaticDirectory(root).put("feeds/a.rss", b"x", {}, changed_at=NOON)
    assert list(outside.iterdir()) == []


async def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnreachableError, match="file"):
        await StaticDirectory(tmp_path / "file" / "public").put("a", b"", {}, changed_at=NOON)


async def test_two_builds_at_once_leave_one_whole_copy(tmp_path: Path) -> None:
    out = tmp_path / "public"
    async with a_paper(tmp_path) as service:
        await put(service)
        done = await asyncio.gather(*(build(service, out) for _ in range(3)))
        assert sorted(len(each.written) for each in done) == [0, 0, 9]


# --- in step --------------------------------------------------------------------------------------------------------

PUBLISH = '[publish]\nurl = "file:public"\n'


def publishing(service: Service) -> Publishing:
    target = target_of(service.loaded)
    assert target is not None
    return Publishing(service.static_source(), target)


async def test_a_published_copy_follows_a_retraction(tmp_path: Path) -> None:
    clock = FixedClock(NOON)
    async with a_paper(tmp_path, PUBLISH, clock=clock) as service:
        step = publishing(service).step
        await put(service, title="Wrong story")
        await step()
        file = tmp_path / "public" / "feeds" / "harbour.atom"
        assert b"Wrong story" in file.read_bytes()
        clock.advance(MINUTE)
        await retract(service.office, FERRY, reason="x", public_note=None, actor="t")
        await step()
        assert b"Wrong story" not in file.read_bytes()
        assert b"deleted-entry" in file.read_bytes()
        assert b"Wrong story" not in gzip.decompress(file.with_name("harbour.atom.gz").read_bytes())


async def test_nothing_is_done_while_nothing_changes(tmp_path: Path) -> None:
    async with a_paper(tmp_path, PUBLISH) as service:
        step = publishing(service).step
        await put(service)
        await step()
        manifest = tmp_path / "public" / "manifest.json"
        manifest.unlink()
        await step()
        assert not manifest.exists()


async def test_a_copy_that_could_not_be_written_is_written_later(tmp_path: Path) -> None:
    async with a_paper(tmp_path, PUBLISH) as service:
        step = publishing(service).step
        await put(service)
        (tmp_path / "public").write_text("in the way")
        with pytest.raises(UnreachableError):
            await step()
        (tmp_path / "public").unlink()
        await step()
        assert (tmp_path / "public" / "feeds" / "harbour.rss").exists()


async def test_archives_stand_in_a_copy_under_the_addresses_that_documents_name(tmp_path: Path) -> None:
    clock: Any = FixedClock(NOON)
    feeds = {"latest": 'title = "Latest"\nitems = 5\n'}
    async with a_paper(tmp_path, clock=clock, feeds=feeds) as service:
        for number in range(60):
            clock.advance(MINUTE)
            await put(service, id=f"tag:harbour.example,2026:{number}", title=f"Story {number}")
        out = tmp_path / "public"
        done = await build(service, out)
        older = (await service.editions.content("latest")).place.older
        assert older is not None
        named = "feeds/" + older.partition("/feeds/")[2] + ".atom"
        assert named in done.written
        assert (out / named).is_file()
        assert (out / "feeds" / "latest" / "archive" / "1.rss").exists()
