"""Views as they stood: the articles of a moment in the past, under today's configuration."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from syndicate.actions.build import MAX_TOMBSTONES, Snapshot, entries_of
from syndicate.actions.judging import examine, is_refused
from syndicate.actions.moments import Moment, moment_of
from syndicate.actions.office import Office
from syndicate.actions.routes import FeedRoute, routes_of
from syndicate.errors import FeedNotFoundError
from syndicate.model.article import Article, Audience
from syndicate.model.declarations import Declarations
from syndicate.model.entry import FeedContent, Tombstone
from syndicate.model.views import View, view_of
from syndicate.policy.change import MAX_AHEAD
from syndicate.policy.selection import facts
from syndicate.policy.spells import Spell, Step, spell_of
from syndicate.store import articles, memberships, past
from syndicate.store.memberships import Member
from syndicate.store.past import Then
from syndicate.store.tx import Tx

STEP = 200
# Of a narrow selection the journal is read no further back than this; what is shown says so.
MAX_LOOKED_AT = 100_000
# Of how many articles that stand there no more it is worked out whether they ever did.
MAX_FOLLOWED = 500


@dataclass(frozen=True)
class Erased:
    """An article that stood in a feed then, and of which no text is left."""

    id: str
    revision: int


@dataclass(frozen=True)
class Past:
    """A view as it stood at a moment.

    `revisions` are those of the entries, in their order; `whole` is False where the walk ended before the view was
    full.
    """

    moment: Moment
    snapshot: Snapshot
    revisions: tuple[int, ...]
    erased: tuple[Erased, ...]
    whole: bool


@dataclass(frozen=True)
class Look:
    """What is looked for: a view, the selection that fills it, and when."""

    view: View
    route: FeedRoute
    declarations: Declarations
    moment: Moment

    def step(self, then: Then, article: Article | None) -> Step:
        """Tell what a change of an article meant for the view, by today's selection and dialect."""
        if article is None or not then.visible or article.audience is not Audience.PUBLIC:
            return Step(then.seq, then.at, belongs=False, withdrawn=not then.visible)
        seen = facts(article, publisher_name=self.declarations.publisher.title)
        matcher = self.route.matcher
        belongs = matcher.matches_facts(seen, now=then.at) and self._is_admitted(article, now=then.at)
        too_old = not belongs and matcher.is_only_too_old(seen, now=then.at)
        return Step(then.seq, then.at, belongs, too_old=too_old, leaves_at=self.route.leaves_at(article))

    def _is_admitted(self, article: Article, *, now: datetime) -> bool:
        feed = self.view.feed
        if feed.dialect == "standard":
            return True
        return not is_refused(examine(article, feed, self.declarations.publisher, now=now))


@dataclass(frozen=True, order=True)
class _Shown:
    """An article the view showed, in the order of feeds."""

    updated_at: datetime
    published_at: datetime
    article_id: str
    then: Then = field(compare=False)
    article: Article = field(compare=False)


@dataclass
class _Gathered:
    """What the walk has found: the newest entries, as a heap, and who stood there no more."""

    shown: list[_Shown] = field(default_factory=list)
    others: list[Then] = field(default_factory=list)
    erased: list[Then] = field(default_factory=list)
    touched: tuple[int, datetime] | None = None
    looked_at: int = 0
    below: int | None = None

    def full(self, items: int, at: datetime) -> bool:
        """Tell that nothing older than `at` can be among the newest: no record is dated long before its time."""
        return len(self.shown) == items and self.shown[0].updated_at > at + MAX_AHEAD


async def as_of(office: Office, key: str, at: datetime, *, name: str = "as_of") -> Past:
    """Return a view as it stood at an instant; `name` is the parameter that gave it.

    Raises FeedNotFoundError, InvalidQueryError.
    """
    look = await office.store.read(_look, key, at, office.now(), name)
    gathered = _Gathered(below=look.moment.seq + 1)
    # In steps, for the past stands still: a long walk must not hold a snapshot, nor a thread of the database.
    while gathered.below is not None and gathered.looked_at < MAX_LOOKED_AT:
        await office.store.read(_walk, look, gathered)
    return await office.store.read(_settle, look, gathered)


def _look(tx: Tx, key: str, at: datetime, now: datetime, name: str) -> Look:
    view = view_of(tx.declarations, key)
    route = routes_of(tx.generation).feed(key)
    if view is None or route is None:
        raise FeedNotFoundError(key)
    return Look(view, route, tx.declarations, moment_of(tx, at, now=now, name=name))


def _walk(tx: Tx, look: Look, gathered: _Gathered) -> None:
    """Look at the articles that changed next before those looked at last."""
    assert gathered.below is not None
    found = past.standing(tx, look.moment.seq, below=gathered.below, limit=STEP)
    for then in found:
        if gathered.full(look.view.feed.items, then.at):
            gathered.below = None
            return
        _gather(look, gathered, then)
    gathered.looked_at += len(found)
    gathered.below = found[-1].seq if len(found) == STEP else None


def _gather(look: Look, gathered: _Gathered, then: Then) -> None:
    article = None if then.record is None or not then.visible else articles.load(then.record)
    spell = spell_of([look.step(then, article)], now=look.moment.at)
    if article is None or spell is None or not spell.member:
        (gathered.erased if then.visible and article is None else gathered.others).append(then)
        return
    assert article.updated_at is not None
    assert article.published_at is not None
    gathered.touched = gathered.touched or (then.seq, then.at)
    shown = _Shown(article.updated_at, article.published_at, then.article_id, then, article)
    push = heapq.heappush if len(gathered.shown) < look.view.feed.items else heapq.heappushpop
    push(gathered.shown, shown)


def _settle(tx: Tx, look: Look, gathered: _Gathered) -> Past:
    shown = sorted(gathered.shown, reverse=True)
    gone = _gone(tx, look, gathered.others)
    # Their newest changes are the feed's; what only grew too old has left no date.
    touches = [(spell.seq, spell.at) for _, spell in gone] + ([gathered.touched] if gathered.touched else [])
    seq, changed_at = max(touches, default=(look.moment.seq, look.moment.at))
    content = FeedContent(
        publisher=look.declarations.publisher,
        feed=look.view.feed,
        entries=entries_of(tx, look.view, [_member(tx, look, each) for each in shown]),
        tombstones=tuple(Tombstone(then.article_id, spell.at, then.public_note) for then, spell in gone),
        changed_at=changed_at,
        self_base=look.view.self_base,
    )
    return Past(
        moment=look.moment,
        snapshot=Snapshot(seq, content),
        revisions=tuple(each.then.revision for each in shown),
        erased=_erased(tx, look, gathered.erased),
        whole=gathered.below is None,
    )


def _member(tx: Tx, look: Look, shown: _Shown) -> Member:
    then = shown.then
    assert then.released_at is not None
    spell = _spell(look, past.of_article(tx, then.key, look.moment.seq))
    assert spell is not None
    return Member(shown.article, then.at, then.released_at, then.upstream, spell.reentered_at)


def _spell(look: Look, rows: Sequence[Then]) -> Spell | None:
    steps = (look.step(then, None if then.record is None else articles.load(then.record)) for then in rows)
    return spell_of(steps, now=look.moment.at)


def _gone(tx: Tx, look: Look, others: Sequence[Then]) -> list[tuple[Then, Spell]]:
    """Return who had left by then, the last first: those the walk met, and those known to be out of it since."""
    # What happened to an article once only cannot have put it into a feed and out again.
    met = [then.key for then in others if then.revision > 1 or not then.visible][:MAX_FOLLOWED]
    known = past.left_by(tx, look.view.key, look.moment.seq, limit=MAX_TOMBSTONES)
    gone = []
    for key in dict.fromkeys((*known, *met)):
        rows = past.of_article(tx, key, look.moment.seq)
        erased = all(then.record is None for then in rows)
        spell = known.get(key) if erased else _spell(look, rows)
        if spell is not None and not spell.member and not spell.aged:
            gone.append((rows[-1], spell))
    return sorted(gone, key=lambda each: each[1].seq, reverse=True)[:MAX_TOMBSTONES]


def _erased(tx: Tx, look: Look, visible: Sequence[Then]) -> tuple[Erased, ...]:
    """Name what stood there and was erased since: its membership tells, for its texts cannot."""
    key = look.view.key
    return tuple(
        Erased(then.article_id, then.revision) for then in visible if key in memberships.of_article(tx, then.key)
    )
