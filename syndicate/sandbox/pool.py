"""A few worker processes, each replaced by itself: a job that is stopped takes no other job with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self

from syndicate.sandbox.frames import frame
from syndicate.sandbox.jobs import JOBS, Job
from syndicate.sandbox.process import WorkerDiedError, WorkerProcess
from syndicate.sandbox.refusals import JobBugError, refused

DEFAULT_PROCESSES = 2
ADDRESS_SPACE_MIB = 512
RECYCLE_AFTER_JOBS = 500


class Sandbox:
    """The pool. Workers start when first needed; `close` ends them, also those at work."""

    def __init__(
        self,
        *,
        processes: int = DEFAULT_PROCESSES,
        address_space_mib: int = ADDRESS_SPACE_MIB,
        recycle_after: int = RECYCLE_AFTER_JOBS,
        jobs: Mapping[str, Job] = JOBS,
    ) -> None:
        self._jobs = jobs
        self._address_space_mib = address_space_mib
        self._recycle_after = recycle_after
        self._processes = processes
        self._places = asyncio.Semaphore(processes)
        self._idle: list[WorkerProcess] = []
        self._busy: set[WorkerProcess] = set()
        self._is_closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def pids(self) -> frozenset[int]:
        """The process ids of the workers, for those who watch them."""
        return frozenset(worker.pid for worker in (*self._idle, *self._busy))

    async def close(self) -> None:
        """End all workers; jobs that run end with their refusal, later ones cannot start."""
        self._is_closed = True
        for worker in self._busy:
            worker.kill()
        # Who asked a worker also clears it away; all are done when every place is free.
        for _ in range(self._processes):
            await self._places.acquire()
        while self._idle:
            await self._idle.pop().stop()
        for _ in range(self._processes):
            self._places.release()

    async def run(self, job: str, data: bytes, **options: Any) -> bytes:
        """Have one of the jobs (JOBS) done on `data`; `options` are values of JSON.

        Raises what the job raised of our error tree, the job's `refusal` where it took too much time or memory,
        and JobBugError for any other exception in it.
        """
        kind = self._jobs[job]
        size = len(data)
        header = {"function": kind.function, "options": options, "cpu": kind.cpu_for(size).total_seconds()}
        async with self._places, self._worker() as worker:
            outcome, answer = await _asked(worker, kind, frame(header, data), kind.wall_for(size).total_seconds())
        if outcome["outcome"] == "refused":
            raise refused(outcome, kind.refusal)
        return answer

    @asynccontextmanager
    async def _worker(self) -> AsyncIterator[WorkerProcess]:
        worker = await self._free_worker()
        self._busy.add(worker)
        is_sound = False
        try:
            yield worker
            is_sound = True
        finally:
            self._busy.discard(worker)
            # After an error or a cancellation its answer, if one comes, would be taken for the next job's.
            if is_sound and worker.is_alive and worker.jobs < self._recycle_after and not self._is_closed:
                self._idle.append(worker)
            else:
                await worker.stop()

    async def _free_worker(self) -> WorkerProcess:
        if self._is_closed:
            raise RuntimeError("the sandbox is closed")
        while self._idle:
            worker = self._idle.pop()
            if worker.is_alive:
                return worker
            await worker.stop()
        return await WorkerProcess.start(address_space_mib=self._address_space_mib)


async def _asked(worker: WorkerProcess, kind: Job, message: bytes, wall: float) -> tuple[dict[str, Any], bytes]:
    """Return what the worker did or refused; raises where the worker should not be used again."""
    try:
        async with asyncio.timeout(wall):
            outcome, answer = await worker.ask(message)
    except (TimeoutError, WorkerDiedError) as error:
        raise kind.refusal("the work on it took more time or memory than it may") from error
    match outcome.get("outcome"):
        case "done" | "refused":
            return outcome, answer
        case "bug":
            raise JobBugError(str(outcome.get("traceback")))
        case _:
            raise kind.refusal("the work on it took more memory than it may")
