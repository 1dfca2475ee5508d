"""Logs: one event per line, named `noun.past_verb`, with fields that carry no control characters and no secrets.

Rooms log through the standard library: `logger.info("delivery.refused", extra={"partner": "gazette"})`.
"""

from __future__ import annotations

import json
import logging
import math
import re
from collections import OrderedDict
from datetime import UTC, datetime
from typing import Literal, TextIO

MAX_FIELD_BYTES = 2_048
MAX_PER_MINUTE = 10
# Fields that tell one flood from another; their values are names from the configuration, so there are few.
FLOOD_FIELDS = ("partner", "upstream", "feed")
_MAX_KEYS = 4_096
# Libraries that tell of every step they take.
_TALKATIVE = ("alembic", "apscheduler", "asyncssh")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
_USERINFO = re.compile(r"(://)[^/?#\s\"'<>]*@")
_QUERY = re.compile(r"(?<=[^\s?])\?([^\s\"'<>#]+)")
_PLAIN = re.compile(r"[\w.:/@+\-]+")

Scalar = str | int | float | bool | None


def configure(level: str, stream: TextIO, layout: Literal["auto", "json", "text"] = "auto") -> logging.Handler:
    """Send every log of the process to `stream`; `auto` is text on a terminal, else JSON lines. Returns the handler."""
    handler = build_handler(stream, layout)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    return handler


def build_handler(stream: TextIO, layout: Literal["auto", "json", "text"]) -> logging.Handler:
    """Make a handler with formatter and flood limit of its own."""
    handler = logging.StreamHandler(stream)
    as_text = layout == "text" or (layout == "auto" and stream.isatty())
    handler.setFormatter(TextFormatter() if as_text else JSONFormatter())
    handler.addFilter(FloodLimit())
    return handler


class JSONFormatter(logging.Formatter):
    """One JSON object per line, ASCII only, so that no stream's encoding can break it."""

    def format(self, record: logging.LogRecord) -> str:
        head: dict[str, Scalar] = {
            "at": _instant(record).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "event": safe_text(record.getMessage()),
            "logger": record.name,
        }
        return json.dumps(
            head | {key if key not in head else f"{key}_": value for key, value in fields(record).items()}
        )


class TextFormatter(logging.Formatter):
    """`12:00:00 WARNING delivery.refused partner=gazette reason="no answer"`, with the time in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        event = visible(safe_text(record.getMessage()))
        pairs = (f"{key}={_shown(value)}" for key, value in fields(record).items())
        return " ".join([f"{_instant(record):%H:%M:%S}", f"{record.levelname:7}", event, *pairs])


class FloodLimit(logging.Filter):
    """Lets ten a minute of one message through; the next one after that minute says how many were suppressed.

    Time is that of the records. What is counted as one: logger, message before its arguments, level, partner.
    """

    def __init__(self, per_minute: int = MAX_PER_MINUTE) -> None:
        super().__init__()
        self._per_minute = per_minute
        # Key -> start of its minute, how many went through, how many did not.
        self._seen: OrderedDict[tuple[str, ...], tuple[float, int, int]] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        key = _flood_key(record)
        start, passed, suppressed = self._seen.pop(key, (record.created, 0, 0))
        if record.created - start >= 60:
            if suppressed:
                record.suppressed = suppressed
            start, passed, suppressed = record.created, 0, 0
        passes = passed < self._per_minute
        self._seen[key] = (start, passed + passes, suppressed + (not passes))
        if len(self._seen) > _MAX_KEYS:
            self._seen.popitem(last=False)
        return passes


def fields(record: logging.LogRecord) -> dict[str, Scalar]:
    """Return what the caller gave as `extra`, and an exception as `exception`: safe to show, at most 2 KiB each."""
    found = {key: _safe(value) for key, value in vars(record).items() if key not in _STANDARD}
    if record.exc_info and record.exc_info[0] is not None:
        trace = redact(logging.Formatter().formatException(record.exc_info))
        # The end of a traceback names the error.
        found["exception"] = trace.encode("utf-8", "backslashreplace")[-MAX_FIELD_BYTES:].decode("utf-8", "ignore")
    return found


def redact(text: str) -> str:
    """Hide user names and passwords in URLs, and every value of a query, with or without a host before it."""
    return _QUERY.sub(lambda match: "?" + "&".join(map(_hide, match[1].split("&"))), _USERINFO.sub(r"\1***@", text))


def safe_text(text: str) -> str:
    """Redact a text, then cut it at 2 KiB of UTF-8; the other order could cut off the sign that marks a password."""
    text = redact(text)
    if len(data := text.encode("utf-8", "backslashreplace")) <= MAX_FIELD_BYTES:
        return text
    return data[: MAX_FIELD_BYTES - 3].decode("utf-8", "ignore") + "…"


def visible(text: str) -> str:
    """Write out every character that does not print: controls, terminal escapes, line ends, changes of direction."""
    return "".join(char if char == " " or char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def _hide(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    return f"{name}=***" if equals else "***"


def _safe(value: object) -> Scalar:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return safe_text(value.isoformat() if isinstance(value, datetime) else str(value))


def _shown(value: Scalar) -> str:
    text = str(value)
    if _PLAIN.fullmatch(text):
        return text
    return visible(f'"{text.replace(chr(92), chr(92) * 2).replace(chr(34), chr(92) + chr(34))}"')


def _instant(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _flood_key(record: logging.LogRecord) -> tuple[str, ...]:
    named = (str(getattr(record, field, ""))[:80] for field in FLOOD_FIELDS)
    return (record.name, str(record.msg)[:200], record.levelname, *named)
