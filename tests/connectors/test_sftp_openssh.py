"""Packages by SFTP to a real OpenSSH server: its keys, ours, and a connection cut anywhere."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Iterator

import asyncssh
import pytest

from syndicate.connectors.contract import Connector
from syndicate.connectors.means import Means
from syndicate.connectors.suite.copy import Copy, accepted, refused
from syndicate.connectors.suite.sendings import NOW, a_correction, a_retraction, a_sending
from syndicate.connectors.suite.site import means
from tests.connectors import dropped
from tests.connectors.cutting import survives_every_cut
from tests.connectors.dropped import files_below
from tests.connectors.openssh import Server, an_openssh

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with an_openssh(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture
async def ways(server: Server) -> AsyncIterator[Means]:
    for _ in range(100):
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.close()
            break
        await asyncio.sleep(0.05)
    async with means(pictures=dropped.given_pictures()) as made:
        yield made


async def test_an_article_is_brought_corrected_and_withdrawn(server: Server, ways: Means) -> None:
    connector = server.connector(ways)
    assert "SHA256:" in accepted(await connector.test(delivery_id="msg_t", at=NOW)).answer
    copy = Copy(connector)
    accepted(await copy.send(a_sending(article=dropped.images("bow", "stern", "deck"))))
    assert len(files_below(server.inbox)) == 5
    accepted(await copy.send(a_correction("New ferry sails at ten")))
    assert dropped.shown(files_below(server.inbox)) == ["New ferry sails at ten"]
    accepted(await copy.send(a_retraction()))
    files = files_below(server.inbox)
    assert (len(files), dropped.shown(files)) == (2, [])
    assert not any(b"New ferry" in body for body in files.values())
    shutil.rmtree(next(server.inbox.iterdir()))
    await connector.aclose()


async def test_a_connection_cut_anywhere_is_made_good_by_the_retry(server: Server, ways: Means) -> None:
    def made(port: int) -> Connector:
        return server.connector(ways, port=port)

    assert await survives_every_cut(made, server.port, server.inbox, step=600) > 5


async def test_a_server_with_another_key_gets_nothing(server: Server, ways: Means) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519")
    connector = server.connector(ways, host_key=other.get_fingerprint())
    outcome = refused(await Copy(connector).send(a_sending()))
    assert (outcome.unauthorised, outcome.certain) == (True, True)
    assert server.host_key.get_fingerprint() in outcome.reason


async def test_a_key_that_the_server_does_not_know_is_told(server: Server, ways: Means) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
    outcome = refused(await Copy(server.connector(ways, key=other)).send(a_sending()))
    assert (outcome.unauthorised, outcome.certain, outcome.permanent) == (True, True, False)


async def test_a_directory_that_we_may_not_write_is_told(server: Server, ways: Means) -> None:
    connector = server.connector(ways, path="/proc")
    outcome = refused(await Copy(connector).send(a_sending()))
    assert outcome.reason.startswith("the SFTP server: ")
    await connector.aclose()
