"""`feeds build`: a static copy of every feed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from syndicate.actions.publish import publish
from syndicate.app.commands.command import Call
from syndicate.connectors.static_directory import StaticDirectory
from syndicate.errors import ConfigurationError


async def build(call: Call) -> dict[str, Any]:
    """Write every document of every feed below a directory; args: out, absolute, or None for that of [publish]."""
    service, out = call.service, call.args["out"]
    directory = Path(out or _configured(service.loaded.settings.publish.url))
    done = await publish(service.static_source(), StaticDirectory(directory), archives=True)
    return {
        "directory": str(directory),
        "written": list(done.written),
        "removed": list(done.removed),
        "unchanged": done.unchanged,
    }


def _configured(url: str | None) -> str:
    if url is None or not url.startswith("file:"):
        raise ConfigurationError("no directory is named", remedy="Name one with --out, or as [publish] url.")
    return url.removeprefix("file:")
