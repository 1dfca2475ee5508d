"""`syndicate check` tries what each kind of partner is reached by, and says what is wrong with its cure."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from syndicate.app.checking import check_connections
from tests.papers import configure

KINDS = {
    "webhook": 'url = "http://127.0.0.1:{port}/in"\nsigning_secret = "env:PARTNER_SECRET"',
    "wordpress": 'url = "http://127.0.0.1:{port}"\nuser = "wire"\npassword = "env:WORD"',
    "mastodon": 'url = "http://127.0.0.1:{port}"\ntoken = "env:WORD"',
    "apple-news": 'channel_id = "abc"\nkey_id = "d"\nsecret = "env:KEY"\nendpoint = "http://127.0.0.1:{port}"',
    "atompub": 'service = "http://127.0.0.1:{port}/service"\ntoken = "env:WORD"',
    "sftp": 'host = "127.0.0.1"\nport = {port}\nuser = "wire"\npassword = "env:WORD"',
    "s3": 'url = "s3://bucket/wire"\nendpoint = "http://127.0.0.1:{port}"\naccess_key = "env:WORD"\n'
    'secret_key = "env:WORD"',
}
SMTP = '[smtp]\nhost = "127.0.0.1"\nport = {port}\nsender = "wire@harbour.example"\nsecurity = "none"\n'
WORDS = {"WORD": "word for the tests", "KEY": "a2V5IGZvciB0aGUgdGVzdHM="}


@asynccontextmanager
async def a_server() -> AsyncIterator[int]:
    """Answer whatever comes, and return the port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def levels(folder: Path, extra: str) -> dict[str, str]:
    loaded = configure(folder, extra, environ=WORDS)
    return {each.subject: each.level for each in await check_connections(loaded, reach=True)}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_partner_is_looked_for_where_its_connector_calls(tmp_path: Path, kind: str) -> None:
    section = f'[partners.there]\nconnector = "{kind}"\n{KINDS[kind]}\n'
    async with a_server() as port:
        assert await levels(tmp_path, section.format(port=port)) == {"partners.there": "fine"}
    assert await levels(tmp_path, section.format(port=port)) == {"partners.there": "failed"}


async def test_the_mail_server_is_looked_for_once_for_all_who_get_mail(tmp_path: Path) -> None:
    mail = "".join(f'[partners.{name}]\nconnector = "email"\nto = ["desk@{name}.example"]\n' for name in ("a", "b"))
    async with a_server() as port:
        assert await levels(tmp_path, SMTP.format(port=port) + mail) == {"smtp": "fine"}
    assert await levels(tmp_path, SMTP.format(port=port) + mail) == {"smtp": "failed"}


async def test_a_folder_must_be_there(tmp_path: Path) -> None:
    section = '[partners.drop]\nconnector = "folder"\npath = "drop"\n'
    assert await levels(tmp_path, section) == {"partners.drop": "failed"}
    (tmp_path / "drop").mkdir()
    assert await levels(tmp_path, section) == {"partners.drop": "fine"}


async def test_who_comes_to_us_and_whose_place_is_not_told_is_not_looked_for(tmp_path: Path) -> None:
    polling = '[partners.poll]\nconnector = "pull"\ntoken = "env:WORD"\n'
    amazon = '[partners.s3]\nconnector = "s3"\nurl = "s3://bucket"\naccess_key = "env:WORD"\nsecret_key = "env:WORD"\n'
    assert await levels(tmp_path, polling + amazon) == {}
