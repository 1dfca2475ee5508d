"""The clockwork: releases at their instant, deliveries, leases, housekeeping; APScheduler only ticks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from syndicate.actions.aside import Aside
from syndicate.actions.leases import date_back
from syndicate.actions.office import Office
from syndicate.actions.release import MAX_SLEEP, keep_time
from syndicate.actions.tidy import Kept, tidy
from syndicate.errors import StoreError
from syndicate.worker.clock_watch import watch_clock
from syndicate.worker.dispatch import Dispatcher
from syndicate.worker.offering import Offering

logger = logging.getLogger(__name__)

RENEW_EVERY = timedelta(seconds=10)
RECLAIM_EVERY = timedelta(seconds=15)
RELOAD_EVERY = timedelta(seconds=2)
TIDY_EVERY = timedelta(hours=1)
FOLLOW_EVERY = timedelta(seconds=1)
RETRY_SECONDS = 1.0
# What it is called, how often, and what it does.
Job = tuple[str, timedelta, Callable[[], Awaitable[object]]]


class Clockwork:
    """What runs by itself beside the web server; `reload` looks whether the configuration changed.

    `kept` is how long what is finished stays.
    """

    def __init__(
        self, office: Office, dispatcher: Dispatcher, reload: Callable[[], Awaitable[None]], kept: Kept
    ) -> None:
        self._office = office
        self._dispatcher = dispatcher
        self._offering = Offering(office)
        self._aside = Aside()
        self._something_changed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._reload: Job = ("reload configuration", RELOAD_EVERY, reload)
        self._jobs: Sequence[Job] = (
            ("renew leases", RENEW_EVERY, dispatcher.renew_leases),
            ("reclaim expired leases", RECLAIM_EVERY, dispatcher.reclaim_expired),
            self._reload,
            ("tidy", TIDY_EVERY, lambda: tidy(office, kept)),
        )
        wake = self._something_changed.set
        office.store.listen(lambda effects: wake() if effects.articles or effects.instants else None)

    @asynccontextmanager
    async def running(self, *, alone: bool = True, also: Sequence[Job] = ()) -> AsyncIterator[None]:
        """Run until the block ends; then stop claiming, let sends end, and return.

        `alone` means that no other process sends from this store; `also` is what a web server needs done beside.
        """
        # What fell due while nobody ran is done before anything is served.
        await keep_time(self._office, self._aside)
        scheduler = _scheduler((*self._jobs, *also))
        self._tasks = [
            asyncio.create_task(self._dispatcher.run(alone=alone), name="dispatcher"),
            asyncio.create_task(self._offering.run(), name="offering"),
            asyncio.create_task(self._keep_time(), name="clock"),
            asyncio.create_task(watch_clock(self._office.now, partial(self._jumped, scheduler)), name="clock watch"),
        ]
        for task in self._tasks:
            task.add_done_callback(_tell_of_death)
        scheduler.start()
        try:
            yield
        finally:
            scheduler.shutdown(wait=False)
            self._dispatcher.stop()
            for task in self._tasks[1:]:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    @asynccontextmanager
    async def following(self, follow: Callable[[], Awaitable[object]], also: Sequence[Job] = ()) -> AsyncIterator[None]:
        """Leave the work to other processes: only `follow` what they change, and look after the configuration."""
        scheduler = _scheduler((self._reload, ("follow other processes", FOLLOW_EVERY, follow), *also))
        scheduler.start()
        try:
            yield
        finally:
            scheduler.shutdown(wait=False)

    def problems(self) -> Sequence[str]:
        """Name what has stopped that should run."""
        return [f"the {task.get_name()} has stopped" for task in self._tasks if task.done()]

    async def _jumped(self, scheduler: AsyncIOScheduler, by: timedelta) -> None:
        logger.warning("clock.jumped", extra={"seconds": by.total_seconds()})
        self._something_changed.set()
        self._dispatcher.wake()
        if by > timedelta(0):
            return
        # The scheduler would wait until the clock shows again what it showed before.
        for job in scheduler.get_jobs():
            job.modify(next_run_time=datetime.now(UTC))
        try:
            await date_back(self._office, by=-by)
        except StoreError as error:
            logger.warning("clock.failed", extra={"error": error.message})

    async def _keep_time(self) -> None:
        while True:
            self._something_changed.clear()
            try:
                due = await keep_time(self._office, self._aside)
            except StoreError as error:
                logger.warning("clock.failed", extra={"error": error.message})
                await asyncio.sleep(RETRY_SECONDS)
                continue
            except Exception:  # a bug must not stop the clock for good
                logger.exception("clock.crashed")
                await asyncio.sleep(RETRY_SECONDS)
                continue
            pause = MAX_SLEEP if due is None else min(max(due - self._office.now(), timedelta(0)), MAX_SLEEP)
            try:
                async with asyncio.timeout(pause.total_seconds()):
                    await self._something_changed.wait()
            except TimeoutError:
                pass


def _scheduler(jobs: Sequence[Job]) -> AsyncIOScheduler:
    scheduler = AsyncIOScheduler(timezone="UTC")
    for name, every, job in jobs:
        trigger = IntervalTrigger(seconds=int(every.total_seconds()), timezone="UTC")
        # A missed tick costs latency, never work: the database knows what is due.
        scheduler.add_job(_guarded(name, job), trigger, id=name, misfire_grace_time=None, coalesce=True)
    return scheduler


def _tell_of_death(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.critical("worker.died", extra={"task": task.get_name()}, exc_info=error)


def _guarded(name: str, job: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        try:
            await job()
        except StoreError as error:
            logger.warning("job.failed", extra={"job": name, "error": error.message})

    return run
