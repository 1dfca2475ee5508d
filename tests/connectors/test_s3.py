"""Object stores: what objects are served with, where requests may go, and what is refused."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from syndicate.connectors.buckets.bucket import Bucket, Keys, Location, refuse_overriding
from syndicate.connectors.buckets.refusals import FAILURES, refusal_of
from syndicate.connectors.contract import Connector
from syndicate.connectors.means import Means
from syndicate.connectors.suite.copy import Copy, accepted, refused
from syndicate.connectors.suite.sendings import NOW, a_retraction, a_sending
from syndicate.connectors.suite.site import Mood, means
from syndicate.connectors.table import build
from syndicate.errors import ConfigurationError
from syndicate.model.declarations import PartnerDeclaration
from tests.builders import a_publisher
from tests.connectors import dropped
from tests.connectors.authority import an_authority
from tests.connectors.partners import answering, partner
from tests.connectors.s3_server import S3Site, an_s3_site

PICTURES = dropped.images("bow", "stern")


@pytest.fixture
async def site() -> AsyncIterator[S3Site]:
    async with an_s3_site() as site:
        yield site


@pytest.fixture
async def ways() -> AsyncIterator[Means]:
    async with means(pictures=dropped.given_pictures()) as made:
        yield made


def connector(site: S3Site, ways: Means, **other: Any) -> Connector:
    partner = PartnerDeclaration(name="gazette", connector="s3", options={**site.options, **other})
    return build(partner, a_publisher(), site.secrets, ways)


async def test_objects_are_served_as_what_they_are(site: S3Site, ways: Means) -> None:
    made = connector(site, ways, cache_control="max-age=60")
    accepted(await Copy(made).send(a_sending(article=PICTURES)))
    kinds = {key.rpartition(".")[2]: headers for key, (_, headers) in site.objects.items()}
    assert kinds["jpg"] == {"Content-Type": "image/jpeg", "Cache-Control": "max-age=60"}
    assert kinds["json"]["Content-Type"] == "application/json"
    await made.aclose()


async def test_pictures_come_first_and_the_manifest_last(site: S3Site, ways: Means) -> None:
    made = connector(site, ways)
    accepted(await Copy(made).send(a_sending(article=PICTURES)))
    written = [line.rpartition("/")[2] for line in site.requests if line.startswith("PUT")]
    assert [name.rpartition(".")[2] for name in written[:2]] == ["jpg", "jpg"]
    assert written[2:] == ["article.json", "manifest.json"]
    await made.aclose()


async def test_a_retraction_leaves_nothing_of_the_article(site: S3Site, ways: Means) -> None:
    made = connector(site, ways)
    copy = Copy(made)
    accepted(await copy.send(a_sending(article=PICTURES)))
    accepted(await copy.send(a_retraction()))
    files = site.files()
    assert len(files) == 2
    assert not any(b"ferry left" in body for body in files.values())
    await made.aclose()


async def test_keys_that_are_wrong_are_told(site: S3Site, ways: Means) -> None:
    partner = PartnerDeclaration(name="gazette", connector="s3", options=site.options)
    made = build(partner, a_publisher(), {**site.secrets, "secret_key": ("other",)}, ways)
    outcome = refused(await made.test(delivery_id="msg_t", at=NOW))
    assert (outcome.unauthorised, outcome.reason) == (
        True,
        "the object store answered 403, SignatureDoesNotMatch",
    )
    await made.aclose()


async def test_nobody_is_redirected_past_the_guard(site: S3Site, ways: Means) -> None:
    made = connector(site, ways)
    async with partner(answering(200)) as other:
        for scheme in ("http", "https"):
            site.redirect = f"{scheme}://localhost:{other.port}/news/in/article.json"
            refused(await made.test(delivery_id="msg_t", at=NOW))
        assert other.connections == 0
    await made.aclose()


async def test_a_store_with_tls_is_reached_through_the_gate(ways: Means, tmp_path: Path) -> None:
    authority = an_authority(tmp_path)
    async with an_s3_site(authority.tls) as site:
        made = connector(site, ways, endpoint=f"https://localhost:{site.port}", ca_file=str(authority.ca_file))
        accepted(await Copy(made).send(a_sending(title="New ferry sails")))
        assert await site.shown() == ["New ferry sails"]
        await made.aclose()


async def test_a_certificate_of_an_unknown_authority_is_refused(ways: Means, tmp_path: Path) -> None:
    async with an_s3_site(an_authority(tmp_path).tls) as site:
        made = connector(site, ways, endpoint=f"https://localhost:{site.port}")
        assert "certificate" in refused(await made.test(delivery_id="msg_t", at=NOW)).reason
        assert site.requests == []
        await made.aclose()


async def test_a_lost_object_costs_one_attempt_only(site: S3Site, ways: Means) -> None:
    made = connector(site, ways)
    copy = Copy(made)
    site.mood = Mood.SILENT
    refused(await copy.send(a_sending(title="New ferry sails", article=PICTURES)))
    assert len(site.requests) == 1, "obstore tried again by itself"
    site.mood = Mood.WELL
    accepted(await copy.send(a_sending(title="New ferry sails", article=PICTURES)))
    assert await site.shown() == ["New ferry sails"]
    await made.aclose()


async def test_azure_is_asked_for_the_account_s_container(site: S3Site, ways: Means) -> None:
    site.mood = Mood.LOCKED
    options = {"url": "az://news/in", "account": "gazette", "endpoint": site.options["endpoint"]}
    partner = PartnerDeclaration(name="gazette", connector="s3", options=options)
    made = build(partner, a_publisher(), {"secret_key": ("Y2FuYXJ5",)}, ways)
    assert refused(await made.test(delivery_id="msg_t", at=NOW)).unauthorised
    assert site.requests == ["PUT /news/in/.syndicate-test"]
    await made.aclose()


async def test_keys_that_cannot_be_read_are_told(site: S3Site, ways: Means) -> None:
    options = {"url": "az://news/in", "account": "gazette", "endpoint": site.options["endpoint"]}
    partner = PartnerDeclaration(name="gazette", connector="s3", options=options)
    made = build(partner, a_publisher(), {"secret_key": ("no base64",)}, ways)
    assert refused(await made.test(delivery_id="msg_t", at=NOW)).reason == "the keys of the object store cannot be used"
    assert site.requests == []
    await made.aclose()


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"url": "ftp://news/in"}, "url"),
        ({"url": "s3://news/in//x"}, "url"),
        ({"url": "s3://news/in/../x"}, "url"),
        ({"url": "s3://news/in/."}, "url"),
        ({"url": "az://ne.ws/in", "account": "gazette"}, "url"),
        ({"url": "az://news/in"}, "account is required"),
        ({"url": "gs://news/in"}, "no other endpoint"),
        ({"ca_file": "/nowhere/ca.pem"}, "ca_file"),
    ],
)
def test_what_cannot_work_is_refused(site: S3Site, ways: Means, options: dict[str, str], word: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        connector(site, ways, **options)
    assert word in " ".join(map(str, caught.value.violations))


def test_a_file_of_an_authority_without_a_certificate_is_refused(site: S3Site, ways: Means, tmp_path: Path) -> None:
    for text in ("garbage", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "\0"):
        (tmp_path / "ca.pem").write_text(text)
        with pytest.raises(ConfigurationError) as caught:
            connector(site, ways, ca_file=str(tmp_path / "ca.pem"))
        assert "no certificate" in str(caught.value.violations[0])


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "InvalidRequest", {"permanent"}),
        (400, "RequestTimeout", {"overloaded"}),
        (400, "IncompleteBody", set()),
        (400, "ExpiredToken", {"unauthorised"}),
        (400, "AuthorizationHeaderMalformed", {"unauthorised"}),
        (403, "RequestTimeTooSkewed", {"unauthorised"}),
        (404, "NoSuchBucket", set()),
        (409, "OperationAborted", set()),
        (413, "EntityTooLarge", {"permanent"}),
        (500, "InternalError", set()),
        (503, "SlowDown", {"overloaded"}),
    ],
)
async def test_what_another_try_may_cure_is_not_given_up(
    site: S3Site, ways: Means, status: int, code: str, expected: set[str]
) -> None:
    site.fault = status, code
    made = connector(site, ways)
    outcome = refused(await made.test(delivery_id="msg_t", at=NOW))
    assert (outcome.status, outcome.reason) == (status, f"the object store answered {status}, {code}")
    assert {name for name in ("permanent", "overloaded", "unauthorised") if getattr(outcome, name)} == expected
    await made.aclose()


async def test_a_bucket_of_another_region_is_told(site: S3Site, ways: Means) -> None:
    site.fault = 301, "PermanentRedirect"
    made = connector(site, ways)
    assert "check region and endpoint" in refused(await made.test(delivery_id="msg_t", at=NOW)).reason
    await made.aclose()


async def test_an_answer_without_an_end_is_not_kept(ways: Means, tmp_path: Path) -> None:
    authority = an_authority(tmp_path)
    sent = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 500 Oh\r\nContent-Length: 1000000000\r\n\r\n")
        with contextlib.suppress(OSError):
            while sent < 100_000_000:
                writer.write(bytes(65_536))
                await writer.drain()
                sent += 65_536
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=authority.tls)
    async with an_s3_site() as site:
        endpoint = f"https://localhost:{server.sockets[0].getsockname()[1]}"
        made = connector(site, ways, endpoint=endpoint, ca_file=str(authority.ca_file), timeout="20s")
        refused(await made.test(delivery_id="msg_t", at=NOW))
        assert 0 < sent < 20_000_000
        await made.aclose()
    server.close()


@pytest.mark.parametrize("name", ["access_key", "session_token"])
@pytest.mark.parametrize("text", ["AKID\nX", "AKID\x7f", "clé"])
def test_keys_that_no_request_can_carry_are_refused(site: S3Site, ways: Means, name: str, text: str) -> None:
    partner = PartnerDeclaration(name="gazette", connector="s3", options=site.options)
    with pytest.raises(ConfigurationError) as caught:
        build(partner, a_publisher(), {**site.secrets, name: (text,)}, ways)
    assert name in str(caught.value.violations[0])
    assert text not in f"{caught.value}{caught.value.violations}"


@pytest.mark.parametrize("text", ["no-cache\x7f", "no-cache\x01"])
async def test_a_header_that_no_request_can_carry_is_no_crash(site: S3Site, ways: Means, text: str) -> None:
    bucket = Bucket(Location("s3://news", site.options["endpoint"]), Keys("a", "b"), ways.dialer)
    with pytest.raises(FAILURES) as caught:
        await bucket.put("a", b"x", {"Cache-Control": text})
    assert refusal_of(caught.value).permanent
    await bucket.aclose()


def test_an_environment_that_leads_elsewhere_is_named() -> None:
    with pytest.raises(ConfigurationError) as caught:
        refuse_overriding({"AWS_ENDPOINT_URL_S3": "https://elsewhere.example", "PATH": "/bin"})
    assert "AWS_ENDPOINT_URL_S3" in str(caught.value.violations[0])
    refuse_overriding({"AWS_REGION": "eu-west-1"})
