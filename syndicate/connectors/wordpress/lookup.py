"""Find the post that is an article's copy: by its id, else by its slug and the marker in its content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from syndicate.connectors.wordpress.api import Api, Stop

POST_FIELDS = "id,status,link,slug,featured_media,categories,tags"
_STATUSES = "publish,future,draft,pending,private,trash"
# WordPress numbers slugs that are taken, and marks those of posts in the trash.
_NUMBERS = ("", "-2", "-3", "-4", "-5")
_TRASHED = "__trashed"


@dataclass(frozen=True)
class Found:
    """A post as it stands there."""

    id: int
    status: str
    link: str | None

    @classmethod
    def of(cls, data: Any) -> Found:
        return cls(int(data["id"]), str(data.get("status", "")), data.get("link"))


async def by_id(api: Api, post: int) -> Found | None:
    """Read a post by its id; None where it was deleted for good."""
    try:
        reply = await api.get(f"wp/v2/posts/{post}", context="edit", _fields=POST_FIELDS)
    except Stop as stop:
        if is_gone(stop):
            return None
        raise
    return Found.of(reply.data)


async def by_marks(api: Api, slug: str, marker: str, *, thoroughly: bool) -> Found | None:
    """Search for an article's post; `thoroughly` reads contents too, for sites that do not keep slugs."""
    slugs = [f"{slug}{number}{end}" for end in ("", _TRASHED) for number in _NUMBERS]
    found = await _marked(api, marker, slug=",".join(slugs))
    if found is None and thoroughly:
        found = await _marked(api, marker, search=marker)
    return found


def is_gone(stop: Stop) -> bool:
    """Tell that WordPress itself, and no page of the site, says that there is no such post."""
    return stop.refused.status in (404, 410) and stop.code == "rest_post_invalid_id"


async def _marked(api: Api, marker: str, **query: Any) -> Found | None:
    reply = await api.get(
        "wp/v2/posts",
        **query,
        status=_STATUSES,
        context="edit",
        orderby="id",
        order="asc",
        per_page=100,
        _fields="id,status,link",
    )
    for each in reply.data:
        # A partner's own post may have the same slug.
        if await _bears(api, int(each["id"]), marker):
            return Found.of(each)
    return None


async def _bears(api: Api, post: int, marker: str) -> bool:
    reply = await api.get(f"wp/v2/posts/{post}", context="edit", _fields="content.raw")
    return marker in reply.data.get("content", {}).get("raw", "")
