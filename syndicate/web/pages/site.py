"""What every page of a paper shares: its name, its look, its feeds and where its own files are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from syndicate.model.declarations import FeedDeclaration, Publisher
from syndicate.web.pages.assets import static_name
from syndicate.web.pages.skins import Skin, skin_for

_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"})


@dataclass(frozen=True)
class FeedLinks:
    """A feed as pages link it: `page` for people, the three documents as absolute addresses."""

    title: str
    description: str
    page: str
    rss: str
    atom: str
    json: str


@dataclass(frozen=True)
class Site:
    """The paper. `path` goes before our own addresses: empty, or the path of base_url."""

    title: str
    description: str
    language: str
    skin: Skin
    url: str
    path: str
    stylesheet: str
    icon: str
    contact: str
    contact_url: str | None
    feeds: tuple[FeedLinks, ...]


def site(publisher: Publisher, feeds: Sequence[FeedDeclaration] = (), skin: str | None = None) -> Site:
    """Settle what all pages of `publisher` share; without `skin` the title chooses the look."""
    # Links stay on the host the reader came by, which need not be that of base_url.
    path = urlsplit(publisher.root).path
    return Site(
        title=publisher.title,
        description=publisher.description,
        language=publisher.language,
        skin=skin_for(publisher.title, skin),
        url=f"{publisher.root}/",
        path=path,
        stylesheet=f"{path}/static/{static_name('paper.css')}",
        icon=f"{path}/static/{static_name('favicon.svg')}",
        contact=publisher.contact,
        contact_url=f"mailto:{quote(publisher.contact, safe='@+')}" if "@" in publisher.contact else None,
        feeds=tuple(feed_links(publisher, feed) for feed in feeds),
    )


def feed_links(publisher: Publisher, feed: FeedDeclaration) -> FeedLinks:
    """Return where a feed is found."""
    document = f"{publisher.root}/feeds/{feed.slug}"
    return FeedLinks(
        title=feed.title,
        description=feed.description,
        page=f"{urlsplit(publisher.root).path}/feeds/{feed.slug}",
        rss=f"{document}.rss",
        atom=f"{document}.atom",
        json=f"{document}.json",
    )


def direction(language: str | None) -> str:
    """Return the `dir` attribute for a BCP 47 language: `rtl` or `ltr`."""
    return "rtl" if (language or "").lower().partition("-")[0] in _RIGHT_TO_LEFT else "ltr"
