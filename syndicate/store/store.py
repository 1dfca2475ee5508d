"""The store: whole transactions as plain functions, on a database thread, with listeners told after each commit."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy.engine import make_url

from syndicate.errors import ConfigurationError, Violation
from syndicate.store import migrate
from syndicate.store.postgres import PostgresDriver
from syndicate.store.sqlite import SQLiteDriver
from syndicate.store.tx import Effects, Tx

P = ParamSpec("P")
T = TypeVar("T")
Listener = Callable[[Effects], None]


def driver_for(url: str, *, root: Path, password: str | None = None) -> SQLiteDriver | PostgresDriver:
    """Choose the driver for `[store] url`; relative SQLite paths start at `root`."""
    if url.startswith("sqlite:///"):
        return SQLiteDriver(root / url.removeprefix("sqlite:///"))
    if make_url(url).get_backend_name() == "postgresql":
        return PostgresDriver(url, password=password)
    violation = Violation("store.url", "must begin with sqlite:/// or postgresql://")
    raise ConfigurationError("the store's address is not known", [violation])


class Store:
    """Run transactions; `write` answers after the commit is on disk and this process's listeners know of it."""

    def __init__(self, driver: SQLiteDriver | PostgresDriver) -> None:
        self.driver = driver
        self._listeners: list[Listener] = []

    @property
    def shared(self) -> bool:
        """Tell whether other processes may use the database meanwhile."""
        return self.driver.shared

    def open(self) -> None:
        """Open the database and bring its schema up to date; raises StoreError."""
        self.driver.open()
        try:
            self.driver.migrate(migrate.upgrade)
        except BaseException:
            self.driver.close()
            raise

    def close(self) -> None:
        self.driver.close()

    def listen(self, listener: Listener) -> None:
        """Tell `listener`, in the event loop, of the effects of every commit of this process."""
        self._listeners.append(listener)

    async def write(self, function: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function(tx, …)` as one transaction. A caller that is cancelled does not undo or hide it."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        transaction = self.driver.submit(functools.partial(_call, function, args, kwargs))
        transaction.add_done_callback(functools.partial(self._hand_over, loop, answer))
        return await answer

    async def read(self, function: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function(tx, …)` on a consistent snapshot; it cannot write."""
        return await self.driver.read(functools.partial(_call, function, args, kwargs))

    async def scrub(self) -> None:
        """Leave nothing of what was erased in the database's files beside the rows that are left."""
        await asyncio.to_thread(self.driver.scrub)

    def _hand_over(
        self, loop: asyncio.AbstractEventLoop, answer: asyncio.Future[Any], done: Future[tuple[Any, Effects]]
    ) -> None:
        """Take what came of a transaction from its database thread to the event loop."""
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._answer, answer, done)

    def _answer(self, answer: asyncio.Future[Any], done: Future[tuple[Any, Effects]]) -> None:
        """Tell the listeners, and only then the caller; listeners also hear of what a cancelled caller did."""
        error = done.exception()
        if error is None:
            for listener in self._listeners:
                listener(done.result()[1])
        if answer.done():
            return
        if error is None:
            answer.set_result(done.result()[0])
        else:
            answer.set_exception(error)


def _call(function: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any], tx: Tx) -> T:
    return function(tx, *args, **kwargs)
