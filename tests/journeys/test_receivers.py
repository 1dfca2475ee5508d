"""The receivers that partners' engineers copy, each run by its own interpreter and sent signed events."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from standardwebhooks import Webhook

from tests.events import a_test_event, an_event

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "receivers"
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OTHER_SECRET = "whsec_" + base64.b64encode(bytes(32)).decode()
START_SECONDS = 10.0
MEBIBYTE = 1024 * 1024

COMMANDS: dict[str, Callable[[int], list[str]]] = {
    "python": lambda port: [sys.executable, str(FOLDER / "receiver.py"), str(port)],
    "node": lambda port: ["node", str(FOLDER / "receiver.mjs"), str(port)],
    "php": lambda port: ["php", "-S", f"127.0.0.1:{port}", str(FOLDER / "receiver.php")],
}


@dataclass(frozen=True)
class Receiver:
    port: int

    def post(self, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        return self._exchange("POST", "/inbound", body, headers)

    def send(
        self, event: dict[str, Any], *, message_id: str = "msg_1", at: datetime | None = None, secret: str = SECRET
    ) -> tuple[int, Any]:
        body = json.dumps(event)
        return self.post(body.encode(), signed(body, message_id=message_id, at=at or datetime.now(UTC), secret=secret))

    def shows(self, url: str) -> tuple[int, Any]:
        return self._exchange("GET", urlsplit(url).path, b"", {})

    def _exchange(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()


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


def wait_until_it_listens(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError(f"the receiver did not start; exit status {process.poll()}")


@pytest.fixture(
    params=[
        "python",
        pytest.param("node", marks=pytest.mark.system),
        pytest.param("php", marks=pytest.mark.system),
    ]
)
def receiver(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Receiver]:
    language: str = request.param
    port = free_port()
    command = COMMANDS[language](port)
    if shutil.which(command[0]) is None:
        pytest.skip(f"{language} is not installed")
    environment = os.environ | {"SYNDICATE_SECRET": SECRET, "RECEIVER_STORE": str(tmp_path / "store")}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until_it_listens(process, port)
            yield Receiver(port)
        finally:
            process.terminate()


def test_a_signed_article_is_kept_and_its_address_is_answered(receiver: Receiver) -> None:
    status, answer = receiver.send(an_event())
    assert status == 200
    assert receiver.shows(answer["url"]) == (200, an_event()["data"]["article"])


def test_a_newer_change_replaces_the_copy_at_the_same_address(receiver: Receiver) -> None:
    _, first = receiver.send(an_event(seq=1))
    _, second = receiver.send(an_event("article.updated", seq=2, article={"title": "Changed"}), message_id="msg_2")
    assert second == first
    assert receiver.shows(first["url"]) == (200, {"title": "Changed"})


def test_an_update_may_be_the_first_event_of_an_article(receiver: Receiver) -> None:
    _, answer = receiver.send(an_event("article.updated"))
    assert receiver.shows(answer["url"])[0] == 200


def test_a_repeat_is_answered_alike_and_changes_nothing(receiver: Receiver) -> None:
    _, first = receiver.send(an_event(seq=1))
    status, second = receiver.send(an_event(seq=2, article={"title": "Under the same id"}))
    assert (status, second) == (200, first)
    assert receiver.shows(first["url"]) == (200, an_event()["data"]["article"])


def test_an_older_change_that_comes_late_changes_nothing(receiver: Receiver) -> None:
    receiver.send(an_event("article.updated", seq=7, article={"title": "Newest"}))
    status, answer = receiver.send(an_event(seq=6), message_id="msg_2")
    assert status == 200
    assert receiver.shows(answer["url"]) == (200, {"title": "Newest"})


def test_a_retracted_article_is_gone_and_nothing_late_brings_it_back(receiver: Receiver) -> None:
    _, answer = receiver.send(an_event(seq=1))
    receiver.send(an_event("article.retracted", seq=3), message_id="msg_2")
    assert receiver.shows(answer["url"])[0] == 410
    receiver.send(an_event("article.updated", seq=2), message_id="msg_3")
    assert receiver.shows(answer["url"])[0] == 410


def test_an_article_withdrawn_without_a_change_of_its_own_is_gone(receiver: Receiver) -> None:
    _, answer = receiver.send(an_event(seq=4))
    receiver.send(an_event("article.retracted", seq=4, cause="deselected"), message_id="msg_2")
    assert receiver.shows(answer["url"])[0] == 410


def test_a_restored_article_is_back(receiver: Receiver) -> None:
    receiver.send(an_event("article.retracted", seq=3))
    _, answer = receiver.send(an_event("article.updated", seq=5), message_id="msg_2")
    assert receiver.shows(answer["url"])[0] == 200


def test_what_another_key_signed_is_refused_and_not_kept(receiver: Receiver) -> None:
    assert receiver.send(an_event(), secret=OTHER_SECRET)[0] == 401
    _, answer = receiver.send(an_event("article.retracted"), message_id="msg_2")
    assert receiver.shows(answer["url"])[0] == 410


def test_a_body_changed_on_the_way_is_refused(receiver: Receiver) -> None:
    body = json.dumps(an_event())
    assert receiver.post(body.replace("ferry", "fairy").encode(), signed(body, at=datetime.now(UTC)))[0] == 401


def test_an_unsigned_body_is_refused(receiver: Receiver) -> None:
    assert receiver.post(json.dumps(an_event()).encode(), {"content-type": "application/json"})[0] == 401


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_delivery_recorded_and_sent_again_later_is_refused(receiver: Receiver, minutes: int) -> None:
    assert receiver.send(an_event(), at=datetime.now(UTC) + timedelta(minutes=minutes))[0] == 401


def test_one_of_two_signatures_is_enough_while_a_secret_is_changed(receiver: Receiver) -> None:
    body, now = json.dumps(an_event()), datetime.now(UTC)
    headers = signed(body, at=now, secret=OTHER_SECRET)
    headers["webhook-signature"] += " " + signed(body, at=now)["webhook-signature"]
    assert receiver.post(body.encode(), headers)[0] == 200


def test_a_test_event_is_taken(receiver: Receiver) -> None:
    assert receiver.send(a_test_event())[0] == 200


def test_a_body_larger_than_any_event_is_refused(receiver: Receiver) -> None:
    assert receiver.send(an_event(public_note="x" * MEBIBYTE))[0] == 413


def test_text_beyond_ascii_is_verified_and_kept_as_it_is(receiver: Receiver) -> None:
    article = {"title": "Zoë’s “café” – 海 🌊"}
    body = json.dumps(an_event(article=article), ensure_ascii=False)
    _, answer = receiver.post(body.encode(), signed(body, at=datetime.now(UTC)))
    assert receiver.shows(answer["url"]) == (200, article)
