"""Changed files are picked up by the service that runs; broken ones are refused, told once, and change nothing."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from syndicate.app.configuration import load_configuration
from syndicate.app.service import Service, opened
from syndicate.clock import FixedClock
from tests.builders import NOON
from tests.papers import SECRET, configure, put

PARTNER = """
[partners.gazette]
url = "http://127.0.0.1:9/inbound"
signing_secret = "{secret}"
"""


@asynccontextmanager
async def a_watching_paper(folder: Path, extra: str = "") -> AsyncIterator[Service]:
    loaded = configure(folder, extra)
    reread = partial(load_configuration, loaded.path, {"PARTNER_SECRET": SECRET})
    async with opened(loaded, clock=FixedClock(NOON), reread=reread) as service:
        yield service


def events(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.getMessage().startswith("configuration.")]


def slugs(service: Service) -> list[str]:
    return [feed.slug for feed in service.declarations.feeds]


async def test_nothing_happens_while_the_files_stay_as_they_are(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_watching_paper(tmp_path) as service:
        before = service.loaded
        await service.reload()
        assert service.loaded is before
        assert events(caplog) == []


async def test_a_new_feed_file_is_a_new_feed_with_what_it_selects(tmp_path: Path) -> None:
    async with a_watching_paper(tmp_path) as service:
        await put(service, categories=["Sport"])
        (tmp_path / "feeds" / "sport.toml").write_text('title = "Sport"\n[select]\ncategories = ["Sport"]\n', "utf-8")
        await service.reload()
        assert "sport" in slugs(service)
        assert len((await service.editions.content("sport")).entries) == 1


async def test_a_feed_file_that_is_removed_ends_its_feed(tmp_path: Path) -> None:
    async with a_watching_paper(tmp_path) as service:
        (tmp_path / "feeds" / "world.toml").unlink()
        await service.reload()
        assert slugs(service) == ["harbour", "latest"]


async def test_a_good_change_is_told_with_its_generation(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with a_watching_paper(tmp_path) as service:
        (tmp_path / "config.toml").write_text((tmp_path / "config.toml").read_text("utf-8") + PARTNER.format(
            secret="env:PARTNER_SECRET"), "utf-8")  # fmt: skip
        await service.reload()
        assert service.connections.connector("gazette") is not None
    told = next(record for record in caplog.records if record.getMessage() == "configuration.adopted")
    assert vars(told)["generation"] == 2


async def test_a_broken_change_is_refused_once_and_what_runs_stays(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_watching_paper(tmp_path) as service:
        before = service.loaded
        (tmp_path / "feeds" / "world.toml").write_text('title = "World"\nitmes = 3\n', "utf-8")
        for _ in range(3):
            await service.reload()
        assert service.loaded is before
        assert events(caplog) == ["configuration.refused"]
        assert "did you mean items?" in vars(caplog.records[-1])["problems"]


async def test_another_mistake_after_the_first_is_told_too(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with a_watching_paper(tmp_path) as service:
        for broken in ("title = 3\n", "titel = 'x'\n"):
            (tmp_path / "feeds" / "world.toml").write_text(broken, "utf-8")
            await service.reload()
        assert events(caplog) == ["configuration.refused"] * 2


async def test_a_secret_that_cannot_be_used_is_refused_like_a_wrong_key(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "secret").write_text("whsec_short", "utf-8")
    async with a_watching_paper(tmp_path) as service:
        config = tmp_path / "config.toml"
        config.write_text(config.read_text("utf-8") + PARTNER.format(secret="file:secret"), "utf-8")
        await service.reload()
        assert service.declarations.partners == ()
        assert events(caplog) == ["configuration.refused"]
        assert "short" not in vars(caplog.records[-1])["problems"]


async def test_what_was_refused_is_taken_when_its_cure_is_a_file_nobody_watched(tmp_path: Path) -> None:
    async with a_watching_paper(tmp_path) as service:
        config = tmp_path / "config.toml"
        config.write_text(config.read_text("utf-8") + PARTNER.format(secret="file:secret"), "utf-8")
        await service.reload()
        assert service.declarations.partner("gazette") is None
        (tmp_path / "secret").write_text(SECRET, "utf-8")
        await service.reload()
        assert service.declarations.partner("gazette") is not None


async def test_a_secret_is_renewed_without_a_restart(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET, "utf-8")
    async with a_watching_paper(tmp_path, PARTNER.format(secret="file:secret")) as service:
        before = service.connections.connector("gazette")
        (tmp_path / "secret").write_text("whsec_" + "A" * 43 + "=", "utf-8")
        await service.reload()
        assert service.connections.connector("gazette") is not before
        assert service.loaded.secrets.partner("gazette", "signing_secret") == ("whsec_" + "A" * 43 + "=",)


async def test_a_secret_of_a_partner_added_later_is_watched_from_then_on(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET, "utf-8")
    async with a_watching_paper(tmp_path) as service:
        config = tmp_path / "config.toml"
        config.write_text(config.read_text("utf-8") + PARTNER.format(secret="file:secret"), "utf-8")
        await service.reload()
        (tmp_path / "secret").write_text("whsec_" + "A" * 43 + "=", "utf-8")
        await service.reload()
        assert service.loaded.secrets.partner("gazette", "signing_secret") == ("whsec_" + "A" * 43 + "=",)


async def test_a_change_that_needs_a_restart_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with a_watching_paper(tmp_path) as service:
        config = tmp_path / "config.toml"
        config.write_text(config.read_text("utf-8") + "[server]\nport = 9\n", "utf-8")
        await service.reload()
    told = next(record for record in caplog.records if record.getMessage() == "configuration.needs_restart")
    assert vars(told)["sections"] == "server"


MAIL = """
[smtp]
host = "127.0.0.1"
sender = "wire@harbour.example"
security = "none"
[partners.desk]
connector = "email"
to = ["desk@gazette.example"]
"""


async def test_a_mail_server_is_there_for_partners_that_are_declared_with_it(tmp_path: Path) -> None:
    async with a_watching_paper(tmp_path) as service:
        config = tmp_path / "config.toml"
        config.write_text(config.read_text("utf-8") + MAIL, "utf-8")
        await service.reload()
        assert service.connections.connector("desk") is not None


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [("wire@", "news@", "smtp"), ("night@", "desk@", "alerts.email"), ("= 4", "= 5", None)],
    ids=["the mail server", "who is told", "when"],
)
async def test_what_alerts_go_by_waits_for_a_restart_and_that_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, before: str, after: str, told: str | None
) -> None:
    alerts = '[alerts]\nfailing_after = 4\nemail = "night@harbour.example"\n'
    async with a_watching_paper(tmp_path, alerts + MAIL) as service:
        config = tmp_path / "config.toml"
        config.write_text(config.read_text("utf-8").replace(before, after), "utf-8")
        await service.reload()
    waiting = [record for record in caplog.records if record.getMessage() == "configuration.needs_restart"]
    assert [vars(record)["sections"] for record in waiting] == ([told] if told else [])
