"""`partners report`, on the command line."""

from __future__ import annotations

import asyncio
import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from syndicate.cli.main import cli
from tests.papers import a_paper, put
from tests.store.mailroom import PARTNER, deliver

TITLE = '=HYPERLINK("https://evil.example")'
MARCH = ("--month", "2026-03")


async def deliver_a_story(folder: Path) -> None:
    async with a_paper(folder, PARTNER) as paper:
        await put(paper, title=TITLE, images=[{"url": "https://images.example/1.jpg", "credit": "Ann Lee"}])
        await deliver(paper.office)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    asyncio.run(deliver_a_story(tmp_path))
    return tmp_path


def run(folder: Path, *arguments: str) -> Result:
    command = ["--config", str(folder / "config.toml"), "partners", "report", *arguments]
    return CliRunner().invoke(cli, command, env={"PARTNER_SECRET": "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})


def test_a_report_lists_stories_and_pictures_by_credit(folder: Path) -> None:
    found = json.loads(run(folder, "gazette", *MARCH, "--json").stdout)
    assert (found["stories"], found["corrections"], found["retractions"]) == (1, 0, 0)
    assert found["pictures"] == [{"credit": "Ann Lee", "pictures": 1}]
    (line,) = found["lines"]
    assert (line["title"], line["known_by"], line["took_seconds"]) == (TITLE, "acknowledged", 0)


def test_a_spreadsheet_runs_nothing_of_a_report(folder: Path) -> None:
    head, line = csv.reader(StringIO(run(folder, "gazette", *MARCH, "--csv").stdout))
    assert line[head.index("title")] == f"'{TITLE}"


def test_for_people_the_sums_stand_below(folder: Path) -> None:
    done = run(folder, "gazette", *MARCH)
    assert "Ann Lee\t1" in done.stdout
    assert "1 stories, 0 corrections, 0 retractions" in done.stderr


def test_a_month_that_is_none_is_named(folder: Path) -> None:
    done = run(folder, "gazette", "--month", "March")
    assert done.exit_code != 0
