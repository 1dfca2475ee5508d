"""Pick up changed configuration files without a restart; what is wrong is told once and changes nothing."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from operator import attrgetter
from pathlib import Path

from syndicate.app.configuration import load_configuration
from syndicate.errors import ConfigurationError
from syndicate.settings.loading import Loaded
from syndicate.settings.watch import Watch

logger = logging.getLogger(__name__)

Reread = Callable[[], Loaded]
# What a process takes from its configuration once, when it starts; of [smtp], for alerts.
FIXED = (
    *("server", "store", "media", "network", "limits", "cdn", "publish", "retention", "logs"),
    *("alerts.webhook", "alerts.email", "smtp"),
)


def reread_files(path: Path) -> Reread:
    """Return what reads the configuration at `path` again, under this process's environment."""
    return lambda: load_configuration(path, os.environ)


class Rereading:
    """Watches the files of a configuration, and puts each good change in force."""

    def __init__(self, loaded: Loaded, reread: Reread) -> None:
        self._started_with = loaded
        self._reread = reread
        self._paths = loaded.watched
        self._watch = Watch(loaded.watched)
        self._refused: str | None = None

    async def look(self, use: Callable[[Loaded], Awaitable[int | None]]) -> None:
        """Read the files again where they changed; a good configuration goes to `use`."""
        # A refused one is tried again each time: its cure may be a file that nobody watches yet, such as a secret.
        if not await asyncio.to_thread(self._watch.changed) and self._refused is None:
            return
        try:
            loaded = await asyncio.to_thread(self._reread)
            generation = await use(loaded)
        except ConfigurationError as error:
            self._refuse(error)
            return
        self._refused = None
        if loaded.watched != self._paths:
            self._paths, self._watch = loaded.watched, Watch(loaded.watched)
        logger.info("configuration.adopted", extra={"generation": generation})
        self._tell_of_restart(loaded)
        tell_warnings(loaded)

    def _refuse(self, error: ConfigurationError) -> None:
        problems = "; ".join(map(str, error.violations)) or error.message
        if problems != self._refused:
            self._refused = problems
            logger.error("configuration.refused", extra={"problems": problems})

    def _tell_of_restart(self, loaded: Loaded) -> None:
        before, now = self._started_with.settings, loaded.settings
        waiting = [name for name in FIXED if attrgetter(name)(before) != attrgetter(name)(now)]
        if waiting:
            logger.warning("configuration.needs_restart", extra={"sections": ", ".join(waiting)})


def tell_warnings(loaded: Loaded) -> None:
    """Log what is allowed in a configuration and hardly meant, such as a secret that everybody may read."""
    for warning in loaded.warnings:
        logger.warning("configuration.warned", extra={"problem": warning})
