"""What operators are shown of partners that are no webhooks: tests and previews, as people read them and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from syndicate.cli.main import cli
from tests.papers import configure

PARTNERS = """
[partners.drop]
connector = "folder"
path = "drop"
[partners.archive]
connector = "python:archive_of_blobs"
"""
# A partner that takes bytes which are no text.
ARCHIVE = """
from pydantic import BaseModel
from syndicate.connectors.contract import Accepted, Preview
from syndicate.connectors.means import ConnectorKind


class Archive:
    bounded, gathers = True, False

    async def send(self, sending):
        return Accepted()

    async def test(self, *, delivery_id, at):
        return Accepted(answer="the archive is \\x1b[31mopen")

    def preview(self, sending):
        return Preview("PUT", "archive://ferry", {}, b"\\xff\\x00")

    async def aclose(self):
        pass


class Options(BaseModel):
    pass


CONNECTOR = ConnectorKind("archive", Options, (), lambda options, setting: Archive())
"""
FERRY = "tag:harbour.example,2026:ferry"
STORY = {
    "id": FERRY,
    "title": "New ferry sails on time",
    "images": [{"url": "https://img.example/ferry.jpg"}],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "archive_of_blobs.py").write_text(ARCHIVE, "utf-8")
    (tmp_path / "drop").mkdir()
    configure(tmp_path, PARTNERS)
    assert run(tmp_path, "articles", "put", "-", stdin=json.dumps(STORY)).exit_code == 0
    return tmp_path


def run(folder: Path, *command: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["--config", str(folder / "config.toml"), *command], input=stdin)


def test_a_preview_shows_what_goes_first_and_where_each_thing_goes(folder: Path) -> None:
    shown = run(folder, "partners", "preview", "drop", FERRY).stdout
    first, then, *rest = shown.splitlines()
    assert first == "GET https://img.example/ferry.jpg"
    assert then.startswith(f"PUT {folder}/drop/")
    assert rest[:2] == ["Content-Type: application/json", ""]
    assert json.loads(rest[2])["data"]["article"]["title"] == "New ferry sails on time"
    [before] = json.loads(run(folder, "partners", "preview", "drop", FERRY, "--json").stdout)["before"]
    assert (before["method"], before["url"]) == ("GET", "https://img.example/ferry.jpg")


def test_bytes_that_are_no_text_are_shown_to_programs_alone(folder: Path) -> None:
    shown = run(folder, "partners", "preview", "archive", FERRY)
    assert shown.stdout == "PUT archive://ferry\n\n(no text; --json shows it in base64)\n"
    found = json.loads(run(folder, "partners", "preview", "archive", FERRY, "--json").stdout)
    assert (found["body"], found["body_base64"]) == (None, "/wA=")


def test_a_test_tells_what_the_partner_said_and_nothing_of_what_it_did_not_say(folder: Path) -> None:
    assert run(folder, "partners", "test", "drop").stdout.rstrip().endswith(" ms")
    told = run(folder, "partners", "test", "archive").stdout
    assert told.startswith("archive took the test in ")
    assert told.rstrip().endswith("open")
    assert "\x1b" not in told
