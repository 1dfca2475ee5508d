"""The pages that say how to subscribe: one for all feeds, one for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from syndicate.model.declarations import FeedDeclaration, Publisher
from syndicate.model.entry import Entry
from syndicate.web.pages.cards import ContentMode, cards
from syndicate.web.pages.environment import fill
from syndicate.web.pages.site import feed_links, site


def feeds_page(publisher: Publisher, feeds: Sequence[FeedDeclaration], *, skin: str | None = None) -> str:
    """Compose the list of feeds, with every address and how to use it."""
    return fill("feeds.html", site=site(publisher, feeds, skin), opml=f"{publisher.root}/feeds.opml")


def feed_page(
    publisher: Publisher,
    feed: FeedDeclaration,
    entries: Sequence[Entry],
    addresses: Mapping[str, str],
    *,
    now: datetime,
    feeds: Sequence[FeedDeclaration] = (),
    skin: str | None = None,
    content_mode: ContentMode = "full",
) -> str:
    """Compose one feed's page: how to subscribe, and its newest stories.

    `addresses` has the absolute addresses of `rss`, `atom` and `json`; `feeds` are those of the navigation.
    """
    return fill(
        "feed.html",
        site=site(publisher, feeds, skin),
        feed=feed_links(publisher, feed),
        url=f"{publisher.root}/feeds/{feed.slug}",
        addresses=addresses,
        entries=cards(entries, publisher, now=now, content_mode=content_mode),
    )
