"""Rename feeds: what one held goes on under its new slug."""

from __future__ import annotations

from syndicate.model.declarations import Declarations
from syndicate.store import feed_names, memberships
from syndicate.store.tx import Tx


def rename_feeds(tx: Tx, before: Declarations | None, after: Declarations) -> None:
    """Let a feed that is new keep the members, withdrawals and readers of the one it was renamed from."""
    known = memberships.heads(tx)
    for feed in after.feeds:
        if before is not None and before.feed(feed.slug) is None:
            # The slug it had last, where it had several; one that ended with a renaming changed with its heir.
            had = [old for old in feed.renamed_from if old in known]
            former = max(had, key=lambda old: (before.feed(old) is not None, known[old].seq), default="")
            if former:
                feed_names.rename(tx, former, feed.slug)
