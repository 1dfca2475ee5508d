"""Who reads us, through the running service: counted as they come, told by commands, kept over a restart."""

from __future__ import annotations

import signal
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.journeys.shop import Shop, a_shop, wait_until

FEEDBIN = "Feedbin feed-id:7 - {} subscribers"


def poll(shop: Shop, agent: str, **headers: str) -> str:
    """Ask for a feed as a reader does; returns its ETag."""
    connection = HTTPConnection("127.0.0.1", shop.port, timeout=10)
    connection.request("GET", "/feeds/latest.atom", headers={"User-Agent": agent, **headers})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return str(answer.headers["ETag"])


def latest(shop: Shop) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in shop.run("feeds", "list", "--json").json if each["slug"] == "latest")
    return found


def test_readers_are_counted_shown_and_kept(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    with shop.serving() as serving:
        etag = poll(shop, FEEDBIN.format(102))
        poll(shop, FEEDBIN.format(102), **{"If-None-Match": etag})
        # Written down by itself, within seconds.
        wait_until(lambda: latest(shop)["polls"] == 2)
        for number in range(500):
            poll(shop, f"Invented{number}/1.0 (999999999 subscribers)")
        serving.stop(signal.SIGTERM)
    # Nobody waited for the last to be written: a service that stops does it.
    found = latest(shop)
    assert (found["polls"], found["subscribers"]) == (502, 102 + 10_000)
    rows = shop.run("feeds", "readers", "latest", "--json").json
    assert [(row["service"], row["polls"]) for row in rows] == [(rows[0]["service"], 500), ("Feedbin", 2)]
    assert "127.0.0.1" not in str(rows)
    assert "Feedbin\t102\t50%\t50%" in shop.run("feeds", "readers", "latest").out
