"""An AtomPub server that holds requests to what RFC 5023 demands of them, and does what it allows servers to do."""

from __future__ import annotations

import itertools
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

from aiohttp import web
from lxml import etree

from syndicate.connectors.suite.sendings import NOW
from syndicate.connectors.suite.site import Mood
from tests.connectors.scripted import ScriptedSite

PASSWORD = "canary-password-of-the-desk"
BASIC = b64encode(f"harbour:{PASSWORD}".encode()).decode()
ATOM, APP, OWN = "http://www.w3.org/2005/Atom", "http://www.w3.org/2007/app", "http://cms.example/ns"
STATUS = {Mood.REFUSING: 415, Mood.BUSY: 503, Mood.LOCKED: 401}
ENTRY = "application/atom+xml;type=entry"


@dataclass
class Kept:
    """One member: its entry, and the bytes of a media resource."""

    entry: etree._Element
    version: int = 1
    slug: str = ""
    data: bytes | None = None
    edited_at: datetime = field(default=NOW)


class AtomServer(ScriptedSite):
    """Two collections. `rewrites` replaces ids and drops links; `quiet` answers a creation with its address only."""

    connector = "atompub"
    secrets = {"password": (PASSWORD,)}  # noqa: RUF012  # a test's site, made anew for each
    canaries = (PASSWORD, BASIC)

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[str, Kept] = {}
        self.media: dict[str, Kept] = {}
        self.more: dict[str, Any] = {}
        self.rewrites = False
        self.quiet = False
        self.nameless = False
        self.insists_on_tags = False
        self.stale_answers = 0
        self.stale_deletions = 0
        self.weakens_tags = False
        self._numbers = itertools.count(1)

    @property
    def options(self) -> dict[str, Any]:
        given = {"collection": f"{self.root}/news", "media": f"{self.root}/pictures"}
        return {**given, "user": "harbour", **self.more}

    async def shown(self) -> Sequence[str]:
        return [str(kept.entry.findtext(f"{{{ATOM}}}title")) for kept in self.entries.values()]

    def refusal(self, mood: Mood) -> web.Response:
        headers = {"Retry-After": "90"} if mood is Mood.BUSY else None
        return web.Response(status=STATUS[mood], headers=headers)

    async def answer(self, request: web.Request, body: bytes) -> web.Response:
        if request.headers.get("Authorization") not in (f"Basic {BASIC}", "Bearer canary-token"):
            return self.refusal(Mood.LOCKED)
        collections = {"news": self.entries, "pictures": self.media}
        match request.path.strip("/").split("/"):
            case ["service"]:
                return self._service()
            case [name] if name in collections:
                return self._collection(request, body, name, collections[name])
            case [name, id_] if id_ in collections.get(name, {}):
                return self._member(request, body, id_, collections[name])
        return web.Response(status=404)

    def _service(self) -> web.Response:
        collections = "".join(
            f'<collection href="{name}"><atom:title>x</atom:title>{accepts}</collection>'
            for name, accepts in (
                ("closed", "<accept/>"),
                ("pictures", "<accept>image/png</accept><accept>image/jpeg</accept>"),
                ("news", ""),
            )
        )
        text = f'<service xmlns="{APP}" xmlns:atom="{ATOM}"><workspace>{collections}</workspace></service>'
        return web.Response(text=text, content_type="application/atomsvc+xml")

    def _collection(self, request: web.Request, body: bytes, name: str, kept: dict[str, Kept]) -> web.Response:
        if request.method == "POST":
            return self._created(request, body, name, kept)
        at = int(request.query.get("page", "0"))
        newest = list(reversed(kept.values()))
        feed = etree.fromstring(f'<feed xmlns="{ATOM}"/>')
        if at + 2 < len(newest):
            etree.SubElement(feed, f"{{{ATOM}}}link", rel="next", href=f"?page={at + 2}")
        feed.extend([_copied(each.entry) for each in newest[at : at + 2]])
        return _xml(feed)

    def _created(self, request: web.Request, body: bytes, name: str, kept: dict[str, Kept]) -> web.Response:
        number, slug = str(next(self._numbers)), unquote(request.headers["Slug"])
        if name == "news":
            assert request.headers["Content-Type"] == ENTRY
            entry = etree.fromstring(body)
            _check(entry)
        else:
            assert request.headers["Content-Type"] in ("image/png", "image/jpeg")
            entry = etree.fromstring(f'<entry xmlns="{ATOM}"><id>urn:m:{number}</id><title>{slug}</title></entry>')
            source = f"{self.root}/files/{number}"
            etree.SubElement(entry, f"{{{ATOM}}}content", src=source, type=request.headers["Content-Type"])
            etree.SubElement(entry, f"{{{ATOM}}}link", rel="edit-media", href=source)
        kept[number] = Kept(entry, slug=slug, data=None if name == "news" else body)
        self._finish(kept[number], f"{name}/{number}")
        headers = {} if self.nameless else {"Location": f"/{name}/{number}"}
        return web.Response(status=201, headers=headers) if self.quiet else _xml(entry, status=201, headers=headers)

    def _finish(self, kept: Kept, path: str) -> None:
        """Add what is the server's to say."""
        entry = kept.entry
        if self.rewrites and path.startswith("news"):
            for element in [*entry.iter(f"{{{ATOM}}}link"), *entry.iter(f"{{{ATOM}}}id")]:
                entry.remove(element)
            etree.SubElement(entry, f"{{{ATOM}}}id").text = f"urn:own:{path}"
        if path.startswith("news"):
            for link in [each for each in entry.iter(f"{{{ATOM}}}link") if each.get("rel", "alternate") == "alternate"]:
                entry.remove(link)
            page = f"https://gazette.example/{kept.slug}.html"
            etree.SubElement(entry, f"{{{ATOM}}}link", rel="alternate", href=page)
        etree.SubElement(entry, f"{{{ATOM}}}link", rel="edit", href=f"/{path}")
        etree.SubElement(entry, f"{{{APP}}}edited").text = kept.edited_at.isoformat()
        etree.SubElement(entry, f"{{{OWN}}}desk", colour="blue").text = "City desk"

    def _member(self, request: web.Request, body: bytes, id_: str, kept: dict[str, Kept]) -> web.Response:
        member = kept[id_]
        tag = f'"v{member.version}"'
        if request.method == "GET":
            return _xml(member.entry, headers={"ETag": f"W/{tag}" if self.weakens_tags else tag})
        given = request.headers.get("If-Match")
        if request.method == "DELETE":
            return self._deleted(id_, kept, is_current=given == tag)
        if self.stale_answers > 0:
            self.stale_answers -= 1
            member.version += 1
            etree.SubElement(member.entry, f"{{{OWN}}}note").text = "changed meanwhile"
            return web.Response(status=412)
        assert given is not None
        if given != tag:
            return web.Response(status=412)
        member.entry, member.version = etree.fromstring(body), member.version + 1
        return web.Response(status=204)

    def _deleted(self, id_: str, kept: dict[str, Kept], *, is_current: bool) -> web.Response:
        if self.insists_on_tags and not is_current:
            return web.Response(status=428)
        if self.stale_deletions > 0:
            self.stale_deletions -= 1
            return web.Response(status=412)
        del kept[id_]
        return web.Response(status=204)

    def add_other(self, title: str, *, minutes: int = 0) -> None:
        """Add an entry of somebody else."""
        number = str(next(self._numbers))
        entry = etree.fromstring(f'<entry xmlns="{ATOM}"><id>urn:other:{number}</id><title>{title}</title></entry>')
        self.entries[number] = Kept(entry, slug=f"other-{number}", edited_at=NOW + timedelta(minutes=minutes))
        self._finish(self.entries[number], f"news/{number}")


def _check(entry: etree._Element) -> None:
    assert entry.tag == f"{{{ATOM}}}entry"
    for name in ("id", "title", "updated"):
        assert len(entry.findall(f"{{{ATOM}}}{name}")) == 1
    assert entry.find(f"{{{ATOM}}}author") is not None


def _copied(entry: etree._Element) -> etree._Element:
    return etree.fromstring(etree.tostring(entry))


def _xml(root: etree._Element, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    body = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return web.Response(status=status, body=body, content_type="application/atom+xml", headers=headers)
