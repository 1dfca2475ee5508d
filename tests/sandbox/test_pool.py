"""Workers are stopped, replaced and cleared away."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from syndicate.errors import ArticleRetractedError, UnreadableDocumentError
from syndicate.sandbox.pool import Sandbox
from syndicate.sandbox.refusals import JobBugError
from tests.sandbox.jobs import MISBEHAVING


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(jobs=MISBEHAVING) as sandbox:
        yield sandbox


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


async def test_a_worker_does_one_job_after_another(sandbox: Sandbox) -> None:
    assert await sandbox.run("echo", b"abc") == b"cba"
    first = sandbox.pids
    assert await sandbox.run("echo", b"") == b""
    assert sandbox.pids == first


async def test_a_large_answer_comes_whole(sandbox: Sandbox) -> None:
    data = os.urandom(5_000_000)
    assert await sandbox.run("echo", data) == data[::-1]


@pytest.mark.parametrize("job", ["spin", "sleep", "hoard", "crash"])
async def test_a_job_that_takes_too_much_is_refused_and_the_next_one_is_done(sandbox: Sandbox, job: str) -> None:
    with pytest.raises(UnreadableDocumentError, match="more"):
        await sandbox.run(job, b"")
    assert await sandbox.run("echo", b"on") == b"no"


async def test_a_job_that_spins_is_stopped_by_the_processor_limit_before_the_wall_clock(sandbox: Sandbox) -> None:
    await sandbox.run("echo", b"")
    start = time.monotonic()
    with pytest.raises(UnreadableDocumentError):
        await sandbox.run("spin", b"")
    # Not a matter of speed: without the processor limit it would spin for all of its 40 seconds.
    assert time.monotonic() - start < 30


async def test_a_job_that_hoards_gets_no_more_memory_than_it_may(sandbox: Sandbox) -> None:
    with pytest.raises(UnreadableDocumentError, match="more memory than it may"):
        await sandbox.run("hoard", b"")


async def test_a_stopped_job_breaks_no_other_job(sandbox: Sandbox) -> None:
    async def others() -> list[bytes]:
        return [await sandbox.run("echo", b"%d" % number) for number in range(20)]

    crashed, done = await asyncio.gather(sandbox.run("crash", b""), others(), return_exceptions=True)
    assert isinstance(crashed, UnreadableDocumentError)
    assert isinstance(done, list)
    assert len(done) == 20


async def test_a_refusal_comes_back_as_the_error_it_was(sandbox: Sandbox) -> None:
    with pytest.raises(ArticleRetractedError, match="it is retracted"):
        await sandbox.run("refuse", b"")


async def test_a_bug_in_a_job_is_loud_and_shows_where(sandbox: Sandbox) -> None:
    with pytest.raises(JobBugError, match="blunder"):
        await sandbox.run("blunder", b"")


async def test_a_cancelled_job_gives_its_answer_to_nobody(sandbox: Sandbox) -> None:
    task = asyncio.create_task(sandbox.run("sleep", b""))
    await asyncio.sleep(0.5)
    before = sandbox.pids
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await sandbox.run("echo", b"ab") == b"ba"
    assert not any(is_running(pid) for pid in before)


async def test_a_worker_is_replaced_after_its_share_of_jobs() -> None:
    async with Sandbox(jobs=MISBEHAVING, recycle_after=2, processes=1) as sandbox:
        seen: set[int] = set()
        for _ in range(4):
            await sandbox.run("echo", b"")
            seen |= sandbox.pids
        assert len(seen) == 2


async def test_a_worker_gets_no_secret_of_the_service(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAZETTE_SECRET", "whsec_x")
    assert b"GAZETTE_SECRET" not in await sandbox.run("environment", b"")


async def test_a_worker_writes_no_file_and_opens_few(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "stolen"
    with pytest.raises((JobBugError, UnreadableDocumentError)):
        await sandbox.run("write_file", b"", path=str(path))
    assert not path.exists() or not path.stat().st_size
    with pytest.raises(JobBugError, match="Too many open files"):
        await sandbox.run("open_many", b"")


async def test_closing_leaves_no_process_and_no_open_file() -> None:
    async with Sandbox(jobs=MISBEHAVING):
        pass
    before = open_files()
    async with Sandbox(jobs=MISBEHAVING) as sandbox:
        await asyncio.gather(*(sandbox.run("echo", b"x") for _ in range(5)))
        pids = sandbox.pids
    assert pids
    assert not any(is_running(pid) for pid in pids)
    assert open_files() <= before


async def test_closing_ends_jobs_at_work_and_starts_none() -> None:
    sandbox = Sandbox(jobs=MISBEHAVING)
    task = asyncio.create_task(sandbox.run("sleep", b""))
    await asyncio.sleep(0.5)
    await sandbox.close()
    with pytest.raises(UnreadableDocumentError):
        await task
    with pytest.raises(RuntimeError, match="closed"):
        await sandbox.run("echo", b"")
