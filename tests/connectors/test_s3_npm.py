"""Packages in an S3 server of somebody else's making: s3rver from npm, which knows accounts but checks no signature."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import pytest
from obstore.store import S3Store

from syndicate.connectors.contract import Connector
from syndicate.connectors.means import Means
from syndicate.connectors.suite.copy import Copy, accepted, refused
from syndicate.connectors.suite.sendings import NOW, a_correction, a_retraction, a_sending
from syndicate.connectors.suite.site import means
from syndicate.connectors.table import build
from syndicate.model.declarations import PartnerDeclaration
from tests.builders import a_publisher
from tests.connectors import dropped
from tests.connectors.s3rver import KEY, an_s3rver

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with an_s3rver(tmp_path_factory.mktemp("s3rver")) as endpoint:
        yield endpoint


@pytest.fixture
async def ways() -> AsyncIterator[Means]:
    async with means(pictures=dropped.given_pictures()) as made:
        yield made


async def ready(connector: Connector) -> str:
    """Wait for the server; return what the test of the partner says then."""
    for _ in range(100):
        outcome = await connector.test(delivery_id="msg_t", at=NOW)
        if getattr(outcome, "reason", "") != "cannot connect to the object store":
            return repr(outcome)
        await asyncio.sleep(0.1)
    return "it never started"


def connector(endpoint: str, ways: Means, *, key: str = KEY, **other: Any) -> Connector:
    options = {"url": "s3://news/in", "endpoint": endpoint, **other}
    partner = PartnerDeclaration(name="gazette", connector="s3", options=options)
    return build(partner, a_publisher(), {"access_key": (key,), "secret_key": (KEY,)}, ways)


def objects(copy: Copy) -> Sequence[str]:
    files: Sequence[str] = copy.remote["files"]
    return files


async def read(endpoint: str, path: str) -> bytes:
    """Read an object back past all of ours."""
    keys = {"access_key_id": KEY, "secret_access_key": KEY, "endpoint": endpoint, "region": "us-east-1"}
    store = S3Store("news", prefix="in", config=keys, client_options={"allow_http": True})  # type: ignore[arg-type]
    return bytes(await (await store.get_async(path)).bytes_async())


async def test_an_article_is_brought_corrected_and_withdrawn(endpoint: str, ways: Means) -> None:
    made = connector(endpoint, ways)
    assert (await ready(made)).startswith("Accepted")
    copy = Copy(made)
    accepted(await copy.send(a_sending(article=dropped.images("bow", "stern", "deck"))))
    assert len(objects(copy)) == 5
    for event, titles in ((a_correction("New ferry sails at ten"), ["New ferry sails at ten"]), (a_retraction(), [])):
        accepted(await copy.send(event))
        files = {path: await read(endpoint, path) for path in objects(copy)}
        assert dropped.shown(files) == titles
        assert len(files) == 2
    await made.aclose()


async def test_an_account_that_there_is_not_is_told(endpoint: str, ways: Means) -> None:
    made = connector(endpoint, ways, key="NOBODY")
    assert "InvalidAccessKeyId" in await ready(made)
    outcome = refused(await Copy(made).send(a_sending()))
    assert (outcome.unauthorised, outcome.permanent) == (True, False)
    await made.aclose()


async def test_a_bucket_that_is_not_there_is_told(endpoint: str, ways: Means) -> None:
    made = connector(endpoint, ways, url="s3://nowhere/in")
    assert "404" in await ready(made)
    await made.aclose()
