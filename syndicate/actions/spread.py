"""Carry a change of an article to the journal, the feeds and the partners, in the transaction that makes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syndicate.actions.account import account_of, facts_of
from syndicate.actions.brake import count_change
from syndicate.actions.judging import admitted
from syndicate.actions.office import Occasion
from syndicate.actions.quota import within_quota
from syndicate.actions.routes import FeedRoute, PartnerRoute, routes_of
from syndicate.model.article import Audience
from syndicate.model.delivery import DeliveryState, EventType
from syndicate.model.journal import Cause, JournalEntry, Kind
from syndicate.model.stored import StoredArticle
from syndicate.model.views import is_partner_key
from syndicate.policy.planning import Nothing, Owe, Plan, Skip, plan
from syndicate.policy.selection import Facts
from syndicate.store import aged, deliveries, journal, memberships, offers
from syndicate.store.deliveries import Waiting
from syndicate.store.tx import Tx


@dataclass(frozen=True)
class News:
    """What happened: its journal kind, why copies must go if they must, and the text that may leave."""

    kind: Kind
    cause: Cause | None = None
    reason: str | None = None
    public_note: str | None = None
    deliver: bool = True
    urgent: bool = False


def spread(tx: Tx, stored: StoredArticle, news: News, occasion: Occasion) -> int:
    """Write the journal row of a change and everything that follows from it; returns its `seq`.

    `stored` is the article as it stands after the change; the caller writes the seq to its row.
    """
    seq = tx.next_seq()
    entry = JournalEntry(seq, stored.id, stored.revision, news.kind, occasion.now, occasion.actor, news.reason)
    journal.append(tx, stored.key, entry)
    seen = facts_of(tx, stored)
    touched = _update_feeds(tx, stored, seen, news, seq=seq, now=occasion.now)
    if news.cause is not None:
        # A polled partner's own feed shows no withdrawn text while its retraction waits, from no cache either.
        touched += offers.feeds_with(tx, stored.key)
    memberships.touch(tx, touched, seq=seq, at=occasion.now)
    if news.deliver:
        owed = owe_partners(tx, stored, seen, news, occasion, seq=seq)
        if owed and _may_run_away(news):
            count_change(tx, occasion)
    tx.effects.articles.add(stored.slug)
    return seq


def _may_run_away(news: News) -> bool:
    """Tell what the brake counts of what partners are owed: never what has to go."""
    return news.cause is None and not news.urgent


# --- feeds ---------------------------------------------------------------------------------------------------------


def _update_feeds(
    tx: Tx, stored: StoredArticle, seen: Facts | None, news: News, *, seq: int, now: datetime
) -> list[str]:
    """Bring memberships up to date; returns the feeds that changed."""
    # What a polled partner's own feed shows changes when it is offered, not now.
    member_of = memberships.of_article(tx, stored.key)
    before = {slug: member for slug, member in member_of.items() if not is_partner_key(slug)}
    public = stored.article is not None and stored.article.audience is Audience.PUBLIC
    matching = admitted(tx, stored, _matching(tx, seen, now=now) if public else {}, now=now)
    entering, returning, staying = [], [], []
    for slug, route in matching.items():
        row = _member_row(stored, route, seq=seq)
        if slug not in before:
            entering.append(row)
        elif before[slug]:
            staying.append(_keyed(row))
        else:
            returning.append(_keyed(row) | {"at": now})
    keyed = {"key": stored.key, "seq": seq, "at": now}
    gone = [slug for slug, member in before.items() if member and slug not in matching]
    leaving = [keyed | {"the_feed": slug, "cause": _why_left(tx, slug, seen, news, now=now)} for slug in gone]
    former = [slug for slug, member in before.items() if not member and slug not in matching]
    withdrawn, old = _settle_former(tx, stored, former, seen, news, now=now)
    leaving += [keyed | {"the_feed": slug, "cause": Cause.DESELECTED.value} for slug in withdrawn]
    aged.grow_old(tx, [keyed | {"the_feed": slug} for slug in old])
    if news.cause is not None:
        # Who read it before it grew too old must be told that it was withdrawn.
        memberships.withdraw_aged(tx, stored.key, seq=seq, at=now, cause=news.cause.value)
    memberships.enter(tx, entering)
    memberships.reenter(tx, returning)
    memberships.change(tx, staying)
    memberships.leave(tx, leaving)
    return [*matching, *gone, *withdrawn, *old]


def _settle_former(
    tx: Tx, stored: StoredArticle, former: list[str], seen: Facts | None, news: News, *, now: datetime
) -> tuple[list[str], list[str]]:
    """Return of the feeds an article left those whose archives must not show it any more, and those that still do."""
    if not former or seen is None or news.cause is not None:
        return [], []
    known = aged.feeds_of(tx, stored.key)
    old = [slug for slug in former if _why_left(tx, slug, seen, news, now=now) == memberships.AGED]
    return [slug for slug in former if slug in known and slug not in old], old


def _why_left(tx: Tx, slug: str, seen: Facts | None, news: News, *, now: datetime) -> str:
    """Say why an article left a feed; readers learn of a withdrawal, and not that it grew old."""
    if news.cause is not None:
        return news.cause.value
    route = routes_of(tx.generation).feed(slug)
    if route is None or seen is None or seen.article.audience is not Audience.PUBLIC:
        return Cause.DESELECTED.value
    return memberships.AGED if route.is_only_too_old(seen, now=now) else Cause.DESELECTED.value


def _matching(tx: Tx, seen: Facts | None, *, now: datetime) -> dict[str, FeedRoute]:
    if seen is None:
        return {}
    routes = routes_of(tx.generation).feeds
    return {route.feed.slug: route for route in routes if route.matcher.matches_facts(seen, now=now)}


def _member_row(stored: StoredArticle, route: FeedRoute, *, seq: int) -> dict[str, Any]:
    assert stored.article is not None
    return {
        "feed": route.feed.slug,
        "article_key": stored.key,
        "article_id": stored.id,
        "entered_seq": seq,
        "changed_seq": seq,
        "reentered_at": None,
        "left_seq": None,
        "left_at": None,
        "left_cause": None,
        "leaves_at": route.leaves_at(stored.article),
        "published_at": stored.shown_published_at,
        "updated_at": stored.shown_updated_at,
        "revision": None,
        "offered_at": None,
    }


def _keyed(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("leaves_at", "published_at", "updated_at")
    names = {"the_feed": row["feed"], "key": row["article_key"], "seq": row["changed_seq"]}
    return names | {name: row[name] for name in kept}


# --- partners ------------------------------------------------------------------------------------------------------


def owe_partners(
    tx: Tx, stored: StoredArticle, seen: Facts | None, news: News, occasion: Occasion, *, seq: int
) -> bool:
    """Give every partner that selects the article, or holds a copy, the delivery it is owed; tells if one is owed."""
    account = account_of(tx, stored, seen)
    rows: list[dict[str, Any]] = []
    for route in routes_of(tx.generation).partners:
        name = route.partner.name
        decision = plan(account.standing(route, now=occasion.now), news.kind, news.cause, urgent=news.urgent)
        unsent = account.unsent.get(name)
        held = account.held.get(name)
        decision = within_quota(tx, stored.key, route, decision, held, occasion, waits=unsent is not None)
        _end_unsent(tx, unsent, decision, at=occasion.now)
        rows.extend(delivery_rows(stored, route, decision, news, occasion, seq=seq))
    deliveries.add(tx, rows)
    return any(row["state"] == DeliveryState.WAITING.value for row in rows)


def _end_unsent(tx: Tx, unsent: Waiting | None, decision: Plan, *, at: datetime) -> None:
    if unsent is None:
        return
    match decision:
        case Owe():
            deliveries.finish_waiting(tx, [unsent.id], state=DeliveryState.SUPERSEDED, at=at, why=None)
        case Skip(reason):
            deliveries.finish_waiting(tx, [unsent.id], state=DeliveryState.CANCELLED, at=at, why=reason)
        case Nothing():
            deliveries.finish_waiting(
                tx, [unsent.id], state=DeliveryState.CANCELLED, at=at, why="withdrawn before it went"
            )


def delivery_rows(
    stored: StoredArticle, route: PartnerRoute, decision: Plan, news: News, occasion: Occasion, *, seq: int
) -> list[dict[str, Any]]:
    """Return the row of the delivery that `decision` owes, if it owes one."""
    if isinstance(decision, Nothing):
        return []
    released_at = stored.released_at or occasion.now
    row: dict[str, Any] = {
        "id": occasion.new_id("msg"),
        "partner": route.partner.name,
        "article_key": stored.key,
        "article_id": stored.id,
        "revision": stored.revision,
        "seq": seq,
        "created_at": occasion.now,
        "owed_at": occasion.now,
        "cause": None,
        "public_note": None,
    }
    if isinstance(decision, Skip):
        skipped = {"state": DeliveryState.SKIPPED.value, "reason": decision.reason, "finished_at": occasion.now}
        return [row | skipped | {"type": EventType.PUBLISHED.value, "lane": 2, "due_at": occasion.now}]
    due = occasion.now if decision.at_once else route.due(released_at=released_at, now=occasion.now)
    row |= {
        "type": decision.type.value,
        "lane": int(decision.lane),
        "state": DeliveryState.WAITING.value,
        "due_at": due,
    }
    if decision.cause is not None:
        row |= {"cause": decision.cause.value, "public_note": news.public_note}
    return [row]
