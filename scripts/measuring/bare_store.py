"""The bare store to compare with: the same documents into one SQLite table, a durable commit for each."""

from __future__ import annotations

import argparse
import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from scripts.measuring import stories


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", type=Path)
    parser.add_argument("count", type=int)
    asked = parser.parse_args()
    rows = [(stories.record(number)["id"], stories.document(number).decode()) for number in range(asked.count)]
    with closing(sqlite3.connect(asked.database, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE articles (id TEXT PRIMARY KEY, record TEXT NOT NULL)")
        began = time.perf_counter()
        for row in rows:
            connection.execute("INSERT INTO articles VALUES (?, ?)", row)
        print(json.dumps(asked.count / (time.perf_counter() - began)))


if __name__ == "__main__":
    main()
