"""Receive a publisher's signed articles: verify, keep the newest, delete what is withdrawn, answer the address.

Run: SYNDICATE_SECRET=whsec_... python3 receiver.py 8090
"""

import base64
import hashlib
import hmac
import json
import os
import sqlite3
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

KEY = base64.b64decode(os.environ["SYNDICATE_SECRET"].removeprefix("whsec_"))
LIMIT = 1024 * 1024  # bytes; no event is larger
# Stands for your own database. The webhook-ids live beside the copies, so that a restored backup brings back both.
DB = sqlite3.connect(os.environ.get("RECEIVER_STORE", "copies.db"))
DB.execute("CREATE TABLE IF NOT EXISTS seen (webhook_id TEXT PRIMARY KEY)")
DB.execute("CREATE TABLE IF NOT EXISTS copies (id TEXT PRIMARY KEY, page TEXT, seq INTEGER, article TEXT)")
# Unless it is older than what we hold; a withdrawn article keeps its row, so that nothing late brings it back.
UPSERT = """INSERT INTO copies VALUES (?, ?, ?, ?) ON CONFLICT (id)
    DO UPDATE SET seq = excluded.seq, article = excluded.article WHERE excluded.seq >= copies.seq"""


def is_signed(headers, body):
    sent_at = headers.get("webhook-timestamp", "")
    if not (sent_at.isascii() and sent_at.isdigit()) or abs(time.time() - int(sent_at)) > 300:
        return False
    signed = f"{headers.get('webhook-id', '')}.{sent_at}.".encode() + body
    ours = b"v1," + base64.b64encode(hmac.digest(KEY, signed, "sha256"))
    # Two are offered while a secret is changed; one that fits is enough.
    return any(hmac.compare_digest(ours, one.encode()) for one in headers.get("webhook-signature", "").split())


def keep(webhook_id, data):
    page = "/articles/" + hashlib.sha256(data["id"].encode()).hexdigest()[:16]
    with DB:  # one transaction: seen and kept together, or neither
        if DB.execute("INSERT OR IGNORE INTO seen VALUES (?)", [webhook_id]).rowcount:
            DB.execute(UPSERT, [data["id"], page, data["seq"], data["article"] and json.dumps(data["article"])])
    return page


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(min(int(self.headers.get("content-length", 0)), LIMIT + 1))
        if len(body) > LIMIT:
            return self.answer(413, {})
        if not is_signed(self.headers, body):
            return self.answer(401, {})
        event = json.loads(body)
        if not event["type"].startswith("article."):
            return self.answer(200, {})  # a test, or an event of a later version
        page = keep(self.headers["webhook-id"], event["data"])
        return self.answer(200, {"url": f"http://{self.headers['host']}{page}"})

    def do_GET(self):
        row = DB.execute("SELECT article FROM copies WHERE page = ?", [self.path]).fetchone()
        self.answer(404 if row is None else 200 if row[0] else 410, json.loads(row[0]) if row and row[0] else {})

    def answer(self, status, value):
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(value).encode())


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
