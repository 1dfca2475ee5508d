"""How often a feed says it changes (the RSS module "syndication"): only what its file declares, never a guess."""

from __future__ import annotations

from lxml import etree

from syndicate.model.declarations import FeedDeclaration
from syndicate.render.elements import add
from syndicate.render.namespaces import SY


def update_prefixes(feed: FeedDeclaration) -> dict[str, str]:
    """Return the namespace that the hints need, by its prefix; none where nothing is declared."""
    return {"sy": SY} if feed.update_period or feed.update_frequency else {}


def add_update_hints(head: etree._Element, feed: FeedDeclaration) -> None:
    """Add the hints to a channel or an Atom feed. feedgen's own extension writes them wrongly."""
    if feed.update_period:
        add(head, f"{{{SY}}}updatePeriod", feed.update_period)
    if feed.update_frequency:
        add(head, f"{{{SY}}}updateFrequency", str(feed.update_frequency))
