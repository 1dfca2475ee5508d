"""Stories with pictures that a server on this machine has."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

FERRY = "tag:harbour.example,2026:ferry"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the standard library's name
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the files of a folder until the block ends; yields the address of the folder."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def a_story(root: str, names: list[str], **changes: Any) -> dict[str, Any]:
    """Return a record whose pictures stand between its paragraphs, each with words of its own."""
    images = [
        {
            "url": f"{root}/{name}",
            "caption": f"Caption of picture {number}: “{name}” & more",
            "credit": f"Photographer {number} / Harbour Pictures",
            "alt": f"What picture {number} shows",
        }
        for number, name in enumerate(names, 1)
    ]
    paragraphs = [f'<p>Paragraph {number}.</p><img src="{image["url"]}">' for number, image in enumerate(images, 1)]
    record: dict[str, Any] = {
        "id": FERRY,
        "url": "https://harbour.example/ferry",
        "title": "New ferry sails on time",
        "summary": "The first crossing left on the minute.",
        "body_html": "".join(paragraphs),
        "byline": "By Ada Quay",
        "published_at": "2026-03-04T09:50:00-05:00[America/New_York]",
        "categories": ["Harbour", "Arts & Life"],
        "keywords": ["ferries"],
        "images": images,
    }
    return record | changes
