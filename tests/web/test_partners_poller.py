"""The poller that partners' engineers copy, against a real paper."""

from __future__ import annotations

import asyncio
import json
import runpy
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from syndicate.actions.adopt import EPOCH
from syndicate.actions.offer import offer_due
from syndicate.store import meta
from tests.web.conftest import OpenDesk
from tests.web.desk import FERRY
from tests.web.polling import TOKEN, TOKENS, pull

POLLER = Path(__file__).resolve().parents[2] / "docs" / "receivers" / "poller.py"


async def test_the_poller_holds_what_the_partner_may_hold(
    open_desk: OpenDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await open_desk(pull(), environ=TOKENS)
    monkeypatch.setenv("SYNDICATE_CHANGES", str(desk.client.make_url("/partners/gazette/changes")))
    monkeypatch.setenv("SYNDICATE_TOKEN", TOKEN)
    poll = runpy.run_path(str(POLLER))["poll"]

    def polled() -> list[str]:
        with closing(sqlite3.connect(tmp_path / "copies.db")) as db:
            poll(db, 0)
            return [json.loads(article)["title"] for (article,) in db.execute("SELECT article FROM copies")]

    async def titles() -> list[str]:
        await offer_due(desk.service.office)
        return await asyncio.to_thread(polled)

    await desk.put(title="One")
    assert await titles() == ["One"]
    await desk.put(title="Two")
    assert await titles() == ["Two"]
    await desk.service.office.store.write(meta.put, EPOCH, "epoch_after_a_restore")
    assert await titles() == []
    assert await titles() == ["Two"]
    await desk.retract(FERRY)
    assert await titles() == []


def test_the_poller_is_read_in_a_minute() -> None:
    assert len(POLLER.read_text("utf-8").splitlines()) < 40
