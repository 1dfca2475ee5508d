"""What commands do, over a service that a test steps itself."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from syndicate.actions.claim import Room, claim
from syndicate.actions.record import Attempted, record
from syndicate.app.checking import check_connections
from syndicate.app.commands.command import Call
from syndicate.app.commands.table import COMMANDS
from syndicate.app.service import Service
from syndicate.cli import importing
from syndicate.cli.main import cli
from syndicate.connectors.contract import Accepted, Refused
from syndicate.errors import ArticleRetractedError, ConflictError, InvalidRecordError, PartnerNotFoundError
from tests.architecture.source import PACKAGE
from tests.builders import NOON
from tests.papers import a_paper, configure, put
from tests.store.mailroom import answer, claim_all

ID = "tag:harbour.example,2026:ferry"
PARTNER = """
[partners.gazette]
url = "http://127.0.0.1:9/inbound?key=hidden"
signing_secret = "env:PARTNER_SECRET"
contact = "desk@gazette.example"
[partners.gazette.select]
categories = ["Harbour"]
"""


async def do(service: Service, command: str, **args: Any) -> Any:
    result = await COMMANDS[command](Call(service, args, "cli:ann", lambda _: None))
    return json.loads(json.dumps(result))


async def deliver(service: Service) -> None:
    """Send what is due as if every partner took it."""
    for parcel in await claim(service.office, {"gazette": Room(10, 10, 0)}):
        await record(service.office, [Attempted(parcel, Accepted(), NOON, timedelta(0), 0.5)])


def test_every_command_of_the_table_is_used_by_the_command_line() -> None:
    source = "".join(file.read_text("utf-8") for file in (PACKAGE / "cli").glob("*.py"))
    assert [name for name in COMMANDS if f'"{name}"' not in source] == []


async def test_a_correction_keeps_the_article_and_carries_its_note(tmp_path: Path) -> None:
    async with a_paper(tmp_path) as service:
        await put(
            service,
            body_html="<p>Body</p>",
            published_at="2026-03-04T10:00:00Z",
            source={"name": "Wire", "url": "https://wire.example/"},
        )
        done = await do(service, "articles.correct", article=ID, note="It was late.", title="New ferry sails late")
        assert (done["outcome"], done["revision"], done["title"]) == ("changed", 2, "New ferry sails late")
        assert (done["body_html"], done["source"]["name"]) == ("<p>Body</p>", "Wire")
        assert [each["note"] for each in done["corrections"]] == ["It was late."]
        assert (done["published_at"], done["updated_at"]) == ("2026-03-04T10:00:00Z", "2026-03-04T12:00:00Z")
        history = await do(service, "articles.history", article=ID)
        assert [(row["kind"], row["actor"]) for row in history] == [("published", "test"), ("corrected", "cli:ann")]


async def test_the_same_correction_again_changes_nothing(tmp_path: Path) -> None:
    async with a_paper(tmp_path) as service:
        await put(service)
        await do(service, "articles.correct", article=ID, note="It was late.", title=None)
        done = await do(service, "articles.correct", article=ID, note="It was late.", title=None)
        assert (done["outcome"], done["revision"]) == ("unchanged", 2)


async def test_a_correction_without_words_is_refused(tmp_path: Path) -> None:
    async with a_paper(tmp_path) as service:
        await put(service)
        with pytest.raises(InvalidRecordError):
            await do(service, "articles.correct", article=ID, note="  ", title=None)


async def test_a_retracted_article_cannot_be_corrected(tmp_path: Path) -> None:
    async with a_paper(tmp_path) as service:
        await put(service)
        await do(service, "articles.retract", article=ID, reason="wrong", public_note=None)
        with pytest.raises(ArticleRetractedError):
            await do(service, "articles.correct", article=ID, note="late", title=None)


async def test_a_history_tells_reasons_and_revisions_that_readers_never_saw(tmp_path: Path) -> None:
    async with a_paper(tmp_path) as service:
        await put(service, embargo_until="2026-03-05T12:00:00Z", published_at="2026-03-05T12:00:00Z")
        await do(service, "articles.retract", article=ID, reason="never happened", public_note=None)
        rows = await do(service, "articles.history", article=ID)
        assert [(row["kind"], row["seq"] is None, row["reason"]) for row in rows] == [
            ("scheduled", True, None),
            ("retracted", False, "never happened"),
        ]


async def test_what_was_retracted_is_restored_or_erased(tmp_path: Path) -> None:
    async with a_paper(tmp_path) as service:
        await put(service)
        for command in ("retract", "restore", "retract"):
            done = await do(service, f"articles.{command}", article=ID, reason="wrong", public_note=None)
        assert (done["status"], done["revision"]) == ("retracted", 4)
        erased = await do(service, "articles.erase", article=ID, case="GDPR-7")
        assert "title" not in erased
        assert "title" not in await do(service, "articles.show", article=ID)


async def test_a_takedown_lists_each_copy_with_whom_to_call_until_it_is_gone(tmp_path: Path) -> None:
    async with a_paper(tmp_path, PARTNER) as service:
        await put(service)
        await deliver(service)
        await do(service, "articles.retract", article=ID, reason="wrong", public_note=None)
        (copy,) = await do(service, "articles.copies", article=ID)
        assert (copy["holding"], copy["gone"], copy["contact"]) == ("held", False, "desk@gazette.example")
        assert (copy["delivery"]["type"], copy["delivery"]["state"]) == ("article.retracted", "waiting")
        await deliver(service)
        (copy,) = await do(service, "articles.copies", article=ID)
        assert (copy["holding"], copy["gone"], copy["delivery"]["state"]) == ("withdrawn", True, "delivered")


async def test_a_preview_is_the_request_that_is_sent_without_its_secrets(tmp_path: Path) -> None:
    async with a_paper(tmp_path, PARTNER) as service:
        await put(service)
        shown = await do(service, "partners.preview", partner="gazette", article="new-ferry-sails-on-time")
        (parcel,) = await claim(service.office, {"gazette": Room(10, 10, 0)})
        sending = parcel.sending(now=NOON)
        connector = service.connections.connector("gazette")
        assert connector is not None
        sent = connector.preview(sending)  # type: ignore[arg-type]  # no rights forbid it here
        assert shown["body"].encode() == sent.body
        assert shown["headers"] == dict(sent.headers)
        assert shown["owed"]
        assert "hidden" not in json.dumps(shown)


async def test_a_preview_of_what_a_partner_must_withdraw_is_a_retraction(tmp_path: Path) -> None:
    async with a_paper(tmp_path, PARTNER) as service:
        await put(service)
        await deliver(service)
        await do(service, "articles.retract", article=ID, reason="secret", public_note="Withdrawn.")
        await deliver(service)
        shown = await do(service, "partners.preview", partner="gazette", article=ID)
        body = json.loads(shown["body"])
        assert (body["type"], body["data"]["public_note"]) == ("article.retracted", "Withdrawn.")
        assert "secret" not in shown["body"]


async def test_a_preview_of_a_story_that_is_not_selected_says_that_it_will_not_go(tmp_path: Path) -> None:
    async with a_paper(tmp_path, PARTNER) as service:
        await put(service, categories=["Sport"])
        shown = await do(service, "partners.preview", partner="gazette", article=ID)
        assert (shown["owed"], json.loads(shown["body"])["type"]) == (False, "article.published")


async def test_a_preview_writes_nothing(tmp_path: Path) -> None:
    async with a_paper(tmp_path, PARTNER) as service:
        await put(service)
        await deliver(service)
        await do(service, "partners.preview", partner="gazette", article=ID)
        assert [each["state"] for each in await do(service, "deliveries.list", partner=None, state=None, limit=9)] == [
            "delivered"
        ]


async def test_a_partner_that_may_not_have_a_story_gets_no_preview_of_it(tmp_path: Path) -> None:
    async with a_paper(tmp_path, PARTNER) as service:
        await put(service, rights={"deny_partners": ["gazette"]})
        with pytest.raises(ConflictError, match="rights"):
            await do(service, "partners.preview", partner="gazette", article=ID)


async def test_a_partner_that_cannot_be_reached_fails_its_test_and_nothing_is_recorded(tmp_path: Path) -> None:
    async with a_paper(tmp_path, PARTNER) as service:
        done = await do(service, "partners.test", partner="gazette")
        assert (done["accepted"], done["reason"]) == (False, "connection refused")
        (state,) = await do(service, "partners.list")
        assert (state["health"], state["deliveries"]) == ("healthy", {})


async def test_a_partner_that_fails_shows_why_since_when_and_when_it_is_tried_next(tmp_path: Path) -> None:
    async with a_paper(tmp_path, PARTNER) as service:
        for number in range(5):
            await put(service, id=f"{ID}-{number}")
        await answer(service.office, await claim_all(service.office), Refused("answered 503", status=503))
        (state,) = await do(service, "partners.list")
        assert (state["health"], state["failures_in_a_row"], state["last_failure"]) == ("probing", 5, "answered 503")
        assert (state["failing_since"], state["next_try_at"]) == ("2026-03-04T12:00:00Z", "2026-03-04T12:00:30Z")
        assert state["stopped"] is None


@pytest.mark.parametrize(("limit", "why"), [(9, "halted by cli:ann"), (1, "more than 1 change within an hour")])
async def test_what_stops_everything_shows_at_each_partner_until_it_is_resumed(
    tmp_path: Path, limit: int, why: str
) -> None:
    async with a_paper(tmp_path, f"[limits]\nchanges_per_hour = {limit}\n{PARTNER}") as service:
        for number in range(2):
            await put(service, id=f"{ID}-{number}")
        if limit > 1:
            await do(service, "halt")
        (state,) = await do(service, "partners.list")
        assert state["stopped"].startswith(why)
        await do(service, "resume")
        (state,) = await do(service, "partners.list")
        assert state["stopped"] is None


async def test_alerts_are_listed_before_anybody_was_told(tmp_path: Path) -> None:
    async with a_paper(tmp_path) as service:
        assert await do(service, "alerts.list") == []
        await do(service, "halt")
        (alert,) = await do(service, "alerts.list")
        assert (alert["kind"], alert["told_at"]) == ("halted", None)


async def test_a_test_of_alerts_tries_every_way(tmp_path: Path) -> None:
    alerts = '[alerts]\nwebhook = "env:CHAT"\n'
    async with a_paper(tmp_path, alerts, environ={"CHAT": "http://127.0.0.1:9/canary"}) as service:
        (done,) = await do(service, "alerts.test")
    assert (done["channel"], done["accepted"], done["reason"]) == ("webhook", False, "connection refused")


@pytest.mark.parametrize(
    ("url", "level"), [("http://127.0.0.1:9/canary", "fine"), ("http://93.184.216.34/canary", "wrong")]
)
async def test_a_check_tells_of_an_alert_that_would_go_in_the_clear(tmp_path: Path, url: str, level: str) -> None:
    loaded = configure(tmp_path, '[alerts]\nwebhook = "env:CHAT"\n', environ={"CHAT": url})
    (finding,) = await check_connections(loaded, reach=False)
    assert (finding.level, finding.subject, "canary" in finding.text) == (level, "alerts.webhook", False)


async def test_a_partner_nobody_declared_cannot_be_tested_or_previewed(tmp_path: Path) -> None:
    async with a_paper(tmp_path) as service:
        await put(service)
        with pytest.raises(PartnerNotFoundError):
            await do(service, "partners.test", partner="gazette")
        with pytest.raises(PartnerNotFoundError):
            await do(service, "partners.preview", partner="gazette", article=ID)


async def test_an_import_tells_how_far_it_is_and_what_it_refused(tmp_path: Path) -> None:
    file = tmp_path / "records.ndjson"
    file.write_text('{"id": "tag:a.example,2026:1", "title": "One"}\n{"id": "tag:a.example,2026:2"}\n', "utf-8")
    told: list[Any] = []
    async with a_paper(tmp_path) as service:
        args = {"sources": [str(file), str(tmp_path / "absent.xml")], "backfill": False, "own": False}
        done = await COMMANDS["import"](Call(service, args, "cli:ann", told.append))
    assert (done["new"], done["unchanged"]) == (1, 0)
    assert [(each["position"], "title" in each["reason"]) for each in done["refused"]] == [(2, True)]
    assert [each["reason"] for each in done["unreadable"]] == ["No such file or directory"]
    assert told[-1]["done"] == told[-1]["total"]


@pytest.mark.parametrize("backfill", [False, True])
async def test_an_import_that_puts_the_brake_on_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *, backfill: bool
) -> None:
    file = tmp_path / "records.ndjson"
    records = (f'{{"id": "{ID}-{n}", "title": "One", "categories": ["Harbour"]}}' for n in range(3))
    file.write_text("\n".join(records), "utf-8")
    async with a_paper(tmp_path, f"[limits]\nchanges_per_hour = 2\n{PARTNER}") as service:
        importing.tell(await do(service, "import", sources=[str(file)], backfill=backfill, own=False))
    told = capsys.readouterr()
    assert told.out == "3 new, 0 changed, 0 unchanged, 0 refused\n"
    assert ("syndicate resume" in told.err) is not backfill


@pytest.mark.parametrize("since", ["yesterday", "2026-03-04", "2026-03-04T12:00:00"])
def test_a_time_without_its_offset_is_wrong_usage(since: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(
        cli, ["--config", str(tmp_path / "x"), "partners", "replay", "gazette", "--since", since]
    )
    assert result.exit_code == 2
    assert "48h" in result.output
