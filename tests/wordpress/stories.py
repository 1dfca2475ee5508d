"""Stories with pictures that a server on this machine has."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "syndicate" / "demo" / "pictures"
SEED = ROOT.parent / "shared" / "input" / "seed-article.json"
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
        "published_at": "2026-03-04T05:50:00-05:00[America/New_York]",
        "categories": ["Harbour", "Arts & Life"],
        "keywords": ["ferries"],
        "images": images,
    }
    return record | changes


def fourteen() -> list[str]:
    """Return the names of so many pictures of our own making."""
    return sorted(path.name for path in PICTURES.glob("*.jpg"))[:14]


def seed_story(root: str) -> dict[str, Any] | None:
    """Return the seed article, its pictures replaced by our own at `root`; None where it is not here."""
    if not SEED.exists():
        return None
    text = SEED.read_text("utf-8")
    for image, name in zip(json.loads(text)["images"], fourteen(), strict=True):
        text = text.replace(image["url"], f"{root}/{name}")
    story: dict[str, Any] = json.loads(text)
    return story
