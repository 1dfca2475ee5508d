"""An audit from outside: a real service pushes to a partner, whose pages a real command then reads back."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.journeys.shop import a_shop, wait_until

IDS = [f"tag:harbour.example,2026:{name}" for name in ("ferry", "storm", "fog")]
PARTNER = """
[partners.gazette]
url = "http://127.0.0.1:{port}/inbound"
signing_secret = "env:PARTNER_SECRET"
"""


@dataclass
class Site:
    """A partner that shows what it is sent at /<slug>, and answers with the address."""

    port: int = 0
    pages: dict[str, str] = field(default_factory=dict)
    took: list[str] = field(default_factory=list)

    def take(self, event: dict[str, Any]) -> dict[str, str]:
        self.took.append(event["type"])
        article = event["data"]["article"]
        if article is None:
            return {}
        self.pages[f"/{article['slug']}"] = (
            f"<title>{article['title']}</title><link rel=canonical href='{article['url']}'><h1>{article['title']}</h1>"
            f"{article['body_html']}<p>Posted on: <a href='{article['url']}'>{article['source']['name']}</a></p>"
        )
        return {"url": f"http://127.0.0.1:{self.port}/{article['slug']}"}


@contextmanager
def a_site() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.reply(200, json.dumps(site.take(event)), "application/json")

        def do_GET(self) -> None:
            page = site.pages.get(self.path)
            self.reply(404 if page is None else 200, page or "", "text/html; charset=utf-8")

        def reply(self, status: int, text: str, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def a_record(article_id: str) -> str:
    name = article_id.rpartition(":")[2]
    body = f"<p>All there is to say of the {name} stands here.</p>"
    return json.dumps({"id": article_id, "title": f"News of the {name}", "body_html": body})


def test_an_audit_finds_what_is_right_what_is_missing_and_what_is_still_up(tmp_path: Path) -> None:
    with a_site() as site:
        shop = a_shop(tmp_path / "shop", PARTNER.format(port=site.port))
        with shop.serving():
            for each in IDS:
                assert shop.run("articles", "put", "-", stdin=a_record(each)).status == 0
            wait_until(lambda: len(site.pages) == 3)
            wait_until(lambda: all(copy["url"] for copy in shop.run("copies", "list", "--json").json))
            clean = shop.run("partners", "audit", "gazette", "--json")
            assert (clean.status, {row["shows"] for row in clean.json}) == (0, {"newest"})

            shop.run("articles", "retract", IDS[1], "--reason", "wrong")
            wait_until(lambda: "article.retracted" in site.took)
            site.pages["/news-of-the-fog"] = "<title>News of the fog</title><h1>News of the fog</h1>"
            wait_until(lambda: "withdrawn" in shop.run("copies", "list").out)
            found = shop.run("partners", "audit", "gazette", "--json")
            assert found.status == 1
            rows = {row["article"]: row for row in found.json}
            assert (rows[IDS[0]]["shows"], rows[IDS[0]]["problems"]) == ("newest", [])
            assert (rows[IDS[1]]["shows"], rows[IDS[1]]["problems"]) == ("still up", ["revision 1 is still up"])
            assert len(rows[IDS[2]]["problems"]) == 2
            assert shop.run("articles", "takedown", IDS[1], "--no-wait").status == 1

            del site.pages["/news-of-the-storm"]
            told = shop.run("partners", "audit", "gazette")
            assert "3 copies, 1 with problems" in told.err
            assert shop.run("articles", "takedown", IDS[1], "--no-wait").status == 0
            evidence = {copy["article"]: copy["evidence"] for copy in shop.run("copies", "list", "--json").json}
            assert set(evidence.values()) == {"verified"}
        assert shop.run("partners", "audit", "nobody").status == 1
