"""Events as a webhook partner gets them, with valid defaults."""

from __future__ import annotations

from typing import Any

from tests.builders import an_article, an_image


def an_event(kind: str = "article.published", **data: Any) -> dict[str, Any]:
    """Build the body of a delivery; `data` changes what stands under that key."""
    article = an_article(images=[an_image()]).wire()
    withdrawn = kind == "article.retracted"
    return {
        "type": kind,
        "timestamp": "2026-03-04T12:00:00Z",
        "data": {
            "schema": 1,
            "id": article["id"],
            "url": article["url"],
            "revision": article["revision"],
            "seq": article["seq"],
            "cause": "retracted" if withdrawn else None,
            "public_note": "It was not so." if withdrawn else None,
            "article": None if withdrawn else article,
        }
        | data,
    }
