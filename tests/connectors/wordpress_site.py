"""A WordPress site as its REST API behaves, kept in memory, that fails at any request it is told to."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from syndicate.connectors.suite.site import Mood
from tests.connectors.partners import Partner, Request
from tests.connectors.wordpress_rules import kses, multipart, only_fields, slug_of, unique

PASSWORD = "canary abcd efgh ijkl mnop qrst"
USER = "syndicate"
_READS = ("GET", "HEAD")
AUTHOR = frozenset(
    {"edit_posts", "delete_posts", "publish_posts", "edit_published_posts", "delete_published_posts", "upload_files"}
)
EDITOR = AUTHOR | {"edit_others_posts", "manage_categories", "unfiltered_html"}
_A_POST = dict.fromkeys(("slug", "title", "content", "excerpt"), "") | {
    "status": "draft",
    "featured_media": 0,
    "categories": [1],
    "tags": [],
    "author": 1,
    "comment_status": "open",
}
CONTRIBUTOR = frozenset({"edit_posts", "delete_posts"})


class Fault(Enum):
    """How one request goes wrong; those named for it have done what was asked all the same."""

    DROPPED = "hangs up before doing it"
    DROPPED_AFTER = "does it and hangs up"
    HALF_AFTER = "does it and sends half an answer"
    ERROR = "answers 500 and does not do it"
    ERROR_AFTER = "does it and answers 500"
    GATEWAY_AFTER = "does it, and a gateway answers 504"
    PAGE_AFTER = "does it and answers with a page"
    BUSY = "asks for a pause"
    LOCKED = "rejects the credentials"
    MISSING = "answers 404 with a page"
    KILLED = "does not do it, and we are killed"
    KILLED_AFTER = "does it, and we are killed"


class Rejected(Exception):  # noqa: N818  # an answer, as WP_Error is
    def __init__(self, status: int, code: str, **data: Any) -> None:
        super().__init__(code)
        self.status = status
        self.body = {"code": code, "message": code.replace("_", " "), "data": {"status": status, **data}}


@dataclass
class Answer:
    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


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
    _next: int = 10

    connector = "wordpress"
    networked = True
    moods = frozenset(Mood) - {Mood.DOWN}
    secrets = {"password": (PASSWORD,)}  # noqa: RUF012  # read only
    canaries = (PASSWORD, base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode())

    @property
    def url(self) -> str:
        assert self.server is not None
        return self.server.at("127.0.0.1", "/")

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
        answer = self._before(fault, request) or self._answer(request)
        if fault in (Fault.DROPPED_AFTER, Fault.KILLED_AFTER):
            self._kill(fault)
            raise ConnectionAbortedError
        if self.mood is Mood.LOSING and request.method not in _READS and "/posts" in request.target:
            await asyncio.Event().wait()
        await _write(writer, request, _after(fault, answer), half=fault is Fault.HALF_AFTER)

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

    def _answer(self, request: Request) -> Answer:
        parts = urlsplit(request.target)
        query = dict(parse_qsl(parts.query))
        route = self._route(parts.path, query)
        if route is None:
            link = {"Link": f'<{self._root()}>; rel="https://api.w.org/"'} if self.linked and self._root() else {}
            return Answer(200, "a page", link) if parts.path == "/" else Answer(404, "no such page")
        try:
            answer = self._call(request, route, query)
        except Rejected as rejected:
            return Answer(rejected.status, rejected.body)
        return Answer(answer.status, only_fields(answer.body, query.get("_fields", "")), answer.headers)

    def _root(self) -> str:
        if self.api_at is not None:
            return self.api_at
        return f"{self.url}wp-json/" if self.pretty else f"{self.url}index.php?rest_route=/"

    def _route(self, path: str, query: Mapping[str, str]) -> str | None:
        if self.api_at == "":
            return None
        if path.startswith("/wp-json/"):
            return path.removeprefix("/wp-json/") if self.pretty else None
        return query["rest_route"].lstrip("/") if "rest_route" in query else None

    def _call(self, request: Request, route: str, query: dict[str, str]) -> Answer:
        if route == "":
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

    # --- posts -----------------------------------------------------------------------------------------------------

    def list_posts(self, request: Request, query: dict[str, str]) -> Answer:
        statuses = query.get("status", "publish").split(",")
        found = [post for post in self.posts.values() if post["status"] in statuses]
        if "slug" in query:
            found = [post for post in found if post["slug"] in query["slug"].split(",")]
        if "search" in query:
            found = [post for post in found if query["search"] in post["title"] + post["content"]]
        return Answer(200, [self._view(post) for post in found[: int(query.get("per_page", "10"))]])

    def read_post(self, request: Request, query: dict[str, str], number: str) -> Answer:
        return Answer(200, self._view(self._post(number)))

    def make_post(self, request: Request, query: dict[str, str]) -> Answer:
        self.may("edit_posts")
        number = self.number()
        post: dict[str, Any] = {"id": number, "meta": {}, **_A_POST}
        fields = json.loads(request.body)
        if "id" in fields:
            raise Rejected(400, "rest_post_exists")
        self._check(fields)
        self.posts[number] = post
        self._change(post, fields)
        return Answer(201, self._view(post))

    def change_post(self, request: Request, query: dict[str, str], number: str) -> Answer:
        post, fields = self._post(number), json.loads(request.body)
        self._check(fields)
        self._change(post, fields)
        return Answer(200, self._view(post))

    def trash_post(self, request: Request, query: dict[str, str], number: str) -> Answer:
        post = self._post(number)
        if post["status"] == "trash":
            raise Rejected(410, "rest_already_trashed")
        if not self.trash:
            raise Rejected(501, "rest_trash_not_supported")
        post.update(status="trash", slug=f"{post['slug']}__trashed", trashed_from=post["slug"])
        return Answer(200, self._view(post))

    def _post(self, number: str) -> dict[str, Any]:
        if int(number) not in self.posts:
            raise Rejected(404, "rest_post_invalid_id")
        return self.posts[int(number)]

    def _check(self, fields: Mapping[str, Any]) -> None:
        if fields.get("status") in ("publish", "future"):
            self.may("publish_posts", code="rest_cannot_publish")
        if fields.get("author", 1) != 1:
            self.may("edit_others_posts", code="rest_cannot_edit_others")
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", fields.get("date_gmt", "2026-01-01T00:00:00")):
            raise Rejected(400, "rest_invalid_param")

    def _change(self, post: dict[str, Any], fields: dict[str, Any]) -> None:
        plain = ("status", "date_gmt", "author", "comment_status", "categories", "tags")
        status = post["status"]
        post.update({key: value for key, value in fields.items() if key in plain})
        for key in ("title", "content", "excerpt"):
            if key in fields:
                free = "unfiltered_html" in self.capabilities
                post[key] = fields[key] if free else kses(fields[key])
        for route in ("categories", "tags"):
            post[route] = [term for term in post[route] if term in self.terms[route]]
        # WordPress does not say that it could not use a picture.
        if "featured_media" in fields:
            post["featured_media"] = fields["featured_media"] if self._is_usable(fields["featured_media"]) else 0
        post["meta"] |= {key: text for key, text in fields.get("meta", {}).items() if key in self.registered_meta}
        self._name(post, fields, untrashed=status == "trash" and post["status"] != "trash")

    def _is_usable(self, number: int) -> bool:
        return self.featured and number in self.media

    def _name(self, post: dict[str, Any], fields: Mapping[str, Any], *, untrashed: bool) -> None:
        wish = fields.get("slug") or (post.pop("trashed_from", "") if untrashed else "") or post["slug"]
        if post["status"] == "pending" and "publish_posts" not in self.capabilities:
            wish = ""  # Whoever may not publish chooses no address either.
        elif not wish and post["status"] == "publish":
            wish = slug_of(post["title"])
        taken = {other["slug"] for other in self.posts.values() if other is not post}
        post["slug"] = unique(wish, taken) if wish and wish != post["slug"] else wish

    def _view(self, post: Mapping[str, Any]) -> dict[str, Any]:
        raw = {key: {"raw": post[key], "rendered": post[key]} for key in ("title", "content", "excerpt")}
        public = post["status"] == "publish"
        return {**post, **raw, "link": f"{self.url}{post['slug']}/" if public else f"{self.url}?p={post['id']}"}

    # --- media -----------------------------------------------------------------------------------------------------

    def list_media(self, request: Request, query: dict[str, str]) -> Answer:
        found = list(self.media.values())
        if "include" in query:
            found = [each for each in found if str(each["id"]) in query["include"].split(",")]
        if "slug" in query:
            found = [each for each in found if each["slug"] in query["slug"].split(",")]
        return Answer(200, found[: int(query.get("per_page", "10"))])

    def read_media(self, request: Request, query: dict[str, str], number: str) -> Answer:
        return Answer(200, self._attachment(number))

    def upload(self, request: Request, query: dict[str, str]) -> Answer:
        self.may("upload_files", status=400)
        fields, name, data = multipart(request)
        if fields["post"] != "0" and int(fields["post"]) not in self.posts:
            raise Rejected(403, "rest_cannot_edit")
        if not data:
            raise Rejected(400, "rest_upload_no_data")
        if not name.endswith((".jpg", ".png", ".gif")):
            raise Rejected(500, "rest_upload_sideload_error")
        number = self.number()
        taken = {each["slug"] for each in (*self.media.values(), *self.posts.values())}
        media = {"id": number, "slug": unique(fields.pop("slug"), taken), "data": data, "mime_type": "image/jpeg"}
        self.media[number] = {**media, **fields, "source_url": f"{self.url}wp-content/uploads/{number}-{name}"}
        self.media[number]["post"] = post = int(fields["post"])
        self.media[number]["post_was"] = self.posts[post]["status"] if post else None
        if self.breaks_sizes:
            return Answer(500, "<p>There has been a critical error.", {"X-WP-Upload-Attachment-ID": str(number)})
        return Answer(201, self.media[number])

    def post_process(self, request: Request, query: dict[str, str], number: str) -> Answer:
        media = self._attachment(number)
        assert json.loads(request.body) == {"action": "create-image-subsizes"}
        media["processed"] = True
        return Answer(200, media)

    def describe_media(self, request: Request, query: dict[str, str], number: str) -> Answer:
        media = self._attachment(number)
        media.update(json.loads(request.body))
        return Answer(200, media)

    def delete_media(self, request: Request, query: dict[str, str], number: str) -> Answer:
        self._attachment(number)
        if query.get("force") != "true":
            raise Rejected(501, "rest_trash_not_supported")
        return Answer(200, {"deleted": True, "previous": self.media.pop(int(number))})

    def _attachment(self, number: str) -> dict[str, Any]:
        if int(number) not in self.media:
            raise Rejected(404, "rest_post_invalid_id")
        return self.media[int(number)]

    # --- terms and users -------------------------------------------------------------------------------------------

    def list_terms(self, request: Request, query: dict[str, str], route: str) -> Answer:
        search = escape(query["search"]).casefold()
        found = [(number, name) for number, name in self.terms[route].items() if search in name.casefold()]
        return Answer(200, [{"id": number, "name": name, "slug": slug_of(name)} for number, name in found])

    def make_term(self, request: Request, query: dict[str, str], route: str) -> Answer:
        if route == "categories":
            self.may("manage_categories")
        name = json.loads(request.body)["name"]
        for number, known in self.terms[route].items():
            # By slug: two names that read alike are one term.
            if slug_of(known) == slug_of(name):
                raise Rejected(400, "term_exists", term_id=number)
        number = self.number()
        self.terms[route][number] = name
        return Answer(201, {"id": number, "name": name})

    def list_users(self, request: Request, query: dict[str, str]) -> Answer:
        names = self.users.items()
        return Answer(200, [{"id": each, "name": name} for each, name in names if query["search"] in name])

    def me(self, request: Request, query: dict[str, str]) -> Answer:
        return Answer(200, {"id": 1, "name": "Syndicate", "capabilities": dict.fromkeys(self.capabilities, True)})


_ROUTES: tuple[tuple[str, str, Callable[..., Answer]], ...] = (
    ("GET", r"wp/v2/posts", WordPressSite.list_posts),
    ("POST", r"wp/v2/posts", WordPressSite.make_post),
    ("GET", r"wp/v2/posts/(\d+)", WordPressSite.read_post),
    ("POST", r"wp/v2/posts/(\d+)", WordPressSite.change_post),
    ("DELETE", r"wp/v2/posts/(\d+)", WordPressSite.trash_post),
    ("GET", r"wp/v2/media", WordPressSite.list_media),
    ("POST", r"wp/v2/media", WordPressSite.upload),
    ("GET", r"wp/v2/media/(\d+)", WordPressSite.read_media),
    ("POST", r"wp/v2/media/(\d+)", WordPressSite.describe_media),
    ("POST", r"wp/v2/media/(\d+)/post-process", WordPressSite.post_process),
    ("DELETE", r"wp/v2/media/(\d+)", WordPressSite.delete_media),
    ("GET", r"wp/v2/(categories|tags)", WordPressSite.list_terms),
    ("POST", r"wp/v2/(categories|tags)", WordPressSite.make_term),
    ("GET", r"wp/v2/users", WordPressSite.list_users),
    ("GET", r"wp/v2/users/me", WordPressSite.me),
)


def _after(fault: Fault | None, answer: Answer) -> Answer:
    if fault is Fault.ERROR_AFTER:
        number = answer.body.get("id") if answer.status == 201 and "source_url" in answer.body else None
        headers = {"X-WP-Upload-Attachment-ID": str(number)} if number else {}
        return Answer(500, {"code": "internal_server_error", "data": {"status": 500}}, headers)
    if fault is Fault.GATEWAY_AFTER:
        return Answer(504, "<h1>504 Gateway Time-out</h1>")
    if fault is Fault.PAGE_AFTER:
        return Answer(200, "<h1>Checking your browser</h1>")
    return answer


async def _write(writer: asyncio.StreamWriter, request: Request, answer: Answer, *, half: bool) -> None:
    body = answer.body.encode() if isinstance(answer.body, str) else json.dumps(answer.body, default=str).encode()
    lines = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
    head = f"HTTP/1.1 {answer.status} X\r\nContent-Length: {len(body)}\r\n{lines}\r\n".encode()
    whole = head if request.method == "HEAD" else head + body
    writer.write(whole[: len(head) + len(body) // 2] if half else whole)
    await writer.drain()
    if half:
        raise ConnectionAbortedError
