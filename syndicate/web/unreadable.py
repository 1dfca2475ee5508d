"""Requests that are no HTTP: anybody can send them, and no log of ours is for their tracebacks."""

from __future__ import annotations

import logging

from aiohttp.http_exceptions import HttpProcessingError

SERVER_LOGGER = logging.getLogger("aiohttp.server")


class OneLine(logging.Filter):
    """Tell of a request that could not be read in one line, for who looks closely; of our own failures as before."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, HttpProcessingError):
            return True
        record.msg, record.args, record.exc_info = "request.unreadable", (), None
        record.levelno, record.levelname = logging.INFO, "INFO"
        record.status = error.code
        return SERVER_LOGGER.isEnabledFor(logging.INFO)


# One for the process, however many servers run in it: a logger takes each filter once.
ONE_LINE = OneLine()
