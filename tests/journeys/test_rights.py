"""Agency pictures at a real service: by push and by poll they reach licensed partners, and nobody else."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.journeys.shop import Shop, a_shop, wait_until

SEED = Path(__file__).resolve().parents[2].parent / "shared" / "input" / "seed-article.json"
FERRY = "tag:harbour.example,2026:ferry"
TOKEN = "a-token-of-forty-characters-0123456789ab"
RULE = '[rights.ap]\ncredits = ["AP", "Associated Press"]\n'
PUSHED = '[partners.{name}]\nurl = "http://127.0.0.1:{port}/{name}"\nsigning_secret = "env:PARTNER_SECRET"\n{more}'
PULLED = '[partners.{name}]\nconnector = "pull"\ntoken = "env:PARTNER_TOKEN"\n{more}'
LICENSED = 'licences = ["ap"]\nterritories = ["GB"]\n'
DOCUMENTS = ("feed.rss", "feed.atom", "feed.json", "changes?after=start")

Events = dict[str, list[dict[str, Any]]]


@contextmanager
def receiving() -> Iterator[tuple[int, Events]]:
    """Run a site that keeps what each path is sent."""
    events: Events = defaultdict(list)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            events[self.path[1:]].append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port, events
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def a_publisher(folder: Path, port: int) -> Shop:
    """Declare four partners: by push and by poll, with the licence and without."""
    partners = [
        PUSHED.format(name="pushed-licensed", port=port, more=LICENSED),
        PUSHED.format(name="pushed", port=port, more=""),
        PULLED.format(name="polling-licensed", more=LICENSED),
        PULLED.format(name="polling", more=""),
    ]
    return a_shop(folder, RULE + "".join(partners), PARTNER_TOKEN=TOKEN)


def polled(shop: Shop, partner: str, document: str) -> str:
    address = f"http://127.0.0.1:{shop.port}/partners/{partner}/{document}"
    with urlopen(Request(address, headers={"Authorization": f"Bearer {TOKEN}"}), timeout=10) as answer:
        text: str = answer.read().decode()
        return text


def everything(shop: Shop, events: Events, name: str) -> list[str]:
    """Return all that a partner last got, by either way."""
    if name.startswith("polling"):
        return [polled(shop, name, document) for document in DOCUMENTS]
    return [json.dumps(events[name][-1])]


def put(shop: Shop, record: dict[str, Any], events: Events) -> None:
    before = {name: len(events[name]) for name in ("pushed", "pushed-licensed")}
    assert shop.run("articles", "put", "-", stdin=json.dumps(record)).status == 0
    wait_until(lambda: all(len(events[name]) > count for name, count in before.items()))
    wait_until(lambda: all("<entry" in polled(shop, name, "feed.atom") for name in ("polling", "polling-licensed")))


def pictures(*printed: str | None, **rights: Any) -> list[dict[str, Any]]:
    listed = [{"url": f"https://images.harbour.example/{n}.jpg", "credit": c} for n, c in enumerate(printed, 1)]
    return listed + [
        {"url": f"https://images.harbour.example/{name}.jpg", "rights": value} for name, value in rights.items()
    ]


def a_record() -> dict[str, Any]:
    listed = pictures("Jo Smith", "© AP", "AP/Ann Lee", home={"territories": ["GB"]}, far={"territories": ["US"]})
    body = "".join(f'<p>The ferry left.</p><img src="{each["url"]}">' for each in listed)
    return {"id": FERRY, "title": "New ferry sails on time", "body_html": body, "images": listed}


@pytest.mark.parametrize("name", ["pushed", "polling"])
def test_agency_and_foreign_pictures_reach_only_who_may_have_them(tmp_path: Path, name: str) -> None:
    with receiving() as (port, events):
        shop = a_publisher(tmp_path / "shop", port)
        with shop.serving():
            put(shop, a_record(), events)
            for text in everything(shop, events, name):
                assert "images.harbour.example/1.jpg" in text
                assert [each for each in ("2.jpg", "3.jpg", "home.jpg", "far.jpg", "AP/Ann Lee") if each in text] == []
            for text in everything(shop, events, f"{name}-licensed"):
                assert all(f"{each}.jpg" in text for each in ("1", "2", "3", "home"))
                assert "far.jpg" not in text


def test_a_story_kept_within_a_territory_is_skipped_with_the_reason(tmp_path: Path) -> None:
    with receiving() as (port, events):
        shop = a_publisher(tmp_path / "shop", port)
        with shop.serving():
            record = {"id": FERRY, "title": "New ferry sails on time", "rights": {"territories": ["GB", "IE"]}}
            assert shop.run("articles", "put", "-", stdin=json.dumps(record)).status == 0
            wait_until(lambda: bool(events["pushed-licensed"]))
            rows = shop.run("deliveries", "list", "--state", "skipped", "--json").json
            assert {row["partner"] for row in rows} == {"pushed", "polling"}
            reasons = {row["reason"] for row in rows}
            why = "they hold in GB, IE, and the partner declares no territories"
            assert reasons == {f"the article's rights: {why}"}
            assert events["pushed"] == []


def test_a_picture_whose_right_ends_is_withdrawn_from_who_had_it(tmp_path: Path) -> None:
    with receiving() as (port, events):
        shop = a_publisher(tmp_path / "shop", port)
        with shop.serving():
            until = (datetime.now(UTC) + timedelta(seconds=6)).isoformat()
            listed = pictures("Jo Smith", lent={"expires_at": until})
            put(shop, {"id": FERRY, "title": "New ferry", "body_html": "<p>a</p>", "images": listed}, events)
            assert all("lent.jpg" in text for text in everything(shop, events, "polling"))
            assert "lent.jpg" in json.dumps(events["pushed"][0])
            wait_until(lambda: len(events["pushed"]) > 1)
            assert events["pushed"][-1]["type"] == "article.updated"
            assert "lent.jpg" not in json.dumps(events["pushed"][-1])
            wait_until(lambda: all("lent.jpg" not in text for text in everything(shop, events, "polling")))


@pytest.mark.skipif(not SEED.exists(), reason="the seed article is not beside this checkout")
def test_the_agency_pictures_of_a_real_story_reach_only_licensed_partners(tmp_path: Path) -> None:
    record = json.loads(SEED.read_text("utf-8"))
    agency = [image["url"] for image in record["images"] if "AP" in (image.get("credit") or "")]
    assert len(agency) == 2
    with receiving() as (port, events):
        shop = a_publisher(tmp_path / "shop", port)
        with shop.serving():
            put(shop, record, events)
            for name in ("pushed", "polling"):
                without = everything(shop, events, name)
                assert [url for url in agency for text in without if url in text] == []
                assert all(text.count("dailymail.example/raqqa/") >= 12 for text in without)
                assert all(url in text for url in agency for text in everything(shop, events, f"{name}-licensed"))
            assert len(events["pushed"][0]["data"]["article"]["images"]) == 12
            assert len(events["pushed-licensed"][0]["data"]["article"]["images"]) == 14
