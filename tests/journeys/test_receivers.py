"""The receivers that partners' engineers copy, each run by its own interpreter and sent signed events."""

from __future__ import annotations

import base64
import hmac
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.events import a_test_event, an_event

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "receivers"
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OTHER_SECRET = "whsec_" + base64.b64encode(bytes(32)).decode()
START_SECONDS = 10.0
MEBIBYTE = 1024 * 1024

COMMANDS: dict[str, Callable[[int], list[str]]] = {
    "python": lambda _: [sys.executable, str(FOLDER / "receiver.py")],
    "node": lambda _: ["node", str(FOLDER / "receiver.mjs")],
    "php": lambda port: ["php", "-S", f"127.0.0.1:{port}", str(FOLDER / "receiver.php")],
}
# Python's keeps a database, the others a file for each article.
STORES = {"python": "copies.db", "node": ".", "php": "."}
LANGUAGES = ["python", *(pytest.param(name, marks=pytest.mark.system) for name in ("node", "php"))]


@dataclass(frozen=True)
class Receiver:
    port: int
    store: Path

    def post(self, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("POST", "/inbound", body, headers)
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if answer.status == 200 else None
        finally:
            connection.close()

    def send(
        self, event: dict[str, Any], *, message_id: str = "msg_1", at: datetime | None = None, secret: str = SECRET
    ) -> tuple[int, Any]:
        body = json.dumps(event)
        return self.post(body.encode(), signed(body, message_id=message_id, at=at or datetime.now(UTC), secret=secret))

    def copies(self) -> list[Any]:
        """Return the article of every copy; None stands for one that was withdrawn."""
        if self.store.is_dir():
            return [json.loads(file.read_bytes())["article"] for file in self.store.glob("*.json")]
        with closing(sqlite3.connect(self.store)) as db:
            return [json.loads(article) for (article,) in db.execute("SELECT article FROM copies")]


def signed(body: str, *, message_id: str = "msg_1", at: datetime, secret: str = SECRET) -> dict[str, str]:
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, at, body),
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listens(process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until a receiver listens; False if it ended instead."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        assert time.monotonic() < deadline, "the receiver neither listens nor ends"
        time.sleep(0.02)
    return False


@contextmanager
def started(
    language: str, folder: Path, secret: str | None = SECRET
) -> Iterator[tuple[subprocess.Popen[bytes], Receiver]]:
    port, store = free_port(), folder / STORES[language]
    command = COMMANDS[language](port)
    if shutil.which(command[0]) is None:
        pytest.skip(f"{language} is not installed")
    environment = os.environ | {"RECEIVER_STORE": str(store), "PORT": str(port)}
    environment |= {} if secret is None else {"SYNDICATE_SECRET": secret}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield process, Receiver(port, store)
        finally:
            process.terminate()


@pytest.fixture(params=LANGUAGES)
def receiver(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Receiver]:
    with started(request.param, tmp_path) as (process, running):
        assert listens(process, running.port), f"it ended with status {process.returncode}"
        yield running


def test_a_signed_article_is_kept_and_its_address_is_answered(receiver: Receiver) -> None:
    status, answer = receiver.send(an_event())
    assert status == 200
    assert answer["url"].startswith("https://your.example/articles/")
    assert receiver.copies() == [an_event()["data"]["article"]]


def test_a_newer_change_replaces_the_copy_at_the_same_address(receiver: Receiver) -> None:
    _, first = receiver.send(an_event(seq=1))
    _, second = receiver.send(an_event("article.updated", seq=2, article={"title": "Changed"}), message_id="msg_2")
    assert second == first
    assert receiver.copies() == [{"title": "Changed"}]


def test_every_article_has_a_copy_and_an_address_of_its_own(receiver: Receiver) -> None:
    _, first = receiver.send(an_event())
    _, second = receiver.send(an_event(id="../other"), message_id="msg_2")
    assert first != second
    assert len(receiver.copies()) == 2


def test_an_update_may_be_the_first_event_of_an_article(receiver: Receiver) -> None:
    receiver.send(an_event("article.updated"))
    assert receiver.copies() == [an_event()["data"]["article"]]


@pytest.mark.parametrize("message_id", ["msg_1", "msg_2"])
def test_a_repeat_is_answered_alike_and_changes_nothing(receiver: Receiver, message_id: str) -> None:
    first = receiver.send(an_event(seq=1))
    assert receiver.send(an_event(seq=1, article={"title": "Other"}), message_id=message_id) == first
    assert receiver.copies() == [an_event()["data"]["article"]]


def test_an_older_change_that_comes_late_changes_nothing(receiver: Receiver) -> None:
    receiver.send(an_event("article.updated", seq=7, article={"title": "Newest"}))
    status, _ = receiver.send(an_event(seq=6), message_id="msg_2")
    assert status == 200
    assert receiver.copies() == [{"title": "Newest"}]


def test_the_text_of_a_retracted_article_is_gone_and_nothing_late_brings_it_back(receiver: Receiver) -> None:
    receiver.send(an_event(seq=1))
    receiver.send(an_event("article.retracted", seq=3), message_id="msg_2")
    assert receiver.copies() == [None]
    receiver.send(an_event("article.updated", seq=2), message_id="msg_3")
    assert receiver.copies() == [None]


def test_a_restored_article_is_back(receiver: Receiver) -> None:
    receiver.send(an_event("article.retracted", seq=3))
    receiver.send(an_event("article.updated", seq=5), message_id="msg_2")
    assert receiver.copies() == [an_event()["data"]["article"]]


def test_what_another_key_signed_is_refused_and_not_kept(receiver: Receiver) -> None:
    assert receiver.send(an_event(), secret=OTHER_SECRET)[0] == 401
    assert receiver.copies() == []


def test_a_body_changed_on_the_way_is_refused(receiver: Receiver) -> None:
    body = json.dumps(an_event())
    assert receiver.post(body.replace("ferry", "fairy").encode(), signed(body, at=datetime.now(UTC)))[0] == 401


@pytest.mark.parametrize("dropped", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_what_lacks_a_header_is_refused(receiver: Receiver, dropped: str) -> None:
    body = json.dumps(an_event())
    headers = signed(body, at=datetime.now(UTC))
    del headers[dropped]
    assert receiver.post(body.encode(), headers)[0] == 401
    assert receiver.post(b"", {})[0] == 401


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_delivery_recorded_and_sent_again_later_is_refused(receiver: Receiver, minutes: int) -> None:
    assert receiver.send(an_event(), at=datetime.now(UTC) + timedelta(minutes=minutes))[0] == 401


@pytest.mark.parametrize("order", [1, -1])
def test_one_of_two_signatures_is_enough_while_a_secret_is_changed(receiver: Receiver, order: int) -> None:
    body, now = json.dumps(an_event()), datetime.now(UTC)
    both = [signed(body, at=now, secret=each)["webhook-signature"] for each in (OTHER_SECRET, SECRET)]
    headers = signed(body, at=now) | {"webhook-signature": " ".join(both[::order])}
    assert receiver.post(body.encode(), headers)[0] == 200


def test_a_test_event_is_taken_and_not_kept(receiver: Receiver) -> None:
    assert receiver.send(a_test_event()) == (200, {})
    assert receiver.copies() == []


def test_a_large_body_is_taken_and_one_larger_than_any_event_is_refused(receiver: Receiver) -> None:
    assert receiver.send(an_event(public_note="x" * 3 * MEBIBYTE))[0] == 200
    assert receiver.send(an_event(public_note="x" * 4 * MEBIBYTE))[0] == 413


def test_text_beyond_ascii_is_verified_and_kept_as_it_is(receiver: Receiver) -> None:
    article = {"title": "Zoë’s “café” – 海 🌊", "extensions": {"empty": {}, "none": []}}
    body = json.dumps(an_event(article=article), ensure_ascii=False)
    receiver.post(body.encode(), signed(body, at=datetime.now(UTC)))
    assert receiver.copies() == [article]


def test_who_hangs_up_in_the_middle_takes_nobody_along(receiver: Receiver) -> None:
    with socket.create_connection(("127.0.0.1", receiver.port)) as caller:
        caller.sendall(b"POST /inbound HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
        caller.shutdown(socket.SHUT_WR)
        while caller.recv(1024):
            pass
    assert receiver.send(an_event())[0] == 200


@pytest.mark.parametrize("secret", [None, ""])
@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_secret_nothing_is_accepted(language: str, secret: str | None, tmp_path: Path) -> None:
    body, sent_at = json.dumps(an_event()).encode(), str(int(time.time()))
    forged = hmac.digest(b"", f"msg_1.{sent_at}.".encode() + body, "sha256")
    signature = "v1," + base64.b64encode(forged).decode()
    with started(language, tmp_path, secret) as (process, receiver):
        if listens(process, receiver.port):
            names = ("webhook-id", "webhook-timestamp", "webhook-signature")
            headers = dict(zip(names, ("msg_1", sent_at, signature), strict=True))
            assert receiver.post(body, headers)[0] in (401, 500)
            assert receiver.copies() == []


@pytest.mark.parametrize("name", ["receiver.py", "receiver.php", "receiver.mjs"])
def test_a_receiver_is_read_in_a_minute(name: str) -> None:
    assert len((FOLDER / name).read_text("utf-8").splitlines()) < 40
