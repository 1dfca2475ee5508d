"""A small driver for Chromium: starts it, and speaks the DevTools protocol with it over one websocket."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

from tests.browser.page import Page, ProtocolError

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--disable-features=Translate,OptimizationHints,MediaRouter",
    # What a page names elsewhere is seen by the test, and never found.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--remote-debugging-port=0",
)  # fmt: skip
START_SECONDS = 20.0
ANSWER_SECONDS = 15.0


def chromium_program() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """A running Chromium at the other end of a websocket."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._pages: dict[str, Page] = {}

    async def listen(self) -> None:
        """Hand answers to who asked and events to their page, until the socket closes."""
        async for message in self._socket:
            said = json.loads(message.data)
            if "method" in said:
                if (page := self._pages.get(said.get("sessionId", ""))) is not None:
                    page.note(said["method"], said["params"])
            elif (asked := self._waiting.pop(said["id"], None)) is not None and not asked.done():
                asked.set_result(said)

    async def call(self, method: str, *, session: str | None = None, **params: Any) -> Any:
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        addressed = {} if session is None else {"sessionId": session}
        await self._socket.send_json({"id": number, "method": method, "params": params} | addressed)
        async with asyncio.timeout(ANSWER_SECONDS):
            said = await answer
        if "error" in said:
            raise ProtocolError(f"{method}: {said['error']}")
        return said["result"]

    @asynccontextmanager
    async def page(self) -> AsyncIterator[Page]:
        """Open a tab that shares nothing with others, until the block ends."""
        context = (await self.call("Target.createBrowserContext"))["browserContextId"]
        target = await self.call("Target.createTarget", url="about:blank", browserContextId=context)
        attached = await self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        session = attached["sessionId"]
        page = self._pages[session] = Page(partial(self.call, session=session))
        for room in ("Page", "Runtime", "Network", "Log"):
            await page.call(f"{room}.enable")
        try:
            yield page
        finally:
            await self.call("Target.disposeBrowserContext", browserContextId=context)


@asynccontextmanager
async def a_browser(program: str, folder: Path) -> AsyncIterator[Browser]:
    """Run Chromium with a new profile in `folder` until the block ends."""
    silent = asyncio.subprocess.DEVNULL
    command = [program, *FLAGS, f"--user-data-dir={folder}", "about:blank"]
    process = await asyncio.create_subprocess_exec(*command, stdout=silent, stderr=silent, start_new_session=True)
    try:
        port, path = await _address(folder / "DevToolsActivePort")
        async with ClientSession() as web, web.ws_connect(f"ws://127.0.0.1:{port}{path}", max_msg_size=0) as socket:
            browser = Browser(socket)
            listening = asyncio.create_task(browser.listen())
            yield browser
            listening.cancel()
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _address(told: Path) -> tuple[str, str]:
    async with asyncio.timeout(START_SECONDS):
        while not told.exists() or len(lines := told.read_text().split()) < 2:
            await asyncio.sleep(0.05)
    return lines[0], lines[1]
