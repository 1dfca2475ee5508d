from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.logs import FloodLimit, build_handler, configure, redact


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def logged(message: str, *args: object, layout: Any = "json", error: BaseException | None = None, **extra: Any) -> str:
    stream = io.StringIO()
    handler = build_handler(stream, layout)
    handler.handle(a_record(message, *args, error=error, **extra))
    return stream.getvalue()


def a_record(message: str, *args: object, error: BaseException | None = None, at: float = 0.0, **extra: Any) -> Any:
    exc_info = (type(error), error, error.__traceback__) if error else None
    record = logging.getLogger("room").makeRecord("room", logging.INFO, "f.py", 1, message, args, exc_info, extra=extra)
    record.created = at
    return record


def test_an_event_is_one_json_object_with_its_fields() -> None:
    line = logged("delivery.refused", partner="gazette", attempts=3)
    assert json.loads(line) == {
        "at": "1970-01-01T00:00:00.000Z",
        "level": "info",
        "event": "delivery.refused",
        "logger": "room",
        "partner": "gazette",
        "attempts": 3,
    }


def test_a_field_cannot_replace_what_every_event_has() -> None:
    assert json.loads(logged("a.happened", event="forged"))["event"] == "a.happened"


def test_text_shows_fields_as_pairs_and_quotes_what_needs_it() -> None:
    line = logged("delivery.refused", layout="text", partner="gazette", reason='no "answer"')
    assert line == '00:00:00 INFO    delivery.refused partner=gazette reason="no \\"answer\\""\n'


def test_a_terminal_gets_text_and_a_pipe_gets_json() -> None:
    terminal, pipe = Terminal(), io.StringIO()
    for stream in (terminal, pipe):
        build_handler(stream, "auto").handle(a_record("a.happened"))
    assert terminal.getvalue().startswith("00:00:00")
    assert json.loads(pipe.getvalue())["event"] == "a.happened"


@pytest.mark.parametrize("layout", ["json", "text"])
@given(text=st.text(st.characters(codec=None)))
def test_whatever_a_stranger_sends_an_event_stays_one_printable_line(layout: str, text: str) -> None:
    line = logged("request.refused %s", text, layout=layout, agent=text, title=text + "\x1b[2J")
    assert line.endswith("\n")
    assert line[:-1].isprintable()


@given(text=st.text(st.characters(codec=None)))
def test_json_stays_json_whatever_a_stranger_sends(text: str) -> None:
    assert json.loads(logged("request.refused", agent=text))["logger"] == "room"


def test_a_field_is_cut_at_two_kibibytes() -> None:
    assert len(json.loads(logged("a.happened", title="ø" * 5000))["title"].encode()) <= 2048


def test_a_password_is_hidden_even_where_the_cut_would_fall_inside_it() -> None:
    url = "https://desk:canary" + "x" * 5000 + "@partner.example/"
    assert "canary" not in logged("a.happened", url=url)


def test_an_exception_is_one_line_that_keeps_its_end_and_shows_no_password() -> None:
    try:
        raise ValueError("x" * 5000 + " https://desk:canary@partner.example/ the end")
    except ValueError as error:
        line = logged("job.failed", error=error)
    assert line.count("\n") == 1
    assert json.loads(line)["exception"].endswith("***@partner.example/ the end")
    assert "canary" not in line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://desk:s3cret@partner.example/in?a=1&b=2#top", "https://***@partner.example/in?a=***&b=***#top"),
        ("https://desk:p@ss@partner.example/", "https://***@partner.example/"),
        ("postgresql://user:s3cret@db/syndicate", "postgresql://***@db/syndicate"),
        ("GET /partners/gazette/feed.rss?token=s3cret done", "GET /partners/gazette/feed.rss?token=*** done"),
        ("https://partner.example/?s3cret", "https://partner.example/?***"),
        ("https://partner.example/@desk/1", "https://partner.example/@desk/1"),
        ("Is it true? It is.", "Is it true? It is."),
    ],
)
def test_addresses_are_shown_without_their_secrets(text: str, shown: str) -> None:
    assert redact(text) == shown


def test_a_flood_is_cut_to_ten_a_minute_and_then_counted() -> None:
    limit = FloodLimit()
    passed = [limit.filter(a_record("request.refused", at=second / 2)) for second in range(25)]
    assert passed == [True] * 10 + [False] * 15
    later = a_record("request.refused", at=60.0)
    assert limit.filter(later)
    assert later.suppressed == 15


def test_a_flood_about_one_partner_does_not_hide_another() -> None:
    limit = FloodLimit(per_minute=1)
    assert limit.filter(a_record("delivery.refused", partner="gazette"))
    assert not limit.filter(a_record("delivery.refused", partner="gazette"))
    assert limit.filter(a_record("delivery.refused", partner="herald"))


def test_what_varies_within_a_message_does_not_escape_the_limit() -> None:
    limit = FloodLimit(per_minute=1)
    passed = [limit.filter(a_record("request.refused %s", uuid4(), path=uuid4())) for _ in range(3)]
    assert passed == [True, False, False]


@pytest.fixture
def _root_logger_kept() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)


@pytest.mark.usefixtures("_root_logger_kept")
def test_configuring_sends_the_logs_of_every_room_above_the_level_to_one_stream() -> None:
    stream = io.StringIO()
    configure("warning", stream, "json")
    logging.getLogger("syndicate.actions.deliver").warning("delivery.refused", extra={"partner": "gazette"})
    logging.getLogger("syndicate.actions.deliver").info("delivery.sent")
    events = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [(event["event"], event["partner"]) for event in events] == [("delivery.refused", "gazette")]
