"""Packages of files, killed at every step: what watches the folder sees whole files, and the retry leaves no debris."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
import weakref
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from syndicate.connectors.contract import Outcome, Preview, Sending
from syndicate.connectors.documents import Documents
from syndicate.connectors.drops import drop
from syndicate.connectors.drops.drop import Packing
from syndicate.connectors.drops.folder import Directory
from syndicate.connectors.drops.packages import PackageOptions
from syndicate.connectors.means import PATIENT_ATTEMPTS, NoPicture, PictureFile, Pictures
from syndicate.connectors.suite.copy import Copy, accepted, refused
from syndicate.connectors.suite.sendings import NOW, a_retraction, a_sending, an_update
from syndicate.connectors.suite.site import PUBLISHER
from syndicate.model.declarations import Profile
from syndicate.render.formats.table import FORMATS
from tests.connectors import dropped
from tests.connectors.dropped import files_below

FIRST = dropped.images("bow", "stern")
SECOND = dropped.images("bow", "deck")


class Killed(BaseException):
    """The end of the process."""


class Dying(Directory):
    """A directory of a process that is killed at one of its steps, of which every write has three."""

    def __init__(self, root: Path, dies_at: int = 10_000) -> None:
        super().__init__(root, 0o644)
        self._steps = iter(range(dies_at, -1, -1))
        self.wrote: list[str] = []

    async def write(self, path: str, data: bytes, media_type: str, *, partial: str) -> None:
        self._step()
        await super().write(partial, data[: len(data) // 2], media_type, partial=f"{partial}.x")
        self._step()
        await super().write(path, data, media_type, partial=partial)
        self.wrote.append(path)
        self._step()

    async def remove(self, path: str) -> None:
        self._step()
        await super().remove(path)

    def _step(self) -> None:
        if next(self._steps) == 0:
            raise Killed


class Dropping:
    """A connector of a directory, which is another one after each time that it was killed."""

    bounded = False
    gathers = False

    def __init__(self, target: Directory, *, pictures: Pictures | None = None, **options: Any) -> None:
        profile = options.pop("profile", Profile())
        documents = Documents(profile, PUBLISHER)
        self.target = target
        self._packing = Packing(PackageOptions(**options), profile, documents, pictures or dropped.given_pictures())

    async def send(self, sending: Sending) -> Outcome:
        return await drop.deliver(self._packing, self.target, sending)

    async def test(self, *, delivery_id: str, at: object) -> Outcome:
        return await drop.try_out(self.target)

    def preview(self, sending: Sending) -> Preview:
        return drop.preview(self._packing, self.target, sending)

    async def aclose(self) -> None:
        """Hold nothing."""


def story() -> tuple[Sending, ...]:
    return (
        a_sending(title="New ferry sails", article=FIRST),
        an_update("New ferry sails again", article=SECOND),
        a_retraction(),
    )


async def killed_at(root: Path, sending: Sending, before: Mapping[str, Any], dies_at: int) -> tuple[bool, Copy]:
    """Send once with a death at that step; tell whether it died, and what is kept of the copy."""
    copy = Copy(Dropping(Dying(root, dies_at)))
    copy.remote = dict(before)
    try:
        accepted(await copy.send(sending))
    except Killed:
        return True, copy
    return False, copy


def whole(root: Path) -> dict[str, bytes]:
    """Return the files that are there under their final names."""
    return {path: data for path, data in files_below(root).items() if not path.endswith((".part", ".part.x"))}


def deaths() -> Iterator[int]:
    yield from range(60)


@pytest.mark.parametrize("number", range(3))
async def test_a_kill_at_any_step_is_made_good_by_the_retry(tmp_path: Path, number: int) -> None:
    *earlier, last = story()[: number + 1]
    for dies_at in deaths():
        root = tmp_path / str(dies_at)
        root.mkdir()
        straight = Copy(Dropping(Directory(root, 0o644)))
        for sending in earlier:
            accepted(await straight.send(sending))
        before = whole(root)
        died, copy = await killed_at(root, last, straight.remote, dies_at)
        there = whole(root)
        accepted(await resumed(copy, root).send(last))
        after = files_below(root)
        assert all(there[path] in (before.get(path), after.get(path)) for path in there)
        assert after == whole(root)
        assert sorted(dropped.shown(after)) == [title for title in [title_of(last)] if title]
        assert len(after) == (2 if last.record is None else 4)
        if not died:
            return
    pytest.fail("it died at every step there is")


async def test_a_kill_is_made_good_by_the_next_delivery_too(tmp_path: Path) -> None:
    first, second, _ = story()
    for dies_at in deaths():
        root = tmp_path / str(dies_at)
        root.mkdir()
        died, copy = await killed_at(root, first, {}, dies_at)
        accepted(await resumed(copy, root).send(second))
        assert len(files_below(root)) == 4
        assert dropped.shown(files_below(root)) == ["New ferry sails again"]
        if not died:
            return
    pytest.fail("it died at every step there is")


def resumed(copy: Copy, root: Path) -> Copy:
    """Return the copy as another process finds it."""
    again = Copy(Dropping(Directory(root, 0o644)))
    again.remote = copy.remote
    return again


def title_of(sending: Sending) -> str | None:
    return sending.article.title if sending.article else None


async def test_pictures_come_first_and_the_manifest_last(tmp_path: Path) -> None:
    target = Dying(tmp_path)
    accepted(await Copy(Dropping(target)).send(story()[0]))
    suffixes = [path.rpartition("/")[2].rpartition(".")[2] for path in target.wrote]
    assert suffixes == ["jpg", "jpg", "json", "json"]
    assert target.wrote[-1].endswith("manifest.json")


async def test_the_manifest_tells_whose_words_go_to_which_picture(tmp_path: Path) -> None:
    accepted(await Copy(Dropping(Directory(tmp_path, 0o644))).send(story()[0]))
    (path,) = tmp_path.glob("*/manifest.json")
    manifest = json.loads(path.read_bytes())
    assert (manifest["revision"], manifest["seq"], manifest["type"]) == (1, 7, "article.published")
    for picture in manifest["pictures"]:
        assert picture["credit"] == "P. Ng"
        assert path.with_name(picture["file"]).read_bytes() == dropped.PICTURES[picture["url"]]


async def test_pictures_that_are_there_are_not_written_again(tmp_path: Path) -> None:
    first, second, _ = story()
    copy = Copy(Dropping(Directory(tmp_path, 0o644)))
    accepted(await copy.send(first))
    target = Dying(tmp_path)
    again = Copy(Dropping(target))
    again.remote = copy.remote
    accepted(await again.send(second))
    assert sum(path.endswith(".jpg") for path in target.wrote) == 1


async def test_a_partner_that_takes_pictures_from_their_address_gets_no_files_of_them(tmp_path: Path) -> None:
    connector = Dropping(Directory(tmp_path, 0o644), profile=Profile(pictures="hotlink"))
    accepted(await Copy(connector).send(story()[0]))
    assert not list(tmp_path.rglob("*.jpg"))
    (path,) = tmp_path.glob("*/manifest.json")
    assert [picture["url"] for picture in json.loads(path.read_bytes())["pictures"]] == list(dropped.PICTURES)[:2]


@pytest.mark.parametrize("dates", ["none", "month", "day"])
@pytest.mark.parametrize("layout", ["directory", "flat"])
async def test_every_layout_holds_one_package_that_keeps_its_place(tmp_path: Path, layout: str, dates: str) -> None:
    copy = Copy(Dropping(Directory(tmp_path, 0o644), layout=layout, dates=dates))
    first, _second, retraction = story()
    accepted(await copy.send(first))
    places = {path for path in files_below(tmp_path) if path.endswith("json")}
    moved = {"published_at": NOW.replace(month=7), **SECOND}
    accepted(await copy.send(an_update("New ferry sails again", article=moved)))
    assert {path for path in files_below(tmp_path) if path.endswith("json")} == places
    assert dropped.shown(files_below(tmp_path)) == ["New ferry sails again"]
    accepted(await copy.send(retraction))
    assert set(files_below(tmp_path)) == places
    beginning = {"none": "ferry-", "month": "2026/03/ferry-", "day": "2026/03/04/ferry-"}[dates]
    assert all(path.startswith(beginning) for path in places)


@pytest.mark.parametrize("name", sorted(FORMATS))
async def test_in_every_format_a_retraction_takes_the_place_of_the_document(tmp_path: Path, name: str) -> None:
    copy = Copy(Dropping(Directory(tmp_path, 0o644), profile=Profile.model_validate({"format": name})))
    accepted(await copy.send(story()[0]))
    published = files_below(tmp_path)
    assert any(b"The ferry left at nine." in body for body in published.values())
    accepted(await copy.send(a_retraction()))
    withdrawn = files_below(tmp_path)
    assert set(withdrawn) == {path for path in published if not path.endswith(".jpg")}
    assert not any(b"ferry left" in body or b"P. Ng" in body for body in withdrawn.values())
    assert any(b"Withdrawn: the ferry never sailed." in body for body in withdrawn.values())


async def test_another_layout_leaves_nothing_at_the_old_place(tmp_path: Path) -> None:
    copy = Copy(Dropping(Directory(tmp_path, 0o644)))
    accepted(await copy.send(story()[0]))
    moved = Copy(Dropping(Directory(tmp_path, 0o644), layout="flat"))
    moved.remote = copy.remote
    accepted(await moved.send(story()[1]))
    assert all("/" not in path for path in files_below(tmp_path))
    assert dropped.shown(files_below(tmp_path)) == ["New ferry sails again"]


async def test_no_two_articles_share_a_place_and_odd_names_are_tamed(tmp_path: Path) -> None:
    connector = Dropping(Directory(tmp_path, 0o644))
    odd = ["../../etc/passwd", "", "CON", "a" * 300]
    for number, slug in enumerate(odd):
        article = {"id": f"tag:harbour.example,2026:{number}"}
        accepted(await Copy(connector).send(a_sending(article=article, slug=slug)))
    directories = sorted(path.name for path in tmp_path.iterdir())
    assert [name.rpartition("-")[0] for name in directories] == ["a" * 80, "article", "con", "etc-passwd"]


async def test_the_address_of_a_copy_is_told_where_files_can_be_read(tmp_path: Path) -> None:
    copy = Copy(Dropping(Directory(tmp_path, 0o644), public_url="https://files.gazette.example/in/"))
    outcome = accepted(await copy.send(story()[0]))
    assert outcome.url is not None
    path = outcome.url.removeprefix("https://files.gazette.example/in/")
    assert (tmp_path / path).is_file()


class NoPictures:
    """Pictures whose server is down, or that are gone for good."""

    def __init__(self, *, permanent: bool) -> None:
        self._permanent = permanent

    async def fetch(self, url: str) -> PictureFile | NoPicture:
        return NoPicture(url, "its server answered 503", permanent=self._permanent)


async def test_a_picture_whose_server_is_down_is_waited_for_and_then_gone_without(tmp_path: Path) -> None:
    copy = Copy(Dropping(Directory(tmp_path, 0o644), pictures=NoPictures(permanent=False)))
    for _ in range(PATIENT_ATTEMPTS):
        outcome = refused(await copy.send(story()[0]))
        assert (outcome.certain, outcome.permanent) == (True, False)
    accepted(await copy.send(story()[0]))
    assert dropped.shown(files_below(tmp_path)) == ["New ferry sails"]


async def test_a_picture_that_is_gone_for_good_holds_nothing_up(tmp_path: Path) -> None:
    copy = Copy(Dropping(Directory(tmp_path, 0o644), pictures=NoPictures(permanent=True)))
    accepted(await copy.send(story()[0]))
    assert dropped.shown(files_below(tmp_path)) == ["New ferry sails"]


async def test_what_was_done_before_a_refusal_is_told(tmp_path: Path) -> None:
    class Full(Directory):
        async def write(self, path: str, data: bytes, media_type: str, *, partial: str) -> None:
            if path.endswith(".json"):
                raise OSError(28, "No space left on device")
            await super().write(path, data, media_type, partial=partial)

    copy = Copy(Dropping(Full(tmp_path, 0o644)))
    first = refused(await copy.send(story()[0]))
    assert (first.progressed, first.certain) == (True, False)
    assert "No space left" in first.reason
    assert not refused(await copy.send(story()[0])).progressed


async def test_no_link_leads_out_of_the_folder(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    target = Directory(root, 0o644)
    (root / "ferry").symlink_to(outside)
    with pytest.raises(OSError, match="ferry"):
        await target.write("ferry/article.json", b"{}", "application/json", partial="ferry/.part")
    (root / "article.json").symlink_to(outside / "target.json")
    await target.write("article.json", b"{}", "application/json", partial=".part")
    assert not list(outside.iterdir())
    assert not (root / "article.json").is_symlink()


async def test_files_and_directories_have_the_mode_that_was_asked_for(tmp_path: Path) -> None:
    target = Directory(tmp_path, 0o640)
    await target.write("ferry/article.json", b"{}", "application/json", partial="ferry/.part")
    assert (tmp_path / "ferry").stat().st_mode & 0o777 == 0o750
    assert (tmp_path / "ferry/article.json").stat().st_mode & 0o777 == 0o640


def test_a_preview_names_the_pictures_that_are_fetched_before(tmp_path: Path) -> None:
    shown = Dropping(Directory(tmp_path, 0o644)).preview(replace(story()[0]))
    assert [each.url for each in shown.before] == list(dropped.PICTURES)[:2]
    assert shown.url.endswith("/article.json")


class Weighed:
    """Pictures of which it is counted how many anybody holds when the next is asked for."""

    def __init__(self) -> None:
        self._given: weakref.WeakSet[PictureFile] = weakref.WeakSet()
        self.held = 0

    async def fetch(self, url: str) -> PictureFile | NoPicture:
        self.held = max(self.held, len(self._given))
        data = dropped.PICTURES[url]
        picture = PictureFile(url, data, "image/jpeg", "jpg", 4, 3, hashlib.sha256(data).hexdigest())
        self._given.add(picture)
        return picture


async def test_a_picture_is_let_go_before_the_next_is_fetched(tmp_path: Path) -> None:
    pictures = Weighed()
    article = dropped.images("bow", "stern", "deck")
    accepted(await Copy(Dropping(Directory(tmp_path, 0o644), pictures=pictures)).send(a_sending(article=article)))
    assert pictures.held == 0


async def test_what_is_kept_of_a_copy_does_not_grow_with_deliveries_that_fail(tmp_path: Path) -> None:
    class Full(Directory):
        async def write(self, path: str, data: bytes, media_type: str, *, partial: str) -> None:
            await super().write(partial, data[:1], media_type, partial=f"{partial}.x")
            raise OSError(28, "No space left on device")

    full, kept = Copy(Dropping(Full(tmp_path, 0o644))), 0
    for number in range(100):
        refused(await full.send(a_sending(delivery_id=f"msg_{number}", article=FIRST)))
        kept = max(kept, len(json.dumps(full.remote)))
    assert kept < 1_000
    assert len(files_below(tmp_path)) < 30
    after = resumed(full, tmp_path)
    accepted(await after.send(a_sending(delivery_id="msg_last", article=FIRST)))
    assert files_below(tmp_path) == whole(tmp_path)
    assert len(files_below(tmp_path)) == 4


class Hanging(Directory):
    """A directory on a mount whose first answer takes until it is let go."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, 0o644)
        self.let_go = threading.Event()
        self.hung = False

    def _write(self, path: str, data: bytes, partial: str) -> None:
        if not self.hung:
            self.hung = True
            self.let_go.wait(20)
        super()._write(path, data, partial)


async def test_a_folder_that_hangs_costs_nobody_else_anything(tmp_path: Path) -> None:
    (tmp_path / "dead").mkdir()
    (tmp_path / "well").mkdir()
    dead = Hanging(tmp_path / "dead")
    with ThreadPoolExecutor(1) as shared:
        asyncio.get_running_loop().set_default_executor(shared)
        for _ in range(5):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await Copy(Dropping(dead)).send(a_sending())
        async with asyncio.timeout(2):
            assert await asyncio.to_thread(lambda: "free") == "free"
            accepted(await Copy(Dropping(Directory(tmp_path / "well", 0o644))).send(a_sending()))
        dead.let_go.set()


async def test_what_hung_is_never_put_in_the_place_of_what_came_later(tmp_path: Path) -> None:
    hanging = Hanging(tmp_path)
    copy = Copy(Dropping(hanging))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await copy.send(a_sending(title="Withdrawn later"))
    threading.Timer(0.5, hanging.let_go.set).start()
    accepted(await copy.send(a_retraction()))
    await asyncio.to_thread(hanging.let_go.wait)
    # Whoever hung has ended when another call has been answered.
    await hanging.size("settled")
    await asyncio.sleep(0.1)
    assert (dropped.shown(files_below(tmp_path)), len(files_below(tmp_path))) == ([], 2)
    hanging.close()


async def test_a_disk_that_is_full_is_not_kept_full_by_half_a_file(tmp_path: Path) -> None:
    class Full(Directory):
        def _fill(self, name: str, data: bytes, directory: int) -> None:
            super()._fill(name, data[:1], directory)
            raise OSError(28, "No space left on device")

    refused(await Copy(Dropping(Full(tmp_path, 0o644))).send(a_sending()))
    assert files_below(tmp_path) == {}
