"""Shape a record for one partner, as it leaves the service."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic_core import from_json, to_json

from syndicate.model.article import Status
from syndicate.model.declarations import Declarations, PartnerDeclaration
from syndicate.policy.rights import NotAllowed, has_rights, shape_for_partner, takes_everything
from syndicate.render.event import outgoing, outgoing_plain, outgoing_text, provenance_of
from syndicate.store import articles


def record_for(  # what a record leaves with, by name
    kept: str,
    partner: PartnerDeclaration,
    declarations: Declarations,
    *,
    slug: str,
    url: str | None,
    seq: int,
    plain: bool,
    now: datetime,
) -> bytes | NotAllowed:
    """Return a kept record as the partner gets it, with what the service knows of it and the chain it came through.

    `plain` is what `is_plain` says of it; who sends many has written it down.
    """
    publisher = declarations.publisher
    everything = takes_everything(partner, declarations.rights)
    if everything and plain:
        return outgoing_text(kept, publisher, slug=slug, url=url, seq=seq)
    record = _shaped(kept, partner, declarations, slug=slug, everything=everything, now=now)
    if isinstance(record, NotAllowed):
        return record
    provenance = provenance_of(record, publisher)
    return to_json({**record, "status": Status.PUBLISHED, "seq": seq, "provenance": provenance})


def _shaped(
    kept: str, partner: PartnerDeclaration, declarations: Declarations, *, slug: str, everything: bool, now: datetime
) -> Mapping[str, Any] | NotAllowed:
    """Shape a record; most need no reading as an article, which is the dearest step of a send."""
    publisher = declarations.publisher
    record = from_json(kept)
    if everything and not has_rights(record):
        return outgoing_plain(record, publisher, slug=slug)
    shaped = shape_for_partner(articles.load(kept), partner, declarations.rights, now=now)
    return shaped if isinstance(shaped, NotAllowed) else outgoing(shaped, publisher).wire()
