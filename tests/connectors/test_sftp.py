"""SFTP servers that are not the partner's, lack what OpenSSH has, or hang up in the middle."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from syndicate.connectors.contract import Connector
from syndicate.connectors.means import Means
from syndicate.connectors.suite.copy import Copy, accepted, refused
from syndicate.connectors.suite.sendings import NOW, a_retraction, a_sending, an_update
from syndicate.connectors.suite.site import means
from syndicate.connectors.table import build
from syndicate.errors import ConfigurationError
from syndicate.model.declarations import PartnerDeclaration
from tests.builders import a_publisher
from tests.connectors import dropped
from tests.connectors.cutting import survives_every_cut
from tests.connectors.sftp_server import SftpSite, an_sftp_site

FIRST = dropped.images("bow", "stern")


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[SftpSite]:
    async with an_sftp_site(tmp_path) as site:
        yield site


@pytest.fixture
async def ways() -> AsyncIterator[Means]:
    async with means(pictures=dropped.given_pictures()) as made:
        yield made


def connector(
    site: SftpSite, ways: Means, secrets: dict[str, tuple[str, ...]] | None = None, **other: Any
) -> Connector:
    options = {**site.options, **other}
    partner = PartnerDeclaration(name="gazette", connector="sftp", options=options)
    return build(partner, a_publisher(), secrets or site.secrets, ways)


def fingerprint(site: SftpSite) -> str:
    return site.host_key.get_fingerprint()


async def test_a_fingerprint_will_do_for_a_host_key(site: SftpSite, ways: Means) -> None:
    made = connector(site, ways, host_key=fingerprint(site))
    assert accepted(await made.test(delivery_id="msg_t", at=NOW)).answer == f"host key {fingerprint(site)}"
    await made.aclose()


async def test_a_line_of_ssh_keyscan_will_do_for_a_host_key(site: SftpSite, ways: Means) -> None:
    made = connector(site, ways, host_key=[f"[127.0.0.1]:2222 {site.options['host_key']}"])
    accepted(await made.test(delivery_id="msg_t", at=NOW))
    await made.aclose()


async def test_no_credentials_go_to_a_server_with_another_key(site: SftpSite, ways: Means) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    made = connector(site, ways, host_key=other)
    outcome = refused(await Copy(made).send(a_sending()))
    assert (outcome.unauthorised, outcome.certain, site.logins) == (True, True, 0)
    assert fingerprint(site) in outcome.reason


async def test_without_a_host_key_nothing_is_sent_and_the_fingerprint_is_told(site: SftpSite, ways: Means) -> None:
    made = connector(site, ways, host_key=[])
    outcome = refused(await made.test(delivery_id="msg_t", at=NOW))
    assert f"{fingerprint(site)}, and host_key is not set" in outcome.reason
    assert site.logins == 0


async def test_a_private_key_lets_us_in(site: SftpSite, ways: Means) -> None:
    ours = asyncssh.generate_private_key("ssh-ed25519")
    site.client_key = ours.convert_to_public()
    text = ours.export_private_key().decode().strip()
    made = connector(site, ways, {"private_key": (text,)})
    accepted(await Copy(made).send(a_sending(title="New ferry sails")))
    assert (await site.shown(), site.logins) == (["New ferry sails"], 0)
    await made.aclose()


def test_a_private_key_that_cannot_be_read_is_told_without_showing_it(site: SftpSite, ways: Means) -> None:
    with pytest.raises(ConfigurationError) as caught:
        connector(site, ways, {"private_key": ("canary",)})
    assert "canary" not in f"{caught.value}{caught.value.violations}"


def test_a_host_key_that_is_none_is_refused(site: SftpSite, ways: Means) -> None:
    with pytest.raises(ConfigurationError, match="wrong options"):
        connector(site, ways, host_key="ssh-ed25519 nonsense")


async def test_one_connection_serves_many_deliveries_and_is_given_back(site: SftpSite, ways: Means) -> None:
    made = connector(site, ways)
    copy = Copy(made)
    accepted(await copy.send(a_sending()))
    accepted(await copy.send(an_update("New ferry sails again")))
    accepted(await copy.send(a_retraction()))
    assert site.logins == 1
    await made.aclose()
    accepted(await copy.send(a_sending(delivery_id="msg_4")))
    assert site.logins == 2
    await made.aclose()


async def test_a_session_that_ends_by_itself_is_not_used_again(site: SftpSite, ways: Means) -> None:
    made = connector(site, ways)
    copy = Copy(made)
    accepted(await copy.send(a_sending()))
    site.end_sessions()
    await copy.send(an_update("New ferry sails again"))
    accepted(await copy.send(an_update("New ferry sails again")))
    assert await site.shown() == ["New ferry sails again"]
    await made.aclose()


async def test_files_are_replaced_where_the_server_cannot_do_so_in_one_step(site: SftpSite, ways: Means) -> None:
    site.posix = False
    made = connector(site, ways)
    copy = Copy(made)
    accepted(await copy.send(a_sending(title="New ferry sails")))
    accepted(await copy.send(an_update("New ferry sails again")))
    assert await site.shown() == ["New ferry sails again"]
    await made.aclose()


async def test_the_manifest_is_the_last_to_get_its_name(site: SftpSite, ways: Means) -> None:
    made = connector(site, ways)
    accepted(await Copy(made).send(a_sending(article=FIRST)))
    assert [name.rpartition(".")[2] for name in site.steps] == ["jpg", "jpg", "json", "json"]
    assert site.steps[-1] == "manifest.json"
    await made.aclose()


async def test_a_directory_that_is_missing_is_told_and_not_made(site: SftpSite, ways: Means) -> None:
    made = connector(site, ways, path="/nowhere")
    outcome = refused(await Copy(made).send(a_sending()))
    assert outcome.certain
    assert "No such file" in outcome.reason
    assert not (site.root / "nowhere").exists()
    await made.aclose()


async def test_a_disk_that_is_full_is_told_and_not_kept_full_by_half_a_file(site: SftpSite, ways: Means) -> None:
    site.full = True
    made = connector(site, ways)
    outcome = refused(await Copy(made).send(a_sending()))
    assert ("No space left" in outcome.reason, outcome.permanent) == (True, False)
    assert dropped.files_below(site.root) == {}
    await made.aclose()


class Fountain:
    """A server that never comes to an end; `sent` bytes so far."""

    def __init__(self, piece: bytes) -> None:
        self._piece = piece
        self.sent = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while self.sent < 50_000_000:
                writer.write(self._piece)
                await writer.drain()
                self.sent += len(self._piece)
        writer.close()


@pytest.mark.parametrize(
    "piece",
    [b"Welcome!\r\n" * 1_000, b"x" * 10_000, b"SSH-2.0-Endless\r\n" + b"\xff" * 10_000],
    ids=["lines", "line", "packet"],
)
async def test_a_server_that_talks_without_end_is_hung_up_on(site: SftpSite, ways: Means, piece: bytes) -> None:
    fountain = Fountain(piece)
    server = await asyncio.start_server(fountain, "127.0.0.1", 0)
    made = connector(site, ways, port=server.sockets[0].getsockname()[1], timeout="20s")
    async with asyncio.timeout(10):
        refused(await Copy(made).send(a_sending()))
    assert fountain.sent < 20_000_000
    await made.aclose()
    server.close()


async def test_a_connection_cut_anywhere_is_made_good_by_the_retry(site: SftpSite, ways: Means) -> None:
    def made(port: int) -> Connector:
        return connector(site, ways, port=port)

    assert await survives_every_cut(made, site.port, site.root / "in", step=400) > 10
