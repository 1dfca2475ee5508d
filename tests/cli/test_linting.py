"""`syndicate feeds lint`: our feeds, files, and addresses as real servers answer them."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from syndicate.cli.main import cli
from syndicate.errors import UnreadableDocumentError
from tests.cli.test_cli_commands import do
from tests.connectors.partners import Request, partner
from tests.papers import a_paper, configure, put

FEEDS = {
    "latest": 'title = "Latest"\ndescription = "Everything"\n',
    "msn": 'title = "MSN"\ndescription = "For MSN"\ndialect = "msn"\n',
}


PLAIN = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Paper</title><link>https://paper.example/</link>
<description>News</description><item><title>The new ferry sails on time</title><link>https://paper.example/1</link>
<guid isPermaLink="false">tag:paper.example,2026:1</guid><pubDate>Wed, 04 Mar 2026 10:00:00 GMT</pubDate>
<description>It left at nine.</description></item></channel></rss>"""


async def lint(service: Any, source: str | None, dialect: str = "standard") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await do(service, "feeds.lint", source=source, path=source, dialect=dialect)
    return found


async def test_our_feeds_are_linted_by_what_their_gates_found(tmp_path: Path) -> None:
    async with a_paper(tmp_path, feeds=FEEDS) as service:
        await put(service, title="Ferry late", body_html="<p><q>At nine</q></p>", language="en")
        found = await lint(service, "msn")
        assert {(each["code"], each["entry"], each["refuses"]) for each in found} == {
            ("title_length", "tag:harbour.example,2026:ferry", True),
            ("html_outside", "tag:harbour.example,2026:ferry", False),
        }
        assert await lint(service, "latest") == []
        assert await lint(service, None) == found


async def test_a_file_is_linted_and_one_that_is_not_there_is_named(tmp_path: Path) -> None:
    async with a_paper(tmp_path, feeds=FEEDS) as service:
        file = tmp_path / "feed.xml"
        file.write_bytes(PLAIN.replace(b"The new ferry sails on time", b"Ferry late"))
        assert await lint(service, str(file)) == []
        # A description is a summary; the partner asks for the text.
        assert [each["code"] for each in await lint(service, str(file), "msn")] == ["title_length", "body_missing"]
        with pytest.raises(UnreadableDocumentError, match=r"nowhere\.xml"):
            await lint(service, str(tmp_path / "nowhere.xml"))


async def at_an_address(tmp_path: Path, respond: Callable[[Request, int], bytes]) -> list[str]:
    """Lint what a server answers, which is given each request and its number; returns the codes found."""
    seen: list[Request] = []

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        seen.append(request)
        writer.write(respond(request, len(seen)))

    async with partner(behave) as server, a_paper(tmp_path, feeds=FEEDS) as service:
        return [each["code"] for each in await lint(service, server.url)]


def answered(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


XML = "Content-Type: application/rss+xml"


async def test_an_address_that_answers_well_is_clean_but_for_its_self_link(tmp_path: Path) -> None:
    def respond(request: Request, number: int) -> bytes:
        if request.headers.get("if-none-match") == '"1"':
            return answered(b"", 'ETag: "1"', status="304 Not Modified")
        assert number == 1
        return answered(gzip.compress(PLAIN), XML, 'ETag: "1"', "Content-Encoding: gzip")

    assert await at_an_address(tmp_path, respond) == ["self_missing"]


async def test_a_server_that_makes_every_reader_fetch_everything_is_told_so(tmp_path: Path) -> None:
    codes = await at_an_address(tmp_path, lambda request, number: answered(PLAIN, XML))
    assert {"validators_missing", "not_compressed"} <= set(codes)


async def test_conditions_that_are_not_honoured_are_noted(tmp_path: Path) -> None:
    codes = await at_an_address(tmp_path, lambda request, number: answered(PLAIN, XML, 'ETag: "1"'))
    assert "conditions_ignored" in codes


async def test_ids_and_dates_that_differ_with_every_poll_are_refused(tmp_path: Path) -> None:
    def churning(request: Request, number: int) -> bytes:
        return answered(PLAIN.replace(b"10:00:00", b"10:00:%02d" % number), XML)

    def unstable(request: Request, number: int) -> bytes:
        return answered(PLAIN.replace(b"2026:1<", b"2026:x%d<" % number), XML)

    assert "dates_churn" in await at_an_address(tmp_path, churning)
    assert "ids_unstable" in await at_an_address(tmp_path, unstable)


async def test_an_address_that_answers_no_document_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocumentError, match="404"):
        await at_an_address(tmp_path, lambda request, number: answered(b"", status="404 Not Found"))


def test_the_exit_status_says_whether_anything_refuses(tmp_path: Path) -> None:
    configure(tmp_path, feeds=FEEDS)
    good, bad = tmp_path / "good.xml", tmp_path / "bad.xml"
    good.write_bytes(PLAIN)
    bad.write_bytes(PLAIN.replace(b"https://paper.example/1", b"/1"))
    config = ["--config", str(tmp_path / "config.toml"), "feeds", "lint"]
    clean = CliRunner().invoke(cli, [*config, str(good)])
    assert (clean.exit_code, clean.stdout) == (0, "")
    refused = CliRunner().invoke(cli, [*config, str(bad), "--json"])
    assert refused.exit_code == 1
    assert [each["code"] for each in json.loads(refused.stdout)] == ["address_relative"]
    wrong = CliRunner().invoke(cli, [*config, str(good), "--dialect", "yahoo"])
    assert wrong.exit_code == 2
