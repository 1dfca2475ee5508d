"""A thread for one file system: where that hangs, nothing else of the service does."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
_Task = Callable[[], None]


class Disk:
    """Runs functions one after the other in a thread of its own that nobody waits for.

    A mount that does not answer blocks neither the event loop's shared threads nor the end of the process. And what
    was cut off while it hung has ended before anything later begins: an old file never comes after a newer one.
    """

    def __init__(self) -> None:
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call `function` in the thread; one that has not begun when the caller is cut off is not called."""
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._tasks.put(lambda: _answer(answer, lambda: function(*args, **kwargs)))
        if self._thread is None:
            self._thread = threading.Thread(target=_work, args=(self._tasks,), name="folder", daemon=True)
            self._thread.start()
        return await answer

    def close(self) -> None:
        """Let the thread end after what it was given."""
        if self._thread is not None:
            self._tasks.put(None)
            self._thread = None


def _work(tasks: SimpleQueue[_Task | None]) -> None:
    while (task := tasks.get()) is not None:
        task()


def _answer(answer: asyncio.Future[T], function: Callable[[], T]) -> None:
    if answer.cancelled():
        return
    try:
        settle = partial(answer.set_result, function())
    except Exception as error:  # whatever it is, it is for whoever waits; the thread goes on
        settle = partial(answer.set_exception, error)
    # The loop may have been closed while the disk was silent.
    with contextlib.suppress(RuntimeError):
        answer.get_loop().call_soon_threadsafe(lambda: None if answer.done() else settle())
