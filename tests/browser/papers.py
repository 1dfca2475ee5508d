"""The pages of both papers of a demo, by the names tests give them."""

from __future__ import annotations

import re

from tests.journeys.demo import ARRIVE_SECONDS, Demo, until

PAPERS = ("publisher", "partner")
PAGES = {"front page": "/", "feeds": "/feeds", "feed": "/feeds/latest", "story": "/articles/{slug}"}


def republished(demo: Demo) -> str:
    """Return the slug of a story once both papers show it."""
    found = re.search(r'href="[^"]*/articles/([^"#?]+)"', demo.get(f"{demo.first}/")[1])
    assert found, "the front page shows no story"
    slug = found[1]
    until(lambda: demo.get(f"{demo.second}/articles/{slug}")[0] == 200, ARRIVE_SECONDS)
    return slug
