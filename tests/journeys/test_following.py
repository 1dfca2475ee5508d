"""Programs of others follow a running service through a random month: what they hold is what the feed says."""

from __future__ import annotations

import importlib
import json
import random
import signal
import sys
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import feedparser
import feedparser_sgmllib
from lxml import etree

from tests.journeys.shop import Shop, a_shop

# The feedparser that reader brings along asks for this module by the name it had before.
sys.modules.setdefault("sgmllib", feedparser_sgmllib)
make_reader = importlib.import_module("reader").make_reader

DELETED = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
STORIES = tuple(f"tag:harbour.example,2026:{number}" for number in range(12))
FEED = "/feeds/harbour.atom"
STEPS = 40
HARBOUR = 'title = "Harbour"\nitems = 6\n[select]\ncategories = ["Harbour"]\n'
PULL = """
[partners.gazette]
connector = "pull"
token = "env:GAZETTE_TOKEN"
rate = "100/s"
[partners.gazette.select]
categories = ["Harbour"]
"""


@dataclass
class Newsroom:
    """What a newsroom does to a dozen stories, at random; `written` is what the service has accepted of each."""

    shop: Shop
    token: str
    chance: random.Random
    written: dict[str, tuple[str, str]] = field(default_factory=dict)
    retracted: set[str] = field(default_factory=set)

    @property
    def selected(self) -> dict[str, str]:
        """Return by id the titles of what stands under Harbour now."""
        standing = {story: of for story, of in self.written.items() if story not in self.retracted}
        return {story: title for story, (title, category) in standing.items() if category == "Harbour"}

    def act(self, number: int) -> None:
        story = self.chance.choice(STORIES)
        if story in self.retracted:
            assert self.shop.run("articles", "restore", story).status == 0
            self.retracted.remove(story)
        elif story in self.written and self.chance.random() < 0.25:
            assert self._send("DELETE", f"{_path(story)}?reason=wrong") == 200
            self.retracted.add(story)
        else:
            category = "Harbour" if self.chance.random() < 0.8 else "World"
            title = f"Version {number}"
            record = {"title": title, "categories": [category], "body_html": f"<p>{number}</p>"}
            assert self._send("PUT", _path(story), record) in (200, 201)
            self.written[story] = title, category

    def _send(self, method: str, path: str, record: object = None) -> int:
        connection = HTTPConnection("127.0.0.1", self.shop.port, timeout=10)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        connection.request(method, path, None if record is None else json.dumps(record), headers)
        status = connection.getresponse().status
        connection.close()
        return status


def _path(story: str) -> str:
    return f"/api/v1/articles/{quote(story, safe='')}"


class Follower:
    """Holds a feed by its deltas: adds what came, removes what was withdrawn, and keeps no more than the feed shows."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._etag: str | None = None
        self.held: dict[str, tuple[str, str]] = {}
        self.statuses: set[int] = set()

    def poll(self, items: int) -> None:
        found = feedparser.parse(self._url, etag=self._etag)
        self.statuses.add(found.status)
        if found.status == 304:
            return
        self._etag = found.etag
        if found.status == 200:
            self.held = {}
        self.held |= {entry.id: (entry.updated, entry.title) for entry in found.entries}
        for gone in self._withdrawn():
            self.held.pop(gone, None)
        newest = sorted(self.held, key=lambda story: (self.held[story][0], story), reverse=True)[:items]
        self.held = {story: self.held[story] for story in newest}

    def _withdrawn(self) -> set[str]:
        # feedparser passes over tombstones; those of the whole feed say the same as those of the delta.
        document = etree.fromstring(_get(self._url))
        shown = {entry.findtext("{*}id") for entry in document.iter("{http://www.w3.org/2005/Atom}entry")}
        return {str(each.get("ref")) for each in document.iter(DELETED)} - {str(story) for story in shown}


def _get(url: str, **headers: str) -> bytes:
    host, _, path = url.removeprefix("http://").partition("/")
    connection = HTTPConnection(host, timeout=10)
    connection.request("GET", f"/{path}", headers=headers)
    body = connection.getresponse().read()
    connection.close()
    return body


def shown(url: str) -> dict[str, str]:
    document = etree.fromstring(_get(url))
    entries = document.iter("{http://www.w3.org/2005/Atom}entry")
    return {str(entry.findtext("{*}id")): str(entry.findtext("{*}title")) for entry in entries}


def whole(url: str) -> dict[str, str]:
    """Follow a feed through its archives; of what stands in several documents, the first is the newest."""
    held: dict[str, str] = {}
    address: str | None = url
    while address is not None:
        held = shown(address) | held
        links = etree.fromstring(_get(address)).iterfind("{*}link[@rel='prev-archive']")
        address = next((str(link.get("href")) for link in links), None)
    return held


class Gazette:
    """A partner that polls its list of changes, and holds what that says."""

    def __init__(self, shop: Shop, token: str) -> None:
        self._changes = f"http://127.0.0.1:{shop.port}/partners/gazette/changes"
        self._token = token
        self._cursor = "start"
        self.held: dict[str, str] = {}

    def poll_until(self, selected: dict[str, str]) -> None:
        """Poll until nothing is missing; each story is offered in a moment of its own."""
        for _ in range(20):
            page = json.loads(
                _get(f"{self._changes}?after={self._cursor}&wait=1", Authorization=f"Bearer {self._token}")
            )
            for item in page["items"]:
                self.held.pop(item["id"], None)
                if item["article"] is not None:
                    self.held[item["id"]] = item["article"]["title"]
            self._cursor = page["cursor"]
            if self.held == selected:
                return


def test_who_follows_archives_or_polls_changes_holds_the_whole_selection_through_a_month_and_a_restart(
    tmp_path: Path,
) -> None:
    shop = a_shop(tmp_path / "shop", PULL, GAZETTE_TOKEN="canary-token-of-the-gazette")
    (shop.folder / "feeds" / "harbour.toml").write_text(HARBOUR)
    token = shop.run("tokens", "create", "cms", "--scope", "write").out.strip()
    newsroom = Newsroom(shop, token, random.Random(8))
    gazette = Gazette(shop, "canary-token-of-the-gazette")
    for half in (range(STEPS // 2), range(STEPS // 2, STEPS)):
        with shop.serving() as serving:
            for number in half:
                newsroom.act(number)
                if number % 4 == 3:
                    assert whole(f"http://127.0.0.1:{shop.port}{FEED}") == newsroom.selected
                    gazette.poll_until(newsroom.selected)
                    assert gazette.held == newsroom.selected
            assert serving.stop(signal.SIGTERM) == 0
    copies = shop.run("copies", "list", "--partner", "gazette", "--json").json
    assert {each["article"] for each in copies if each["holding"] == "held"} == set(newsroom.selected)


def test_feedparser_and_reader_hold_what_the_feed_shows_through_a_month_and_a_restart(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    (shop.folder / "feeds" / "harbour.toml").write_text(HARBOUR)
    token = shop.run("tokens", "create", "cms", "--scope", "write").out.strip()
    newsroom = Newsroom(shop, token, random.Random(7))
    url = f"http://127.0.0.1:{shop.port}{FEED}"
    follower, others = Follower(url), make_reader(str(tmp_path / "reader.db"))
    others.add_feed(url)
    for half in (range(STEPS // 2), range(STEPS // 2, STEPS)):
        with shop.serving() as serving:
            for number in half:
                newsroom.act(number)
                if number % 2:
                    follower.poll(items=6)
                    now = shown(url)
                    assert {story: title for story, (_, title) in follower.held.items()} == now
                    others.update_feed(url)
                    # It has no notion of a withdrawal, and must have everything else as it is.
                    assert now.items() <= {entry.id: entry.title for entry in others.get_entries()}.items()
            assert serving.stop(signal.SIGTERM) == 0
    assert 226 in follower.statuses
