"""What real feeds make of ours, as w3c/feedvalidator sees it; its checkout's `src` is named by FEEDVALIDATOR_SRC.

FEEDVALIDATOR_PYTHON names an interpreter that has html5lib, where the tests' own has not.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicate.actions.bring_in import bring_in
from syndicate.actions.retract import retract
from syndicate.actions.sources import read_source
from syndicate.model.article import Article
from syndicate.model.delivery import EventType
from syndicate.policy.gates.table import GATES
from syndicate.render.feeds import FORMATS
from syndicate.render.formats.table import FORMATS as NEWS_FORMATS
from syndicate.render.opml import write_opml
from tests.builders import NOON, a_feed, a_publisher, an_article, an_image
from tests.papers import a_paper, put
from tests.stories import a_full_article, a_story

SOURCE = os.environ.get("FEEDVALIDATOR_SRC", "")
PYTHON = os.environ.get("FEEDVALIDATOR_PYTHON", sys.executable)
FEEDS = Path(__file__).resolve().parents[2].parent / "shared" / "input" / "feeds"
LOGO = "https://harbour.example/logo.png"
EVERYTHING = {"latest": 'title = "Latest"\ndescription = "Everything"\nitems = 500\n'}
DIALECTS = {name: f'{EVERYTHING["latest"]}dialect = "{name}"\nlogo = "{LOGO}"\n' for name in GATES}
# SmartFormat's own: `url` in no namespace within its logo, and a status, which is Media RSS 1.5.
ALLOWED_IN = {"smartnews": {("NotInANamespace", "url"), ("UndefinedElement", "media:status")}}
# Two entries may truly share an instant, and the validator does not know tombstones.
ALLOWED = {"DuplicateUpdated", "UnknownNamespace"}
SCRIPT = """
import json, sys, urllib.error, urllib.parse, urllib.request
sys.path.insert(0, sys.argv[1])
import feedvalidator
from feedvalidator import compatibility
events = feedvalidator.validateStream(
    sys.stdin.buffer, firstOccurrenceOnly=0, contentType=sys.argv[2], base=sys.argv[3]
)["loggedEvents"]
found = compatibility.AA(events)
print(json.dumps([[type(each).__name__, each.params.get("line"), str(each.params.get("element"))] for each in found]))
"""

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(not SOURCE, reason="FEEDVALIDATOR_SRC names no checkout of w3c/feedvalidator"),
    pytest.mark.skipif(not FEEDS.is_dir(), reason="the publishers' feeds are not at hand"),
]


def complaints(body: bytes, media_type: str, address: str) -> list[list[object]]:
    command = [PYTHON, "-c", SCRIPT, SOURCE, media_type, address]
    done = subprocess.run(command, input=body, check=False, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    found: list[list[object]] = json.loads(done.stdout.splitlines()[-1])
    return [each for each in found if each[0] not in ALLOWED]


def test_the_validator_complains_where_there_is_cause() -> None:
    assert complaints(
        b"<rss version='2.0'><channel><title>x</title></channel></rss>", "application/rss+xml", "http://x/"
    )


async def test_feeds_of_all_that_publishers_write_are_valid(tmp_path: Path) -> None:
    async with a_paper(tmp_path, feeds=EVERYTHING) as paper:
        await bring_in(
            paper.office,
            paper.sandbox,
            await read_source(str(FEEDS), paper.client),
            actor="import",
            backfill=False,
            own=False,
            report=lambda progress: None,
        )
        for name in ("rss", "atom"):
            edition = await paper.editions.get("latest", name)
            address = f"http://127.0.0.1:8080/feeds/latest.{name}"
            assert complaints(edition.bodies["identity"], FORMATS[name].media_type, address) == []


async def test_archives_and_changes_are_valid(tmp_path: Path) -> None:
    async with a_paper(tmp_path, feeds={"latest": 'title = "Latest"\nitems = 20\n'}) as paper:
        for number in range(1, 131):
            at = (NOON + timedelta(seconds=number - 200)).isoformat()
            await put(paper, id=f"tag:harbour.example,2026:{number}", title=f"Story {number}", updated_at=at)
        await retract(paper.office, "tag:harbour.example,2026:60", reason="wrong", public_note="Wrong.", actor="desk")
        for name in ("rss", "atom"):
            media_type, base = FORMATS[name].media_type, "http://127.0.0.1:8080/feeds/latest"
            since = (await paper.editions.get("latest", name)).seq - 5
            found = await paper.chapters.delta("latest", name, since)
            assert found is not None
            assert complaints(found[1].bodies["identity"], media_type, f"{base}.{name}") == []
            for archive in ("1", "2", "3-5"):
                edition = await paper.chapters.archive("latest", archive, name)
                address = f"{base}/archive/{archive}.{name}"
                assert complaints(edition.bodies["identity"], media_type, address) == []


@pytest.mark.parametrize("dialect", GATES)
async def test_every_dialect_is_valid_but_for_what_its_partner_alone_knows(tmp_path: Path, dialect: str) -> None:
    body = "<h6>Tide</h6><p>It <q>left</q> at nine &amp; came at ten.</p>" * 20
    image = an_image(focal_point=(0.5, 0.2)).model_dump(mode="json", exclude_none=True)
    async with a_paper(tmp_path, feeds=DIALECTS) as paper:
        for number in range(4):
            story: dict[str, Any] = {
                "title": f"The new ferry sails on time: {number} <& tide>",
                "body_html": body,
                "images": [image],
            }
            await put(paper, id=f"tag:harbour.example,2026:{number}", language="en", **story)
        gone = {"reason": "wrong", "public_note": "It <sailed> late & empty."}
        await retract(paper.office, "tag:harbour.example,2026:0", actor="test", **gone)
        for name in ("rss", "atom"):
            edition = await paper.editions.get(dialect, name)
            address = f"http://127.0.0.1:8080/feeds/{dialect}.{name}"
            found = complaints(edition.bodies["identity"], FORMATS[name].media_type, address)
            assert {(each[0], each[2]) for each in found} <= ALLOWED_IN.get(dialect, set())


@pytest.mark.parametrize("article", [an_article(), a_full_article()], ids=["plain", "full"])
def test_an_entry_that_stands_alone_is_valid(article: Article) -> None:
    body = NEWS_FORMATS["atom"].write(a_story(article, type=EventType.CORRECTED))
    assert complaints(body, "application/atom+xml", "https://harbour.example/ferry.atom") == []


def test_the_list_of_feeds_is_valid() -> None:
    body = write_opml((a_feed(), a_feed(slug="sea", title="Sea & sky")), a_publisher(), changed_at=NOON)
    assert complaints(body, "text/x-opml", "https://harbour.example/feeds.opml") == []
