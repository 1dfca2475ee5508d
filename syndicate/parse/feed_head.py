"""What the head of a feed says of all its entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from syndicate.parse.links import home_page, host

UNKNOWN_HOST = "unknown.invalid"


@dataclass(frozen=True)
class FeedHead:
    """`url` is the home page, `feed_url` the feed's own address, `base_url` what relative addresses count from."""

    title: str | None
    url: str | None
    feed_url: str | None
    language: str | None
    base_url: str | None
    rights: str | None = None
    authors: tuple[dict[str, Any], ...] = ()

    @property
    def host(self) -> str:
        """The host that ids are minted under."""
        return host(self.url or self.feed_url or "") or UNKNOWN_HOST

    def source(self, article_url: str | None) -> dict[str, Any] | None:
        """Return the feed as the source of one of its articles; None where no address is known."""
        home = self.url or (home_page(self.feed_url) if self.feed_url else None)
        home = home or (home_page(article_url) if article_url else None)
        if home is None:
            return None
        return source(self.title, home, self.feed_url, article_url)


def source(name: str | None, url: str, feed_url: str | None, article_url: str | None) -> dict[str, Any]:
    """Return the `source` of a record; without a name it goes by its host."""
    record = {"name": name or host(url), "url": url, "feed_url": feed_url, "article_url": article_url}
    return {key: value for key, value in record.items() if value is not None}
