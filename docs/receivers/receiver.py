"""Receive a publisher's signed articles. Run: SYNDICATE_SECRET=whsec_... python3 receiver.py"""

import base64
import hashlib
import hmac
import json
import os
import sqlite3
import time
from wsgiref.simple_server import make_server

KEY = base64.b64decode(os.environ["SYNDICATE_SECRET"].split("whsec_")[1])
LIMIT = 4 * 2**20  # bytes
DB = sqlite3.connect(os.environ.get("RECEIVER_STORE", "copies.db"), isolation_level=None)  # each statement commits
DB.execute("CREATE TABLE IF NOT EXISTS copies (id PRIMARY KEY, seq, article)")
# Only what is newer counts. What is withdrawn keeps its row, without text, so that nothing late brings it back.
KEEP = "REPLACE INTO copies SELECT :id, :seq, :article WHERE :seq > ifnull((SELECT seq FROM copies WHERE id = :id), 0)"


def app(request, respond):
    body = request["wsgi.input"].read(max(0, min(int(request.get("CONTENT_LENGTH") or 0), LIMIT + 1)))
    sent_at = request.get("HTTP_WEBHOOK_TIMESTAMP", "")
    signed = f"{request.get('HTTP_WEBHOOK_ID')}.{sent_at}.".encode() + body
    ours = b"v1," + base64.b64encode(hmac.digest(KEY, signed, "sha256"))
    offered = request.get("HTTP_WEBHOOK_SIGNATURE", "").encode().split()  # several while a secret is changed
    fits = any(hmac.compare_digest(ours, each) for each in offered) and abs(time.time() - int(sent_at)) <= 300
    if len(body) > LIMIT or not fits:
        respond("413 Content Too Large" if len(body) > LIMIT else "401 Unauthorized", [])
        return []
    event, answer = json.loads(body), {}
    if event["type"].startswith("article."):  # a test is answered, and not kept
        DB.execute(KEEP, event["data"] | {"article": json.dumps(event["data"]["article"])})
        answer["url"] = "https://your.example/articles/" + hashlib.sha256(event["data"]["id"].encode()).hexdigest()[:16]
    respond("200 OK", [("content-type", "application/json")])
    return [json.dumps(answer).encode()]


if __name__ == "__main__":
    make_server("127.0.0.1", int(os.environ.get("PORT", "8090")), app).serve_forever()
