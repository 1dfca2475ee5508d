"""Find the post that is an article's copy: by its id, else by its slug and the marker in its content."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syndicate.connectors.contract import Refused
from syndicate.connectors.wordpress.advice import advice
from syndicate.connectors.wordpress.api import Api, Stop
from syndicate.connectors.wordpress.shapes import POST, POSTS, Post

POST_FIELDS = "id,status,link,slug,featured_media,categories,tags"
_FIELDS = f"{POST_FIELDS},content.raw"
_STATUSES = "publish,future,draft,pending,private,trash"
# WordPress numbers slugs that are taken, and marks those of posts in the trash.
_NUMBERS = ("", "-2", "-3", "-4", "-5")
_TRASHED = "__trashed"
_FIRST_MADE_FIRST: Mapping[str, Any] = {"orderby": "id", "order": "asc", "per_page": 100}
_NOT_OURS = "rest_cannot_edit"


@dataclass(frozen=True)
class Marks:
    """By what an article's post is known: the marker in its content, its slug, its address."""

    marker: str
    slug: str
    link: str | None

    def mark(self, post: Post) -> bool:
        return self.marker in post.content.raw

    def fit(self, post: Post) -> bool:
        """Tell whether a post with the right number is the right one, also where editors rewrote its content."""
        has_slug = bool(self.slug) and re.fullmatch(rf"{re.escape(self.slug)}(-\d+)?({_TRASHED})?", post.slug)
        return self.mark(post) or bool(has_slug) or (post.link is not None and post.link == self.link)


@dataclass(frozen=True)
class Lookup:
    """Searches of one attempt for one article's post."""

    api: Api
    marks: Marks

    async def by_id(self, number: int) -> Post | None:
        """Read a post by its id; None where it was deleted for good."""
        try:
            return await self.api.get(f"wp/v2/posts/{number}", POST, context="edit", _fields=_FIELDS)
        except Stop as stop:
            if is_gone(stop):
                return None
            raise

    async def by_marks(self, *, thoroughly: bool) -> Post | None:
        """Search for an article's post; `thoroughly` reads contents too, for sites that do not keep slugs."""
        slugs = [f"{self.marks.slug}{number}{end}" for end in ("", _TRASHED) for number in _NUMBERS]
        found = await self._marked(slug=",".join(slugs))
        if found is None and thoroughly:
            found = await self._marked(search=self.marks.marker)
            if found is None:
                await self._see_what_readers_see()
        return found

    async def _marked(self, **query: Any) -> Post | None:
        found = await self.api.get(
            "wp/v2/posts", POSTS, **query, **_FIRST_MADE_FIRST, status=_STATUSES, context="edit", _fields=_FIELDS
        )
        # A partner's own post may have the same slug.
        return next((post for post in found if self.marks.mark(post)), None)

    async def _see_what_readers_see(self) -> None:
        """Raise Stop for a post of ours that is public: a search leaves out without a word what we may not change."""
        fields = "id,content.rendered"
        found = await self.api.get("wp/v2/posts", POSTS, search=self.marks.marker, **_FIRST_MADE_FIRST, _fields=fields)
        shown = next((post for post in found if self.marks.marker in post.content.rendered), None)
        if shown is not None:
            raise Stop(Refused(f"post {shown.id} there is ours, and the account may not change it{advice(_NOT_OURS)}"))


def is_gone(stop: Stop) -> bool:
    """Tell that WordPress itself, and no page of the site, says that there is no such post."""
    return stop.refused.status in (404, 410) and stop.code == "rest_post_invalid_id"


def unrecognisable(number: int) -> Stop:
    """Refuse to take down a post that has nothing of ours any more, and to say that it is down."""
    reason = f"post {number} there bears no mark of ours any more; take it down by hand, then `copies confirm`"
    return Stop(Refused(reason, permanent=True))
