"""A Mastodon server that holds requests to what its documentation demands of them."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Sequence
from datetime import timedelta
from email.message import Message
from email.parser import BytesParser
from html import escape
from typing import Any

from aiohttp import web

from syndicate.connectors.suite.sendings import NOW
from syndicate.connectors.suite.site import Mood
from tests.connectors.scripted import ScriptedSite

TOKEN = "canary-token-of-the-account"
VISIBLE = {"public", "unlisted", "private", "direct"}
STATUS = {Mood.REFUSING: 422, Mood.BUSY: 429, Mood.LOCKED: 401}
TOLD = {
    Mood.REFUSING: "Validation failed: Text can't be blank",
    Mood.BUSY: "Too many requests",
    Mood.LOCKED: "The access token is invalid",
}


class Instance(ScriptedSite):
    """Keeps statuses and media of one account; Idempotency-Keys are known while `remembers_keys`."""

    connector = "mastodon"
    secrets = {"token": (TOKEN,)}  # noqa: RUF012  # a test's site, made anew for each
    canaries = (TOKEN,)

    def __init__(self) -> None:
        super().__init__()
        self.statuses: dict[str, dict[str, Any]] = {}
        self.media: dict[str, dict[str, Any]] = {}
        self.keys: dict[str, str] = {}
        self.more: dict[str, Any] = {}
        self.configuration: dict[str, Any] = {"statuses": {"max_characters": 500, "max_media_attachments": 4}}
        self.remembers_keys = True
        self.polls_until_ready = 0
        self._ids = (str(number) for number in itertools.count(1001))

    @property
    def options(self) -> dict[str, Any]:
        return {"url": f"{self.root}/", **self.more}

    async def shown(self) -> Sequence[str]:
        return [status["status"].split("\n")[0] for status in self.statuses.values()]

    def refusal(self, mood: Mood) -> web.Response:
        reset = (NOW + timedelta(minutes=3)).isoformat().replace("+00:00", ".000000Z")
        headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset} if mood is Mood.BUSY else None
        return web.json_response({"error": TOLD[mood]}, status=STATUS[mood], headers=headers)

    async def answer(self, request: web.Request, body: bytes) -> web.Response:
        if request.path == "/api/v2/instance":
            return web.json_response({"configuration": self.configuration})
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.refusal(Mood.LOCKED)
        match request.path.removeprefix("/api/").split("/"):
            case ["v1", "statuses", *rest]:
                return self._status(request, body, rest)
            case [_, "media", *rest]:
                return self._processed(rest[0]) if rest else self._uploaded(request, body)
            case ["v1", "accounts", *rest]:
                return self._account(request, rest)
        return _error(404, "Record not found")

    def _account(self, request: web.Request, rest: list[str]) -> web.Response:
        if rest == ["verify_credentials"]:
            return web.json_response({"id": "14715", "username": "harbour"})
        assert rest == ["14715", "statuses"]
        below = int(request.query.get("max_id", 10**9))
        newest = [each for id_, each in reversed(self.statuses.items()) if int(id_) < below]
        return web.json_response(newest[: int(request.query["limit"])])

    def _status(self, request: web.Request, body: bytes, rest: list[str]) -> web.Response:
        if not rest:
            return self._posted(request, json.loads(body))
        if rest[0] not in self.statuses:
            return _error(404, "Record not found")
        if request.method == "DELETE":
            return web.json_response(self.statuses.pop(rest[0]))
        return self._kept(rest[0], json.loads(body), {})

    def _posted(self, request: web.Request, asked: dict[str, Any]) -> web.Response:
        key = request.headers["Idempotency-Key"]
        if self.remembers_keys and key in self.keys:
            return web.json_response(self.statuses[self.keys[key]])
        assert asked["visibility"] in VISIBLE
        assert "media_attributes" not in asked
        id_ = next(self._ids)
        answer = self._kept(id_, asked, {"visibility": asked["visibility"], "created_at": _at(0)})
        if answer.status == 200:
            self.keys[key] = id_
        return answer

    def _kept(self, id_: str, asked: dict[str, Any], made: dict[str, Any]) -> web.Response:
        text = asked["status"]
        configured = self.configuration["statuses"]
        if not text.strip() or _length(text + asked["spoiler_text"]) > configured["max_characters"]:
            return _error(422, "Validation failed: Text character limit of 500 exceeded")
        if any(each not in self.media or not self.media[each]["url"] for each in asked["media_ids"]):
            return _error(422, "Cannot attach files that have not finished processing. Try again in a moment!")
        assert len(asked["media_ids"]) <= configured["max_media_attachments"]
        for attributes in asked.get("media_attributes", ()):
            assert attributes["id"] in asked["media_ids"]
            self.media[attributes["id"]].update(attributes)
        shown = {"id": id_, "url": f"https://social.example/@harbour/{id_}", "content": _html(text)}
        self.statuses[id_] = {**self.statuses.get(id_, {}), **made, **asked, **shown}
        return web.json_response(self.statuses[id_])

    def _uploaded(self, request: web.Request, body: bytes) -> web.Response:
        form = _form(request.headers["Content-Type"], body)
        if form["file"].get_content_type() == "image/gif":
            return _error(422, "Validation failed: File content type is invalid, File is invalid")
        fields = {name: part.get_payload(decode=True) for name, part in form.items()}
        id_ = next(self._ids)
        made = {name: value.decode() for name, value in fields.items() if name != "file" and isinstance(value, bytes)}
        ready = self.polls_until_ready == 0
        self.media[id_] = {"id": id_, "bytes": fields["file"], "url": _address(id_) if ready else None, **made}
        return web.json_response({"id": id_}, status=200 if ready else 202)

    def _processed(self, id_: str) -> web.Response:
        if id_ not in self.media:
            return _error(404, "Record not found")
        self.polls_until_ready -= 1
        if self.polls_until_ready > 0:
            return web.json_response({"id": id_, "url": None}, status=206)
        self.media[id_]["url"] = _address(id_)
        return web.json_response({"id": id_, "url": _address(id_)})

    def add_other(self, text: str, *, minutes: int) -> None:
        """Add a status that an editor of theirs wrote, so long after now."""
        id_ = next(self._ids)
        self.statuses[id_] = {"id": id_, "status": text, "content": _html(text), "created_at": _at(minutes)}


def _at(minutes: int) -> str:
    return (NOW + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _address(id_: str) -> str:
    return f"https://files.social.example/{id_}.jpeg"


def _length(text: str) -> int:
    return len(re.sub(r"https?://\S+", "x" * 23, text))


def _html(text: str) -> str:
    linked = re.sub(
        r"https?://[^\s&]+(?:&amp;[^\s&]+)*", lambda found: f'<a href="{found[0]}">{found[0][8:38]}</a>', escape(text)
    )
    return f"<p>{linked}</p>"


def _form(content_type: str, body: bytes) -> dict[str, Message]:
    assert content_type.startswith("multipart/form-data; boundary=")
    parts = BytesParser().parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body).get_payload()
    assert isinstance(parts, list)
    found = [part for part in parts if isinstance(part, Message)]
    named = {str(part.get_param("name", header="Content-Disposition")): part for part in found}
    assert named["file"].get_filename()
    return named


def _error(status: int, text: str) -> web.Response:
    return web.json_response({"error": text}, status=status)
