"""Poll a publisher's list of changes, and keep the newest state of each article in copies.db."""

import json
import os
import sqlite3
import time
import urllib.error
import urllib.request

CHANGES = os.environ["SYNDICATE_CHANGES"]  # https://publisher.example/partners/NAME/changes
TOKEN = "Bearer " + os.environ["SYNDICATE_TOKEN"]


def poll(db, wait):
    """Apply one page, and keep its cursor in the same transaction."""
    for table in ("copies (id TEXT PRIMARY KEY, article TEXT)", "place (one INTEGER PRIMARY KEY, cursor TEXT)"):
        db.execute(f"CREATE TABLE IF NOT EXISTS {table}")
    after = (db.execute("SELECT cursor FROM place").fetchone() or ["start"])[0]
    request = urllib.request.Request(f"{CHANGES}?after={after}&wait={wait}", None, {"Authorization": TOKEN})  # noqa: S310
    try:
        page = json.load(urllib.request.urlopen(request, timeout=wait + 30))  # noqa: S310  # as above
    except urllib.error.HTTPError as error:
        if error.code != 410:
            raise
        page = {"items": [], "cursor": "start"}
        db.execute("DELETE FROM copies")  # they restored a backup: what the new list lacks has to go
    for item in page["items"]:
        db.execute("DELETE FROM copies WHERE id = ?", [item["id"]])
        if item["article"] is not None:
            db.execute("INSERT INTO copies VALUES (?, ?)", [item["id"], json.dumps(item["article"])])
    db.execute("REPLACE INTO place VALUES (1, ?)", [page["cursor"]])
    db.commit()


while __name__ == "__main__":
    try:
        poll(sqlite3.connect(os.environ.get("RECEIVER_STORE", ".") + "/copies.db"), wait=50)
    except OSError:  # away, paused, or asked too often: later
        time.sleep(5)
