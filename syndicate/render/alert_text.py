"""What an alert says: to people in a chat or a mail, and to programs."""

from __future__ import annotations

import json
from typing import Any

from syndicate.model.alerts import Alert, Message
from syndicate.model.instants import rfc3339
from syndicate.model.text import strip_forbidden

# A chat shows no more with profit; a mail of thousands of lines is read by nobody.
MOST_LINES = 30
MOST_CHARACTERS = 1_000


def headline(message: Message) -> str:
    """Say in one line what a message is about."""
    parts = [f"{len(each)} {word}" for each, word in ((message.began, "wrong"), (message.ended, "over")) if each]
    if not parts:
        return f"{message.publisher}: a test, nothing is wrong"
    if len(message.began) + len(message.ended) == 1:
        return f"{message.publisher}: {_line(*message.began, *message.ended)}"
    return f"{message.publisher}: {', '.join(parts)}"


def text(message: Message) -> str:
    """Return the message for people: a line each, what is wrong before what is over."""
    lines = [_line(each) for each in (*message.began, *message.ended)]
    more = [f"… and {len(lines) - MOST_LINES} more: syndicate alerts list"] if len(lines) > MOST_LINES else []
    shown = lines[:MOST_LINES] if len(lines) > 1 else []
    return "\n".join((headline(message), *shown, *more, message.root))


def document(message: Message) -> bytes:
    """Return the message as JSON: `text` for a chat, the rest for programs."""
    body = {
        "text": text(message),
        "type": "syndicate.alert",
        "service": message.root,
        "timestamp": rfc3339(message.at),
        "began": [_entry(each) for each in message.began],
        "ended": [_entry(each) for each in message.ended],
    }
    return json.dumps(body, ensure_ascii=False).encode()


def plain_document(message: Message) -> bytes:
    """Return the message as JSON with nothing but its `text`, for a chat that refuses what it does not know."""
    return json.dumps({"text": text(message)}, ensure_ascii=False).encode()


def _line(alert: Alert) -> str:
    if alert.ended_at is None:
        return f"{alert.kind.upper()} {_shown(alert.detail)} (since {alert.since:%Y-%m-%d %H:%M} UTC)"
    return (
        f"OVER {alert.kind} {alert.subject}: from {alert.since:%Y-%m-%d %H:%M} to {alert.ended_at:%Y-%m-%d %H:%M} UTC"
    )


def _shown(detail: str) -> str:
    """Return words of whatever connector as one line that any document can hold."""
    return strip_forbidden(" ".join(detail.split()))[:MOST_CHARACTERS]


def _entry(alert: Alert) -> dict[str, Any]:
    return {
        "kind": alert.kind,
        "subject": alert.subject,
        "detail": _shown(alert.detail),
        "since": rfc3339(alert.since),
        "ended_at": None if alert.ended_at is None else rfc3339(alert.ended_at),
    }
