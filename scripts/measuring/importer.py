"""Accept records in bulk, without a web server: read, checked, and committed in groups."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from pathlib import Path

from scripts.measuring import papers, stories
from syndicate.actions.accept import Submission
from syndicate.app.service import opened
from syndicate.parse.record import read_json, read_record


async def accept_bulk(folder: Path, documents: list[bytes]) -> float:
    """Return accepted articles per second, reading included."""
    async with opened(papers.loaded(folder)) as service:
        began = time.perf_counter()
        submissions = (Submission(read_record(read_json(document)).article) for document in documents)
        await papers.accept_all(service, submissions)
        return len(documents) / (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int)
    asked = parser.parse_args()
    documents = [stories.document(number) for number in range(asked.count)]
    print(json.dumps(asyncio.run(accept_bulk(asked.folder, documents))))


if __name__ == "__main__":
    main()
