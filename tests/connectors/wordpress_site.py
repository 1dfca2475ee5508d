"""A WordPress site as its REST API behaves, kept in memory, that fails at any request it is told to."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from syndicate.connectors.suite.site import Mood
from tests.connectors import wordpress_library as library
from tests.connectors import wordpress_posts
from tests.connectors.partners import Partner, Request
from tests.connectors.wordpress_faults import Answer, Fault, Rejected, gone_wrong, write
from tests.connectors.wordpress_rules import only_fields

PASSWORD = "canary abcd efgh ijkl mnop qrst"
USER = "syndicate"
_READS = ("GET", "HEAD")
AUTHOR = frozenset(
    {"edit_posts", "delete_posts", "publish_posts", "edit_published_posts", "delete_published_posts", "upload_files"}
)
EDITOR = AUTHOR | {"edit_others_posts", "manage_categories", "unfiltered_html"}
CONTRIBUTOR = frozenset({"edit_posts", "delete_posts"})


@dataclass
class WordPressSite:
    """One site with one account. `faults` by the number of the request, from 0; `capabilities` are the account's."""

    capabilities: frozenset[str] = EDITOR
    pretty: bool = True
    linked: bool = True
    trash: bool = True
    featured: bool = True
    api_at: str | None = None
    """Where its pages say that the API is; empty where they are no WordPress's pages."""
    breaks_sizes: bool = False
    cached: bool = False
    """Whether something before it answers a GET as it did the first time."""
    search_seconds: float = 0
    clock: str = "2026-03-04T12:00:00"
    front: tuple[int, dict[str, str]] = (200, {})
    """What else its front page answers: its status, and headers beside that of the API."""
    private: bool = False
    """Whether its API tells nobody anything who did not log in."""
    folder: str = "/"
    before: Answer | None = None
    """What something before WordPress answers to everything."""
    faults: dict[int, Fault] = field(default_factory=dict)
    mood: Mood = Mood.WELL
    posts: dict[int, dict[str, Any]] = field(default_factory=dict)
    media: dict[int, dict[str, Any]] = field(default_factory=dict)
    terms: dict[str, dict[int, str]] = field(default_factory=lambda: {"categories": {1: "Uncategorized"}, "tags": {}})
    users: dict[int, str] = field(default_factory=lambda: {1: "Syndicate", 2: "Jo Smith"})
    registered_meta: frozenset[str] = frozenset()
    requests: list[tuple[str, str]] = field(default_factory=list)
    server: Partner | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    kill: Callable[[], object] = bool
    answered: dict[str, Answer] = field(default_factory=dict)
    _next: int = 10

    connector = "wordpress"
    networked = True
    moods = frozenset(Mood) - {Mood.DOWN}
    secrets = {"password": (PASSWORD,)}  # noqa: RUF012  # read only
    canaries = (PASSWORD, base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode())

    @property
    def url(self) -> str:
        assert self.server is not None
        return self.server.at("127.0.0.1", self.folder)

    @property
    def options(self) -> dict[str, Any]:
        return {"url": self.url, "user": USER, "timeout": "1s", **self.extra}

    async def shown(self) -> Sequence[str]:
        return [post["title"] for post in self.posts.values() if post["status"] == "publish"]

    async def behave(self, writer: asyncio.StreamWriter, request: Request) -> None:
        fault = self.faults.get(len(self.requests))
        self.requests.append((request.method, request.target))
        if self.mood is Mood.SILENT:
            await asyncio.Event().wait()
        if fault in (Fault.DROPPED, Fault.KILLED):
            self._kill(fault)
            raise ConnectionAbortedError
        if "&search=" in request.target:
            await asyncio.sleep(self.search_seconds)
        answer = self.before or self._before(fault, request) or self._from_cache(request) or self._answer(request)
        if self.cached and request.method == "GET":
            self.answered[request.target] = answer
        if fault in (Fault.DROPPED_AFTER, Fault.KILLED_AFTER):
            self._kill(fault)
            raise ConnectionAbortedError
        if self.mood is Mood.LOSING and request.method not in _READS and "/posts" in request.target:
            await asyncio.Event().wait()
        await write(writer, request, gone_wrong(fault, answer), half=fault is Fault.HALF_AFTER)

    def _kill(self, fault: Fault) -> None:
        if fault in (Fault.KILLED, Fault.KILLED_AFTER):
            self.kill()

    def _before(self, fault: Fault | None, request: Request) -> Answer | None:
        if fault is Fault.ERROR:
            return Answer(500, {"code": "internal_server_error", "message": "", "data": {"status": 500}})
        if fault is Fault.MISSING:
            return Answer(404, "<h1>404 Not Found</h1>")
        if fault is Fault.BUSY or self.mood is Mood.BUSY:
            return Answer(429, {"code": "too_many"}, {"Retry-After": "1"})
        if fault is Fault.LOCKED or self.mood is Mood.LOCKED:
            return Answer(401, {"code": "incorrect_password", "message": "", "data": {"status": 401}})
        if self.mood is Mood.REFUSING and request.method not in _READS:
            return Answer(400, {"code": "rest_invalid_param", "message": "", "data": {"status": 400}})
        return None

    def _from_cache(self, request: Request) -> Answer | None:
        return self.answered.get(request.target) if request.method == "GET" else None

    def _answer(self, request: Request) -> Answer:
        parts = urlsplit(request.target)
        query = dict(parse_qsl(parts.query))
        route = self._route(parts.path, query)
        if route is None:
            return self._page(parts.path)
        try:
            answer = self._call(request, route, query)
        except Rejected as rejected:
            return Answer(rejected.status, rejected.body)
        return Answer(answer.status, only_fields(answer.body, query.get("_fields", "")), answer.headers)

    def _page(self, path: str) -> Answer:
        if path == self.folder.rstrip("/") and path:
            return Answer(301, "moved", {"Location": self.url})
        if path != self.folder:
            return Answer(404, "no such page")
        status, headers = self.front
        link = {"link": f'<{self._root()}>; rel="https://api.w.org/"'} if self.linked and self._root() else {}
        return Answer(status, "a page", {**headers, **link})

    def _root(self) -> str:
        if self.api_at is not None:
            return self.api_at
        return f"{self.url}wp-json/" if self.pretty else f"{self.url}index.php?rest_route=/"

    def _route(self, path: str, query: Mapping[str, str]) -> str | None:
        if self.api_at == "":
            return None
        if path.startswith(f"{self.folder}wp-json/"):
            return path.removeprefix(f"{self.folder}wp-json/") if self.pretty else None
        return query["rest_route"].lstrip("/") if "rest_route" in query else None

    def _call(self, request: Request, route: str, query: dict[str, str]) -> Answer:
        if route == "" and not self.private:
            return Answer(200, {"name": "Gazette", "namespaces": ["oembed/1.0", "wp/v2"]})
        if request.headers.get("authorization") != f"Basic {self.canaries[1]}":
            raise Rejected(401, "rest_not_logged_in")
        for method, pattern, handle in _ROUTES:
            if method == request.method and (match := re.fullmatch(pattern, route)):
                return handle(self, request, query, *match.groups())
        raise Rejected(404, "rest_no_route")

    def may(self, capability: str, status: int = 403, code: str = "rest_cannot_create") -> None:
        if capability not in self.capabilities:
            raise Rejected(status, code)

    def number(self) -> int:
        self._next += 1
        return self._next


_ROUTES: tuple[tuple[str, str, Callable[..., Answer]], ...] = (
    ("GET", r"wp/v2/posts", wordpress_posts.list_posts),
    ("POST", r"wp/v2/posts", wordpress_posts.make_post),
    ("GET", r"wp/v2/posts/(\d+)", wordpress_posts.read_post),
    ("POST", r"wp/v2/posts/(\d+)", wordpress_posts.change_post),
    ("DELETE", r"wp/v2/posts/(\d+)", wordpress_posts.trash_post),
    ("GET", r"wp/v2/media", library.list_media),
    ("POST", r"wp/v2/media", library.upload),
    ("GET", r"wp/v2/media/(\d+)", library.read_media),
    ("POST", r"wp/v2/media/(\d+)", library.describe_media),
    ("POST", r"wp/v2/media/(\d+)/post-process", library.post_process),
    ("DELETE", r"wp/v2/media/(\d+)", library.delete_media),
    ("GET", r"wp/v2/(categories|tags)", library.list_terms),
    ("POST", r"wp/v2/(categories|tags)", library.make_term),
    ("GET", r"wp/v2/users", library.list_users),
    ("GET", r"wp/v2/users/me", library.me),
)
