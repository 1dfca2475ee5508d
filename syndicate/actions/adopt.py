"""Put what the files declare in force: a numbered generation, with feeds re-evaluated before it takes effect."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from syndicate.actions.judging import examine, is_refused
from syndicate.actions.office import Occasion, Office
from syndicate.actions.owing import owe_newest
from syndicate.actions.own_feeds import settle_own_feeds
from syndicate.actions.rename_feeds import rename_feeds
from syndicate.actions.routes import FeedRoute, routes_of
from syndicate.model.article import Article, Audience
from syndicate.model.declarations import Declarations, FeedDeclaration, PartnerDeclaration
from syndicate.model.delivery import DeliveryState
from syndicate.model.journal import Cause
from syndicate.model.stored import StoredArticle
from syndicate.model.views import partner_key
from syndicate.policy.gates.table import language_of
from syndicate.policy.heirs import heirs
from syndicate.policy.selection import Matcher, facts
from syndicate.store import (
    aged,
    articles,
    copies,
    deliveries,
    feed_names,
    findings,
    generations,
    journal,
    memberships,
    meta,
    partners,
)
from syndicate.store.tx import Tx

WALK_STEP = 500
EPOCH = "epoch"


@dataclass(frozen=True)
class Evaluated:
    """Which articles new selections match, as of `seq`: feed → article keys with the order's columns.

    `aged` are those that would match if they were younger.
    """

    seq: int
    rows: dict[str, dict[int, dict[str, Any]]]
    aged: dict[str, set[int]]
    found: dict[str, dict[int, dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    """What dialects refuse and repair: feed → article keys with the rows to keep of it."""


async def adopt(office: Office, declarations: Declarations) -> int | None:
    """Put `declarations` in force; returns their generation, or None where they already are."""
    while (before := await office.store.read(_in_force)) != declarations:
        evaluated = await _evaluate(office, declarations, _changed_selections(before, declarations))
        occasion = office.occasion("configuration")
        number = await office.store.write(_adopt, before, declarations, evaluated, occasion)
        if number is not None:
            return number
    return None


def _in_force(tx: Tx) -> Declarations | None:
    return None if generations.newest_number(tx) is None else tx.declarations


def _changed_selections(before: Declarations | None, after: Declarations) -> tuple[FeedRoute, ...]:
    """Return the feeds whose members must be worked out anew; sources compare with the publisher's own name."""
    renamed = before is not None and before.publisher.title != after.publisher.title
    return tuple(
        FeedRoute(feed, Matcher(feed.select))
        for feed in after.feeds
        if before is None
        or renamed
        or (old := before.feed(feed.slug)) is None
        or old.select != feed.select
        or _gate(old, before) != _gate(feed, after)
    )


def _gate(feed: FeedDeclaration, declared: Declarations) -> tuple[str, ...]:
    """Return what decides which of the selected articles a feed takes."""
    if feed.dialect == "standard":
        return (feed.dialect,)
    return feed.dialect, language_of(feed, declared.publisher)


async def _evaluate(office: Office, declarations: Declarations, routes: tuple[FeedRoute, ...]) -> Evaluated:
    """Walk the store outside the writer, so that accepting goes on meanwhile."""
    seq = await office.store.read(journal.last_seq)
    slugs = [route.feed.slug for route in routes]
    evaluated = Evaluated(seq, {slug: {} for slug in slugs}, {slug: set() for slug in slugs})
    last_key = 0
    while routes:
        step = await office.store.read(articles.released_after, last_key, limit=WALK_STEP)
        if not step:
            break
        for stored in step:
            _evaluate_one(evaluated, routes, stored, declarations, office.occasion("configuration"))
        last_key = step[-1].key
    return evaluated


def _evaluate_one(
    evaluated: Evaluated,
    routes: tuple[FeedRoute, ...],
    stored: StoredArticle,
    declarations: Declarations,
    occasion: Occasion,
) -> None:
    article = stored.article
    for route in routes:
        evaluated.rows[route.feed.slug].pop(stored.key, None)
        evaluated.aged[route.feed.slug].discard(stored.key)
        evaluated.found[route.feed.slug].pop(stored.key, None)
    if article is None or article.audience is not Audience.PUBLIC or stored.status.value != "published":
        return
    seen = facts(article, publisher_name=declarations.publisher.title)
    for route in routes:
        wanted = route.matcher.matches_facts(seen, now=occasion.now)
        if wanted and _is_admitted(evaluated, route, stored, article, declarations, occasion):
            evaluated.rows[route.feed.slug][stored.key] = {
                "article_id": stored.id,
                "published_at": stored.shown_published_at,
                "updated_at": stored.shown_updated_at,
                "leaves_at": route.leaves_at(article),
            }
        elif route.is_only_too_old(seen, now=occasion.now):
            evaluated.aged[route.feed.slug].add(stored.key)


def _is_admitted(
    evaluated: Evaluated,
    route: FeedRoute,
    stored: StoredArticle,
    article: Article,
    declarations: Declarations,
    occasion: Occasion,
) -> bool:
    """Say whether the feed's dialect takes an article it selects, and keep what was found."""
    slug = route.feed.slug
    found = examine(article, route.feed, declarations.publisher, now=occasion.now)
    if found:
        evaluated.found[slug][stored.key] = findings.row(slug, stored.key, stored.id, found, at=occasion.now)
    return not is_refused(found)


def _adopt(
    tx: Tx, before: Declarations | None, declarations: Declarations, evaluated: Evaluated, occasion: Occasion
) -> int | None:
    """Write the step from `before` to `declarations`; None where another process has taken one meanwhile."""
    # The counter first: no change under the old generation can slip in behind what is caught up with here.
    seq = tx.next_seq()
    if _in_force(tx) != before:
        return None
    number = generations.add(tx, declarations, at=occasion.now)
    if meta.get(tx, EPOCH) is None:
        meta.put(tx, EPOCH, occasion.new_id("epoch"))
    rename_feeds(tx, before, declarations)
    _catch_up(tx, evaluated, declarations, occasion)
    _note_findings(tx, before, declarations, evaluated)
    _apply_members(tx, evaluated, occasion, seq=seq)
    _move_heads(tx, before, declarations, occasion, seq=seq)
    inherited = {} if before is None else heirs(before, declarations)
    _rename(tx, inherited, occasion)
    settle_own_feeds(tx, before, declarations, inherited, seq=seq, at=occasion.now)
    _settle_partners(tx, before, declarations, inherited, occasion)
    return number


def _catch_up(tx: Tx, evaluated: Evaluated, declarations: Declarations, occasion: Occasion) -> None:
    """Evaluate again what changed since the walk began."""
    routes = tuple(route for route in routes_of(tx.generation).feeds if route.feed.slug in evaluated.rows)
    if routes:
        for stored in articles.changed_since(tx, evaluated.seq):
            _evaluate_one(evaluated, routes, stored, declarations, occasion)


def _note_findings(tx: Tx, before: Declarations | None, after: Declarations, evaluated: Evaluated) -> None:
    gone = {feed.slug for feed in before.feeds} - {feed.slug for feed in after.feeds} if before else set()
    for feed in sorted(evaluated.rows.keys() | gone):
        findings.forget_feed(tx, feed)
        findings.add(tx, list(evaluated.found[feed].values()))


def _apply_members(tx: Tx, evaluated: Evaluated, occasion: Occasion, *, seq: int) -> None:
    for feed, matching in evaluated.rows.items():
        before = memberships.all_of_feed(tx, feed)
        new = [key for key in matching if key not in before]
        returning = [key for key in matching if before.get(key) is False]
        leaving = [key for key, member in before.items() if member and key not in matching]
        staying = [key for key in matching if before.get(key)]
        blank = {"reentered_at": None, "left_seq": None, "left_at": None, "left_cause": None}
        blank |= {"revision": None, "offered_at": None}
        entered = {"feed": feed, "entered_seq": seq, "changed_seq": seq} | blank
        memberships.enter(tx, [entered | {"article_key": key} | matching[key] for key in new])
        keyed = {"the_feed": feed, "seq": seq, "at": occasion.now}
        kept = ("published_at", "updated_at", "leaves_at")
        memberships.reenter(
            tx, [keyed | {"key": key} | {name: matching[key][name] for name in kept} for key in returning]
        )
        causes = {key: memberships.AGED if key in evaluated.aged[feed] else Cause.DESELECTED.value for key in leaving}
        memberships.leave(tx, [keyed | {"key": key, "cause": cause} for key, cause in causes.items()])
        known, old = aged.of_feed(tx, feed), evaluated.aged[feed]
        memberships.leave(
            tx, [keyed | {"key": key, "cause": Cause.DESELECTED.value} for key in known - old - matching.keys()]
        )
        aged.grow_old(tx, [keyed | {"key": key} for key in old - known if before.get(key) is False])
        redated = [{"the_feed": feed, "key": key, "leaves_at": matching[key]["leaves_at"]} for key in staying]
        memberships.redate(tx, redated)


def _move_heads(
    tx: Tx, before: Declarations | None, declarations: Declarations, occasion: Occasion, *, seq: int
) -> None:
    """Give every feed whose document changed a new head, so that its ETag and Last-Modified move."""
    known = memberships.heads(tx)
    moved = [feed.slug for feed in declarations.feeds if feed.slug in known and _differs(before, declarations, feed)]
    # What ended or was renamed changed, too: caches before us must drop its documents.
    ended = [feed.slug for feed in before.feeds if declarations.feed(feed.slug) is None] if before else []
    memberships.touch(tx, [*moved, *ended], seq=seq, at=occasion.now)
    memberships.declare(tx, moved, seq=seq)
    for feed in declarations.feeds:
        if feed.slug not in known:
            memberships.create_head(tx, feed.slug, seq=seq, at=occasion.now)


def _differs(before: Declarations | None, after: Declarations, feed: FeedDeclaration) -> bool:
    return before is None or before.publisher != after.publisher or before.feed(feed.slug) != feed


# --- partners ------------------------------------------------------------------------------------------------------


def _settle_partners(
    tx: Tx, before: Declarations | None, after: Declarations, inherited: Mapping[str, str], occasion: Occasion
) -> None:
    if before is None:
        return
    for partner in after.partners:
        was = before.partner(inherited.get(partner.name, partner.name))
        if was is None or partner.name in inherited:
            _begin_with(tx, partner, occasion, inherits=partner.name in inherited)
        if was is not None and _schedule_of(was) != _schedule_of(partner):
            _redate(tx, partner, occasion)
    for old in before.partners:
        if after.partner(old.name) is None and old.name not in inherited.values():
            _cancel_unsent(tx, old, occasion)


def _rename(tx: Tx, inherited: Mapping[str, str], occasion: Occasion) -> None:
    # By way of names that no partner has, so that two can change theirs with each other.
    for new, old in inherited.items():
        _move(tx, old, f"/{new}")
    for new in inherited:
        # An earlier partner of the name has left rows behind; where both have one, that of the living partner counts.
        unsent = deliveries.waiting_ids_of_partner(tx, new)
        why = "the partner was replaced"
        deliveries.finish_waiting(tx, unsent, state=DeliveryState.CANCELLED, at=occasion.now, why=why)
        _move(tx, f"/{new}", new)


def _move(tx: Tx, old: str, new: str) -> None:
    for room in (copies.rename_partner, deliveries.rename_partner, partners.rename):
        room(tx, old, new)
    feed_names.rename(tx, partner_key(old), partner_key(new))


def _begin_with(tx: Tx, partner: PartnerDeclaration, occasion: Occasion, *, inherits: bool) -> None:
    """Tell a partner that comes back what was withdrawn while it was not declared; `replay` brings the rest."""
    if not inherits:
        _cancel_unsent(tx, partner, occasion)
    route = routes_of(tx.generation).partner(partner.name)
    assert route is not None
    for key in copies.begun_of_withdrawn(tx, partner.name):
        owe_newest(tx, key, route, occasion)


def _cancel_unsent(tx: Tx, partner: PartnerDeclaration, occasion: Occasion) -> None:
    unsent = deliveries.waiting_ids_of_partner(tx, partner.name)
    why = "the partner was taken out of the configuration"
    deliveries.finish_waiting(tx, unsent, state=DeliveryState.CANCELLED, at=occasion.now, why=why)


def _schedule_of(partner: PartnerDeclaration) -> tuple[object, ...]:
    return partner.schedule, partner.timezone, partner.delay


def _redate(tx: Tx, partner: PartnerDeclaration, occasion: Occasion) -> None:
    """A changed schedule dates unsent first attempts anew."""
    route = routes_of(tx.generation).partner(partner.name)
    assert route is not None
    unsent = deliveries.first_unsent(tx, partner.name)
    deliveries.redate(tx, [(each, route.due(released_at=at, now=occasion.now)) for each, at in unsent])
