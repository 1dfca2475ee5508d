"""The second paper's line to the world, which the stage can pull out and put back."""

from __future__ import annotations

import socket

from aiohttp import web

from syndicate.demo.ports import listen


class Plug:
    """Where a running application listens; while it is out, nobody is at home there."""

    def __init__(self, runner: web.AppRunner, listener: socket.socket) -> None:
        self._runner = runner
        self._first: socket.socket | None = listener
        self._port = int(listener.getsockname()[1])
        self._site: web.SockSite | None = None

    @property
    def is_in(self) -> bool:
        return self._site is not None

    async def put_in(self) -> None:
        """Listen. Raises OSError where another program has taken the port meanwhile."""
        if self._site is not None:
            return
        listener, self._first = self._first or listen(self._port), None
        self._site = web.SockSite(self._runner, listener)
        await self._site.start()

    async def pull_out(self) -> None:
        """Stop listening and drop every connection, as if the cable were pulled."""
        if self._site is None:
            return
        site, self._site = self._site, None
        await site.stop()
        server = self._runner.server
        # A partner keeps its connection for the next delivery; it would not notice that nobody listens any more.
        for connection in server.connections if server else ():
            connection.force_close()
