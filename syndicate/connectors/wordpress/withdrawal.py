"""Take a post down: into the trash, or back to a draft."""

from __future__ import annotations

from dataclasses import dataclass

from syndicate.connectors.wordpress.api import Api, Stop
from syndicate.connectors.wordpress.ledger import Ledger
from syndicate.connectors.wordpress.lookup import is_gone
from syndicate.connectors.wordpress.options import WordPressOptions
from syndicate.connectors.wordpress.shapes import POST, Post

TRASH = "trash"


@dataclass(frozen=True)
class Withdrawal:
    """One attempt's withdrawal of a post. Raises Stop where readers may see it still."""

    api: Api
    ledger: Ledger
    options: WordPressOptions

    async def take_down(self, post: Post) -> None:
        held = self.ledger.held
        # How its editors had it, for when the article comes back; not how an earlier attempt at this left it.
        if held.post is not None and not held.withdrawn and not held.unfinished and not held.was:
            await self.ledger.intend(was=post.status)
        if self.options.retraction == "draft":
            await self._to_draft(post)
        elif post.status != TRASH:
            await self._to_trash(post)

    async def _to_draft(self, post: Post) -> None:
        if post.status not in ("draft", TRASH):
            await self.api.post(f"wp/v2/posts/{post.id}", POST, {"status": "draft"}, _fields="id")

    async def _to_trash(self, post: Post) -> None:
        try:
            await self.api.delete(f"wp/v2/posts/{post.id}", POST, _fields="id,status")
        except Stop as stop:
            if stop.code == "rest_trash_not_supported":
                await self._to_draft(post)
            elif stop.code != "rest_already_trashed" and not is_gone(stop):
                raise
