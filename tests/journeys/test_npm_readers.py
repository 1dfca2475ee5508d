"""Two feed parsers from npm read our feeds back: titles, dates, bodies, enclosures."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicate.model.entry import Entry, FeedContent
from syndicate.render.body import compose_feed_html
from syndicate.render.enclosures import enclosures_of
from syndicate.render.feeds import render
from tests.builders import NOON, a_publisher, an_entry, an_image, feed_content

pytestmark = pytest.mark.system

READER = Path(__file__).with_name("npm_readers.cjs")
# Not @rowanmanning/feed-parser 2.1.5: it decodes references in HTML once too often, whoever wrote the feed.
PACKAGES = ("rss-parser@3.13.0", "feedparser@2.6.0")
READERS = ("rss-parser", "feedparser")
FORMATS = ("rss", "atom")

STORIES = (
    an_entry(
        id="tag:harbour.example,2026:one",
        title="AT&T: 5 < 6, “Fährä” & 船 🚢",
        body_html='<p>Write <code>&lt;p&gt; &amp;amp; ]]&gt;</code>, café.</p><img src="https://images.harbour.example/2.jpg">',
        published_at=NOON - timedelta(days=2, minutes=1),
        images=[an_image(1, caption="Bow & stern", credit="P. Ng"), an_image(2)],
        attachments=[{"url": "https://harbour.example/a.mp3?x=1&y=2", "type": "audio/mpeg", "length": 5}],
    ),
    an_entry(id="https://harbour.example/two", url="https://harbour.example/two", title="Two"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the parsers in it."""
    if not shutil.which("npm") or not shutil.which("node"):
        pytest.skip("needs node and npm")
    path = tmp_path_factory.mktemp("npm")
    (path / "package.json").write_text('{"private": true}')
    install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES]
    try:
        subprocess.run(install, cwd=path, check=True, capture_output=True, timeout=90)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"npm could not install the parsers: {error}")
    return path


@pytest.fixture(scope="module")
def read(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what each parser found in each format."""
    files = [folder / f"feed.{name}" for name in FORMATS]
    for file, name in zip(files, FORMATS, strict=True):
        file.write_bytes(render(content(), name))
    command = ["node", str(READER), *map(str, files)]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, timeout=30)
    assert done.returncode == 0, done.stderr.decode()
    return {reader: dict(zip(FORMATS, found, strict=True)) for reader, found in json.loads(done.stdout).items()}


def content() -> FeedContent:
    return feed_content(*STORIES)


def enclosures(entry: Entry, reader: str, name: str) -> list[list[str]]:
    """Return what a parser can know: feedparser adds Media RSS to RSS's one enclosure, rss-parser reads only that."""
    files = [[file.url, file.type] for file in enclosures_of(entry.article)]
    if reader == "feedparser":
        return files
    return files[:1] if name == "rss" else []


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("reader", READERS)
def test_npm_parsers_read_back_what_was_published(read: dict[str, dict[str, Any]], reader: str, name: str) -> None:
    for found, entry in zip(read[reader][name], STORIES, strict=True):
        assert found["id"] == entry.id
        assert found["title"] == entry.article.title
        assert datetime.fromisoformat(found["published"]) == entry.published_at.astimezone(UTC)
        assert found["body"] == compose_feed_html(entry, a_publisher(), content().feed.content)
        assert found["enclosures"] == enclosures(entry, reader, name)


def test_the_stories_have_what_is_compared() -> None:
    assert len(enclosures_of(STORIES[0].article)) == 3
