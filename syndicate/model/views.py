"""Views: what an edition shows, be it a public feed or the own feed of a partner that polls."""

from __future__ import annotations

from dataclasses import dataclass

from syndicate.model.declarations import Declarations, FeedDeclaration, PartnerDeclaration

# The connector of partners that fetch their own feed.
PULL = "pull"
# No slug holds a colon, so that no public feed can be taken for a partner's.
_PARTNER = "partner:"
PARTNER_ITEMS = 50


@dataclass(frozen=True)
class View:
    """One feed in all its formats. `key` names it in the store: a feed's slug, or that of a partner (`partner_key`).

    `self_base` is its address without a suffix; `partner` is None for a public feed.
    """

    key: str
    feed: FeedDeclaration
    self_base: str
    partner: PartnerDeclaration | None = None


def partner_key(name: str) -> str:
    """Return the key of a polled partner's own feed."""
    return f"{_PARTNER}{name}"


def is_partner_key(key: str) -> bool:
    """Tell a polled partner's own feed from a public one."""
    return key.startswith(_PARTNER)


def partner_of_key(key: str) -> str | None:
    """Return the partner whose own feed it is; None for a public feed."""
    return key.removeprefix(_PARTNER) if is_partner_key(key) else None


def polls(partner: PartnerDeclaration) -> bool:
    """Tell whether a partner fetches what it is owed, instead of being sent it."""
    return partner.connector == PULL


def view_of(declarations: Declarations, key: str) -> View | None:
    """Return what is declared under a key; None where nothing is, or no longer."""
    root = declarations.publisher.root
    if key.startswith(_PARTNER):
        partner = declarations.partner(key.removeprefix(_PARTNER))
        if partner is None or not polls(partner):
            return None
        return View(key, _own_feed(declarations, partner), f"{root}/partners/{partner.name}/feed", partner)
    feed = declarations.feed(key)
    return None if feed is None else View(key, feed, f"{root}/feeds/{key}")


def _own_feed(declarations: Declarations, partner: PartnerDeclaration) -> FeedDeclaration:
    title = declarations.publisher.title
    return FeedDeclaration(
        slug=partner.name,
        title=f"{title} for {partner.name}",
        description=f"What {partner.name} republishes from {title}",
        items=PARTNER_ITEMS,
        content=partner.profile.content,
        dialect=partner.profile.dialect,
    )
