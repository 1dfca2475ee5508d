"""An Apple News channel that holds requests to what Apple's documentation demands of them."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import timedelta
from email.message import Message
from email.parser import BytesParser
from typing import Any

from aiohttp import web

from syndicate.connectors.suite.sendings import NOW
from syndicate.connectors.suite.site import Mood
from tests.connectors.scripted import ScriptedSite

SECRET = b64encode(b"canary-key-of-the-channel-32byte").decode()
KEY = "1e3afc5e-e9f8-4232-a6be-17bf40edad09"
CHANNEL = "ffe99ee6-31a2-4a21-8e5f-1b2c3d4e5f60"
ROLES = {"title", "heading", "body", "byline", "photo", "caption", "quote", "pullquote", "divider", "htmltable"}
LEVELS = {f"heading{level}" for level in range(1, 7)}
REQUIRED = {"version", "identifier", "language", "title", "layout", "components", "componentTextStyles"}
PART_TYPES = {"application/json", "image/jpeg", "image/png", "image/gif", "application/octet-stream"}
STATUS = {Mood.REFUSING: 400, Mood.BUSY: 429, Mood.LOCKED: 401}
CODE = {Mood.REFUSING: "INVALID_DOCUMENT", Mood.BUSY: "TOO_MANY_REQUESTS", Mood.LOCKED: "WRONG_SIGNATURE"}


class Channel(ScriptedSite):
    """Keeps articles by id; a wrong signature, form or revision is refused with Apple's codes."""

    connector = "apple-news"
    secrets = {"secret": (SECRET,)}  # noqa: RUF012  # a test's site, made anew for each
    canaries = (SECRET, "canary-key-of-the-channel")

    def __init__(self) -> None:
        super().__init__()
        self.articles: dict[str, dict[str, Any]] = {}
        self.bundles: dict[str, dict[str, bytes]] = {}
        self.more: dict[str, Any] = {}
        self.now = NOW
        self.with_documents = False
        self.finds_duplicates = False
        self.hides_from_search = False
        self.vanishes_when_read = False
        self._ids = (f"a{number:04d}" for number in itertools.count(1))
        self._revisions = (f"AAAAAAAAAAAAAAAAAAAA{number:04d}" for number in itertools.count(1))

    @property
    def options(self) -> dict[str, Any]:
        return {"channel_id": CHANNEL, "key_id": KEY, "endpoint": self.root, **self.more}

    async def shown(self) -> Sequence[str]:
        return [json.loads(article["document"])["title"] for article in self.articles.values()]

    def refusal(self, mood: Mood) -> web.Response:
        headers = {"Retry-After": "120"} if mood is Mood.BUSY else None
        return web.json_response({"errors": [{"code": CODE[mood]}]}, status=STATUS[mood], headers=headers)

    async def answer(self, request: web.Request, body: bytes) -> web.Response:
        if not self._is_signed(request, body):
            return self.refusal(Mood.LOCKED)
        match request.path.strip("/").split("/"):
            case ["channels", id_, *rest] if id_ == CHANNEL:
                return self._of_channel(request, body, rest)
            case ["articles", id_] if id_ in self.articles:
                return self._of_article(id_, request, body)
        return _error(404, "NOT_FOUND")

    def _of_channel(self, request: web.Request, body: bytes, rest: list[str]) -> web.Response:
        if rest != ["articles"]:
            return web.json_response({"data": {"id": CHANNEL, "type": "channel"}})
        return self._created(request, body) if request.method == "POST" else self._listed(request)

    def _of_article(self, id_: str, request: web.Request, body: bytes) -> web.Response:
        if request.method == "POST":
            return self._updated(id_, request, body)
        if self.vanishes_when_read:
            del self.articles[id_]
            return _error(404, "NOT_FOUND")
        found = web.json_response({"data": self.articles[id_]})
        if request.method == "GET":
            return found
        del self.articles[id_]
        return web.Response(status=204)

    def _is_signed(self, request: web.Request, body: bytes) -> bool:
        given = re.fullmatch(r"HHMAC; key=(\S+); signature=(\S+); date=(\S+)", request.headers.get("Authorization", ""))
        if given is None or given[1] != KEY:
            return False
        posted = request.headers["Content-Type"].encode() + body if request.method == "POST" else b""
        signed = f"{request.method}{self.root}{request.raw_path}{given[3]}".encode() + posted
        expected = b64encode(hmac.digest(b64decode(SECRET), signed, hashlib.sha256)).decode()
        return hmac.compare_digest(given[2], expected) and given[3] == self.now.strftime("%Y-%m-%dT%H:%M:%SZ")

    def _listed(self, request: web.Request) -> web.Response:
        query = request.query
        assert 1 <= int(query["pageSize"]) <= 100
        inside = [
            article
            for article in self.articles.values()
            if query["fromDate"] < article["createdAt"] < query["toDate"] and not self.hides_from_search
        ]
        at = int(query.get("pageToken", "0"))
        page = [article if self.with_documents else _without_document(article) for article in inside[at : at + 2]]
        found: dict[str, Any] = {"data": page, "links": {}}
        if at + 2 < len(inside):
            address = request.url.update_query(pageToken=str(at + 2))
            found["links"]["next"] = f"{self.root}{address.raw_path_qs}"
        return web.json_response(found)

    def _created(self, request: web.Request, body: bytes) -> web.Response:
        metadata, document, bundle = _read(request, body)
        assert "revision" not in metadata
        for id_, article in self.articles.items():
            if self.finds_duplicates and json.loads(article["document"])["title"] == document["title"]:
                return _error(400, "DUPLICATE_ARTICLE_FOUND", value=id_)
        id_ = next(self._ids)
        made = {"createdAt": self.now.strftime("%Y-%m-%dT%H:%M:%SZ")}
        return self._kept(id_, made, metadata, document, bundle, status=201)

    def _updated(self, id_: str, request: web.Request, body: bytes) -> web.Response:
        metadata, document, bundle = _read(request, body)
        if metadata.get("revision") != self.articles[id_]["revision"]:
            return _error(409, "WRONG_REVISION", keyPath=["data", "revision"])
        return self._kept(id_, self.articles[id_], metadata, document, bundle, status=200)

    def _kept(
        self,
        id_: str,
        made: dict[str, Any],
        metadata: dict[str, Any],
        document: dict[str, Any],
        bundle: dict[str, bytes],
        *,
        status: int,
    ) -> web.Response:
        self.bundles[id_] = bundle
        self.articles[id_] = {
            **made,
            **metadata,
            "id": id_,
            "type": "article",
            "shareUrl": f"https://apple.news/{id_}",
            "revision": next(self._revisions),
            "document": json.dumps(document),
        }
        return web.json_response({"data": self.articles[id_]}, status=status)

    def add_other(self, id_: str, *, made_at_minute: int = 0) -> None:
        """Add an article that is not ours."""
        made_at = NOW + timedelta(minutes=made_at_minute)
        self.articles[id_] = {
            "id": id_,
            "createdAt": made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "revision": next(self._revisions),
            "document": json.dumps({"identifier": f"other-{id_}", "title": f"Other {id_}"}),
        }


def _without_document(article: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in article.items() if key != "document"}


def _error(status: int, code: str, **more: Any) -> web.Response:
    return web.json_response({"errors": [{"code": code, **more}]}, status=status)


def _read(request: web.Request, body: bytes) -> tuple[dict[str, Any], dict[str, Any], dict[str, bytes]]:
    """Read a multipart request as strictly as Apple describes it."""
    content_type = request.headers["Content-Type"]
    assert content_type.startswith("multipart/form-data; boundary=")
    whole = BytesParser().parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    parts = whole.get_payload()
    assert isinstance(parts, list)
    files: dict[str, bytes] = {}
    for part in parts:
        assert isinstance(part, Message)
        assert part.get_content_disposition() == "form-data"
        assert part.get_content_type() in PART_TYPES
        name = part.get_filename() or str(part.get_param("name", header="Content-Disposition"))
        data = part.get_payload(decode=True)
        assert isinstance(data, bytes)
        files[name] = data
    metadata, document = json.loads(files.pop("metadata"))["data"], json.loads(files.pop("article.json"))
    check_document(document, files)
    return metadata, document, files


def check_document(document: dict[str, Any], bundle: dict[str, bytes]) -> None:
    """Assert what Apple News Format requires of a document and its bundle."""
    assert {"version", "identifier", "language", "title", "layout", "components", "componentTextStyles"} <= set(
        document
    )
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", document["identifier"])
    assert all(isinstance(document["layout"][key], int) for key in ("columns", "width"))
    named = set()
    for component in document["components"]:
        assert component["role"] in ROLES | LEVELS
        assert component["role"] in ("photo", "divider", "htmltable") or component["text"].strip()
        if component["role"] == "photo":
            assert component["URL"].startswith(("bundle://", "https://", "http://"))
            named.add(component["URL"].removeprefix("bundle://"))
        if "textStyle" in component:
            assert component["textStyle"] in document["componentTextStyles"]
    assert set(bundle) <= named
    assert {name for name in named if "://" not in name} == set(bundle)
