"""Show how an article would stand in the own feed of a partner that polls."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from syndicate.actions.build import stored_entry, worded
from syndicate.actions.claim import Parcel
from syndicate.connectors.contract import Preview
from syndicate.errors import PartnerNotFoundError
from syndicate.model.delivery import EventType
from syndicate.model.entry import Entry, FeedContent, Tombstone
from syndicate.model.views import partner_key, view_of
from syndicate.policy.rights import NotAllowed, shape_for_partner
from syndicate.render.feeds import FORMATS, render
from syndicate.store import articles
from syndicate.store.tx import Tx

# The one format that says both what stands in a feed and what left it, in every dialect.
_FORMAT = FORMATS["atom"]


def own_preview(tx: Tx, parcel: Parcel, now: datetime) -> Preview:
    """Return the partner's feed as it would be with this one article. Raises PartnerNotFoundError."""
    view = view_of(tx.declarations, partner_key(parcel.partner.name))
    if view is None:
        raise PartnerNotFoundError(parcel.partner.name)
    gone = parcel.delivery.type is EventType.RETRACTED
    content = FeedContent(
        publisher=tx.declarations.publisher,
        feed=view.feed,
        entries=() if gone else _entries(tx, parcel, now),
        tombstones=(Tombstone(parcel.delivery.article_id, now, parcel.delivery.public_note),) if gone else (),
        changed_at=now,
        self_base=view.self_base,
        elsewhere=True,
    )
    body = render(content, _FORMAT.name)
    return Preview("GET", view.self_base + _FORMAT.suffix, {"Content-Type": _FORMAT.media_type}, body)


def _entries(tx: Tx, parcel: Parcel, now: datetime) -> tuple[Entry, ...]:
    stored = articles.by_key(tx, parcel.claimed.article_key)
    assert stored is not None
    assert stored.article is not None
    shaped = shape_for_partner(stored.article, parcel.partner, tx.declarations.rights, now=now)
    if isinstance(shaped, NotAllowed):
        return ()
    shown = replace(stored, article=shaped, released_at=stored.released_at or now)
    publisher = tx.declarations.publisher
    return (worded(stored_entry(shown, publisher), parcel.partner, publisher),)
