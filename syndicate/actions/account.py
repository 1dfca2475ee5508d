"""Where partners stand with an article: who wants it, who may have it, what is unsent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from syndicate.actions.routes import PartnerRoute, routes_of
from syndicate.model.article import Status
from syndicate.model.delivery import EventType
from syndicate.model.journal import Cause
from syndicate.model.stored import StoredArticle
from syndicate.model.views import partner_key, polls
from syndicate.policy.planning import Standing
from syndicate.policy.rights import refusal_for_partner
from syndicate.policy.selection import Facts, facts
from syndicate.store import copies, deliveries, offers
from syndicate.store.copies import ByHand, Held
from syndicate.store.deliveries import Waiting
from syndicate.store.tx import Tx


@dataclass(frozen=True)
class Account:
    """What the store knows of an article at its partners, by the partner's name.

    `seen` is None where nobody may select the article any more; `onward` says whether it may reach partners at all.
    """

    stored: StoredArticle
    seen: Facts | None
    onward: bool
    unsent: Mapping[str, Waiting]
    correcting: frozenset[str]
    held: Mapping[str, Held]
    offered: frozenset[str] = frozenset()
    """The partners' own feeds that show it: they may fetch it at any moment, though they hold nothing yet."""

    def standing(self, route: PartnerRoute, *, now: datetime) -> Standing:
        """Work out where one partner stands."""
        name = route.partner.name
        held = self.held.get(name)
        begun = (held is not None and held.begun) or (polls(route.partner) and partner_key(name) in self.offered)
        by_hand = None if held is None else held.by_hand
        wants = self.onward and self.seen is not None and _selects(self.seen, route, by_hand, begun=begun, now=now)
        return Standing(
            wants=wants,
            refusal=self._refusal(route, now=now) if wants else None,
            begun=begun,
            unsent=self._unsent_type(name),
            corrections_at_once=route.partner.corrections == "immediately",
        )

    def _unsent_type(self, name: str) -> EventType | None:
        # One on its way may yet be refused, and its note must not be lost in what follows it.
        if name in self.correcting:
            return EventType.CORRECTED
        return self.unsent[name].type if name in self.unsent else None

    def _refusal(self, route: PartnerRoute, *, now: datetime) -> str | None:
        assert self.stored.article is not None
        refused = refusal_for_partner(self.stored.article, route.partner, now=now)
        return None if refused is None else refused.reason


def account_of(tx: Tx, stored: StoredArticle, seen: Facts | None) -> Account:
    """Read where every partner stands, and keep what is unsent from being claimed meanwhile."""
    routes = routes_of(tx.generation)
    if not routes.partners:
        return Account(stored, None, onward=False, unsent={}, correcting=frozenset(), held={})
    # Copies last: a claim that came first has noted by then that the partner may hold the article.
    unsent = deliveries.waiting_of_article(tx, stored.key)
    correcting = deliveries.corrections_on_their_way(tx, stored.key)
    held = copies.of_article(tx, stored.key)
    offered = offers.feeds_with(tx, stored.key) if routes.polled else frozenset()
    return Account(stored, seen, may_go_onward(tx, stored), unsent, correcting, held, offered)


def facts_of(tx: Tx, stored: StoredArticle) -> Facts | None:
    """Return what selections look at, or None where nobody may select the article any more."""
    if stored.status is not Status.PUBLISHED or stored.article is None:
        return None
    return facts(stored.article, publisher_name=tx.declarations.publisher.title)


def may_go_onward(tx: Tx, stored: StoredArticle) -> bool:
    """Tell whether a story may reach partners: our own may, an upstream's where `onward` says so."""
    if stored.upstream is None:
        return True
    upstream = tx.declarations.upstream(stored.upstream)
    return upstream is not None and upstream.onward


def withdrawal_cause(stored: StoredArticle, standing: Standing) -> Cause:
    """Say why a partner must not hold an article any more."""
    if stored.status is Status.RETRACTED:
        return Cause.RETRACTED
    if stored.status is Status.EXPIRED:
        return Cause.EXPIRED
    return Cause.RIGHTS if standing.wants else Cause.DESELECTED


def _selects(seen: Facts, route: PartnerRoute, by_hand: ByHand | None, *, begun: bool, now: datetime) -> bool:
    """Tell whether a partner shall have an article; what an operator sent or withdrew by hand stays so."""
    if by_hand is not None:
        return by_hand is ByHand.SENT
    matcher = route.keeps if begun else route.matcher
    return matcher.matches_facts(seen, now=now)
