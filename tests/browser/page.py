"""A tab of a browser: what a test does in it, and what went wrong and was asked for meanwhile."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

PATIENCE_SECONDS = 15.0
KEYS = {"Tab": 9, "Enter": 13}


class ProtocolError(AssertionError):
    """The browser refused what it was told to do."""


@dataclass
class Page:
    """`call` speaks to the tab: a method of the DevTools protocol, and its parameters."""

    call: Callable[..., Awaitable[Any]]
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    async def open(self, url: str) -> None:
        """Go to `url` and wait until the page and its pictures are there."""
        answer = await self.call("Page.navigate", url=url)
        assert "errorText" not in answer, f"{url}: {answer['errorText']}"
        await self.until("document.readyState === 'complete'")

    async def ask(self, expression: str) -> Any:
        """Return the value of a JavaScript expression in the page."""
        answer = await self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def until(self, expression: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until an expression is true in the page."""
        try:
            async with asyncio.timeout(seconds):
                while not await self.ask(expression):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"it never became true: {expression}") from None

    async def press(self, selector: str) -> None:
        """Click where an element is seen, with the mouse."""
        spot = (
            f"(e => (e.scrollIntoView({{block: 'center', behavior: 'instant'}}), e.getBoundingClientRect().toJSON()))"
            f"(document.querySelector({json.dumps(selector)}))"
        )
        box = await self.ask(spot)
        where = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2, "button": "left", "clickCount": 1}
        for kind in ("mousePressed", "mouseReleased"):
            await self.call("Input.dispatchMouseEvent", type=kind, **where)

    async def read_frame(self, name: str) -> str:
        """Return the text a person sees in a frame, whatever its origin; none while it turns to another page."""
        frames = (await self.call("Page.getFrameTree"))["frameTree"].get("childFrames", [])
        frame = next(each["frame"]["id"] for each in frames if each["frame"].get("name") == name)
        try:
            world = (await self.call("Page.createIsolatedWorld", frameId=frame))["executionContextId"]
            asked = {"expression": "document.body.innerText", "contextId": world, "returnByValue": True}
            return str((await self.call("Runtime.evaluate", **asked))["result"].get("value", ""))
        except ProtocolError:
            return ""

    async def type_key(self, key: str) -> None:
        for kind in ("keyDown", "keyUp"):
            await self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=KEYS[key])

    async def resize(self, width: int, height: int = 900) -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        await self.call("Emulation.setDeviceMetricsOverride", **size)

    async def show_as(self, *, media: str = "", scheme: str = "light") -> None:
        """Show the page as on `media` (screen, print) and in a colour scheme (light, dark)."""
        wishes = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
        features = [{"name": name, "value": value} for name, value in wishes.items()]
        await self.call("Emulation.setEmulatedMedia", media=media, features=features)

    def note(self, method: str, params: dict[str, Any]) -> None:
        match method:
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            case "Log.entryAdded" if params["entry"]["level"] == "error":
                self.errors.append(f"{params['entry']['text']} ({params['entry'].get('url')})")
            case "Runtime.exceptionThrown":
                self.errors.append(str(params["exceptionDetails"]))
            case "Runtime.consoleAPICalled" if params["type"] in ("error", "assert"):
                self.errors.append(str(params["args"]))
