"""Requests that wait for a feed to change: bounded for each feed, woken by the commit, ended by a stop."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Collection

# A client that gave up may leave its request waiting behind; the newest are more likely to be listened to.
MOST_FOR_ONE = 8


class Waiting:
    """Lets requests wait; nothing runs while they do."""

    def __init__(self, *, most: int = MOST_FOR_ONE) -> None:
        self._most = most
        self._waiting: defaultdict[str, deque[asyncio.Future[bool]]] = defaultdict(deque)
        self.ended = False

    def wake(self, keys: Collection[str]) -> None:
        """Let those go on that wait for one of these feeds."""
        for key in self._waiting.keys() & set(keys):
            for each in self._waiting.pop(key):
                _release(each, goes_on=True)

    def end(self) -> None:
        """Let all go on, and nobody wait any more."""
        self.ended = True
        self.wake(list(self._waiting))

    async def until_woken(self, key: str, *, seconds: float) -> bool:
        """Wait for a feed to change, until time is up; tells whether to look at it again.

        Where too many wait for it, the first of them gives way: it must not come back and drive out the next.
        """
        if self.ended:
            return True
        waiting = self._waiting[key]
        if len(waiting) >= self._most:
            _release(waiting.popleft(), goes_on=False)
        mine: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        waiting.append(mine)
        try:
            async with asyncio.timeout(seconds):
                return await mine
        except TimeoutError:
            return True
        finally:
            self._forget(key, mine)

    def _forget(self, key: str, mine: asyncio.Future[bool]) -> None:
        waiting = self._waiting.get(key)
        if waiting is not None and mine in waiting:
            waiting.remove(mine)
            if not waiting:
                del self._waiting[key]

    def __len__(self) -> int:
        return sum(len(each) for each in self._waiting.values())


def _release(waiter: asyncio.Future[bool], *, goes_on: bool) -> None:
    if not waiter.done():
        waiter.set_result(goes_on)
