"""The past through the real program: what a feed showed, what changed, and whether it is what readers got."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from tests.journeys.shop import Shop, a_shop, wait_until

ID = "tag:harbour.example,2026:ferry"


def put(shop: Shop, title: str) -> None:
    record = {"id": ID, "title": title, "categories": ["Harbour"]}
    assert shop.run("articles", "put", "-", stdin=json.dumps(record)).status == 0


def shown(shop: Shop, at: str) -> dict[str, Any]:
    found: dict[str, Any] = shop.run("feeds", "show", "latest", "--as-of", at, "--json").json
    return found


def test_an_operator_proves_what_readers_got_and_then_what_changed(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    with shop.serving():
        put(shop, "Early")
        with urlopen(f"http://127.0.0.1:{shop.port}/feeds/latest.rss", timeout=10) as answer:
            answer.read()
        then = datetime.now(UTC).isoformat()
        time.sleep(0.01)
        put(shop, "Late")
        assert shop.run("articles", "retract", ID, "--reason", "wrong").status == 0
        # Written down by itself, within seconds.
        wait_until(lambda: "same bytes as sent on" in shown(shop, then)["documents"]["rss"]["says"])
        assert [each["title"] for each in shown(shop, then)["entries"]] == ["Early"]
        document = shop.run("feeds", "show", "latest", "--as-of", then, "--format", "rss")
        assert "<title>Early</title>" in document.out
        assert "for operators only" in document.out
        assert "But for its title: same bytes as sent on" in document.err
        [line] = shop.run("feeds", "diff", "latest", "--from", then, "--json").json["differences"]
        assert (line["change"], line["why"], line["title"]) == ("removed", "retracted", "Early")
    # The past needs no service.
    assert [each["title"] for each in shown(shop, then)["entries"]] == ["Early"]
    refused = shop.run("feeds", "show", "latest", "--as-of", "2026-01-31T09:50:00")
    assert refused.status != 0
    assert "offset" in refused.err
