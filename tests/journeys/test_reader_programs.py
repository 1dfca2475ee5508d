"""Two readers from Debian subscribe to a running service: what they show of stories, captions, and changes of mind."""

from __future__ import annotations

import html
import json
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.journeys.shop import Shop, a_shop

pytestmark = pytest.mark.system

FERRY, BRIDGE = "tag:harbour.example,2026:ferry", "tag:harbour.example,2026:bridge"
CAPTION = "The “Ida” & her crew"
FORMATS = ("rss", "atom")


def a_record(article_id: str, title: str) -> str:
    image = {"url": "https://images.harbour.example/1.jpg", "caption": CAPTION, "credit": "P. Ng", "alt": "A ferry"}
    return json.dumps({"id": article_id, "title": title, "body_html": "<p>She sailed.</p>", "images": [image]})


def put(shop: Shop, article_id: str, title: str) -> None:
    assert shop.run("articles", "put", "-", stdin=a_record(article_id, title)).status == 0


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"needs {name}")
    return found


class Newsboat:
    """newsboat with one subscription; what it holds is in its cache."""

    def __init__(self, folder: Path, url: str) -> None:
        self._program = program("newsboat")
        self._folder = folder
        folder.mkdir()
        (folder / "urls").write_text(f"{url}\n")

    def reload(self) -> dict[str, str]:
        """Poll, and return the bodies by title."""
        files = ("-u", "urls", "-c", "cache.db", "-C", "/dev/null")
        subprocess.run([self._program, *files, "-x", "reload"], cwd=self._folder, check=True, timeout=60)
        with sqlite3.connect(self._folder / "cache.db") as cache:
            return dict(cache.execute("SELECT title, content FROM rss_item ORDER BY pubDate").fetchall())


@pytest.mark.parametrize("name", FORMATS)
def test_newsboat_shows_titles_bodies_and_captions_and_takes_an_update(tmp_path: Path, name: str) -> None:
    shop = a_shop(tmp_path / "shop")
    with shop.serving():
        reader = Newsboat(tmp_path / "newsboat", f"http://127.0.0.1:{shop.port}/feeds/latest.{name}")
        put(shop, FERRY, "AT&T: the ferry <b>sails</b>")
        held = reader.reload()
        body = held["AT&T: the ferry <b>sails</b>"]
        assert CAPTION in html.unescape(body)
        assert "P. Ng" in body
        put(shop, BRIDGE, "The bridge opens")
        put(shop, FERRY, "The ferry sails late")
        # One story for each id, however often it changed.
        assert reader.reload().keys() == {"The ferry sails late", "The bridge opens"}


def sfeed(document: bytes) -> list[list[str]]:
    """Return sfeed's lines, newest last: time, title, link, content, its type, id, author, enclosure, categories."""
    done = subprocess.run([program("sfeed")], input=document, capture_output=True, check=True, timeout=30)
    return sorted(line.split("\t") for line in done.stdout.decode().splitlines())


@pytest.mark.parametrize("name", FORMATS)
def test_sfeed_reads_time_title_link_body_id_and_the_lead_picture(tmp_path: Path, name: str) -> None:
    shop = a_shop(tmp_path / "shop")
    with shop.serving():
        put(shop, FERRY, "AT&T: the ferry “sails”")
        [[_, title, link, content, kind, guid, author, enclosure, *_]] = sfeed(shop.read(f"/feeds/latest.{name}"))
        assert title == "AT&T: the ferry “sails”"
        assert link == f"http://127.0.0.1:{shop.port}/articles/at-t-the-ferry-sails"
        assert (kind, guid, author) == ("html", FERRY, "Harbour Daily")
        assert enclosure == "https://images.harbour.example/1.jpg"
        assert CAPTION in html.unescape(content)
        assert shop.run("articles", "retract", FERRY, "--reason", "wrong").status == 0
        assert sfeed(shop.read(f"/feeds/latest.{name}")) == []
