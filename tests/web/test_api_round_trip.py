"""There and back: what was read can be written back, and what was written is shown at once."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import NOON, an_article, an_image
from tests.web.desk import FERRY, Desk, article_path, body_of

SET_BY_THE_SERVICE = {"revision", "status", "slug", "seq"}
NUMBERS = itertools.count(1)

# --- there and back -------------------------------------------------------------------------------------------------

TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=20).map(
    lambda text: f"x{text}x"
)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "title": TEXT,
        "summary": TEXT,
        "kicker": TEXT,
        "byline": TEXT,
        "body_html": TEXT.map(lambda text: f"<p>{text.replace('<', '').replace('&', '')}</p>"),
        "keywords": st.lists(TEXT, max_size=3),
        "categories": st.lists(TEXT.map(lambda term: {"term": term, "label": term}), max_size=3),
        "images": st.lists(st.integers(1, 9), unique=True, max_size=3).map(
            lambda numbers: [an_image(number).model_dump(mode="json", exclude_none=True) for number in numbers]
        ),
        "published_at": st.sampled_from(
            ["2026-03-04T07:00:00-05:00[America/New_York]", "2026-03-04T11:00:00Z", "2026-03-09T11:00:00+01:00"]
        ),
        "correction": TEXT,
        "rights": st.just({"copyright": "(c) us", "deny_partners": ["gazette"]}),
        "extensions": st.dictionaries(TEXT, st.none() | st.booleans() | st.integers(-5, 5) | TEXT, max_size=3),
        "audience": st.sampled_from(["public", "partners"]),
        "embargo_until": st.sampled_from(["2026-03-04T10:00:00Z", "2026-03-09T10:00:00Z"]),
    },
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
async def test_what_was_read_can_be_written_back(desk: Desk, changes: dict[str, Any]) -> None:
    base = an_article(images=[an_image()]).wire()
    record = {key: value for key, value in base.items() if key not in SET_BY_THE_SERVICE} | changes
    article_id = f"tag:harbour.example,2026:{next(NUMBERS)}"
    record |= {"id": article_id, "url": f"https://harbour.example/{article_id}"}
    first = await desk.api("PUT", article_path(article_id), json=record)
    assert first.status in (200, 201), await first.text()
    seen = await desk.shown(article_id)
    again = await desk.api("PUT", article_path(article_id), json=seen)
    assert (await body_of(again, 200))["outcome"] == "unchanged"
    assert await desk.shown(article_id) == seen


async def test_the_answer_of_a_write_can_be_written_back_too(desk: Desk) -> None:
    made = await body_of(await desk.put(body_html="<p>Hi<script>x</script></p>"), 201)
    assert (await body_of(await desk.api("PUT", article_path(), json=made), 200))["outcome"] == "unchanged"


async def test_once_a_write_is_answered_every_listing_shows_it(desk: Desk) -> None:
    await desk.put(published_at=NOON.isoformat())
    listed = await body_of(await desk.api("GET", "/api/v1/articles"), 200)
    assert [each["id"] for each in listed["items"]] == [FERRY]
    assert (await body_of(await desk.api("GET", "/api/v1/journal"), 200))["items"][0]["article"] == FERRY
