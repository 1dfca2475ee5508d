"""Views as they stood: the articles of a moment in the past, under today's configuration."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from syndicate.actions.archives import ARCHIVE_SIZE, place_before
from syndicate.actions.build import MAX_TOMBSTONES, Snapshot, entries_of, tombstone_of
from syndicate.actions.looks import Look, look_of
from syndicate.actions.moments import Moment
from syndicate.actions.offered import offered
from syndicate.actions.office import Office
from syndicate.model.article import Article
from syndicate.model.entry import FeedContent, Place
from syndicate.model.instants import rfc3339
from syndicate.model.views import is_partner_key
from syndicate.policy.change import MAX_AHEAD
from syndicate.policy.gates.table import most_items
from syndicate.policy.spells import Spell
from syndicate.store import articles, memberships, past
from syndicate.store.memberships import Gone, Member
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
    full, after `looked_at` articles.
    """

    key: str
    moment: Moment
    snapshot: Snapshot
    revisions: tuple[int, ...]
    erased: tuple[Erased, ...]
    whole: bool
    looked_at: int


@dataclass(frozen=True, order=True)
class _Shown:
    """An article the view showed, in the order of feeds."""

    dated_at: datetime
    published_at: datetime
    article_id: str
    then: Then = field(compare=False)
    article: Article = field(compare=False)
    spell: Spell = field(compare=False)


@dataclass
class _Gathered:
    """What the walk has found: the newest entries, as a heap, and who stood there no more.

    `below` is the row of the journal to go on from; None at the end.
    """

    items: int
    below: int | None
    shown: list[_Shown] = field(default_factory=list)
    others: list[Then] = field(default_factory=list)
    erased: list[Then] = field(default_factory=list)
    touched: tuple[int, datetime] | None = None
    looked_at: int = 0

    def is_full(self, at: datetime) -> bool:
        """Tell that nothing that changed at `at` or before can be among the newest: no record is dated far ahead."""
        return len(self.shown) == self.items and self.shown[0].dated_at > at + MAX_AHEAD


def marked(past: Past) -> FeedContent:
    """Return the content of a document that nobody can take for the feed itself: its title says what it is."""
    content = past.snapshot.content
    at = rfc3339(past.moment.at.astimezone(UTC))
    title = f"{content.feed.title} (as of {at}, for operators only{_left_out(past)})"
    return replace(content, feed=content.feed.model_copy(update={"title": title}))


def _left_out(past: Past) -> str:
    erased = f"; {len(past.erased)} erased since" if past.erased else ""
    return erased if past.whole else f"{erased}; incomplete"


async def as_of(
    office: Office, key: str, at: datetime, *, name: str = "as_of", look_at_most: int = MAX_LOOKED_AT
) -> Past:
    """Return a view as it stood at an instant; `name` is the parameter that gave it.

    Raises FeedNotFoundError, InvalidQueryError.
    """
    if is_partner_key(key):
        moment, shown, had, whole = await office.store.read(offered, key, at, office.now(), name)
        return Past(key, moment, shown, tuple(each.revision for each in had), (), whole, len(had))
    look = await office.store.read(look_of, key, at, now=office.now(), name=name)
    gathered = _Gathered(most_items(look.view.feed), look.moment.seq + 1)
    # In steps, for the past stands still: a long walk must not hold a snapshot, nor a thread of the database.
    while gathered.below is not None and gathered.looked_at < look_at_most:
        await office.store.read(_walk, look, gathered)
    return await office.store.read(_settle, look, gathered)


def _walk(tx: Tx, look: Look, gathered: _Gathered) -> None:
    """Look at the articles that changed next before those looked at last."""
    assert gathered.below is not None
    found = past.standing(tx, look.moment.seq, below=gathered.below, limit=STEP)
    for then in found:
        if gathered.is_full(then.at):
            gathered.below = None
            return
        _gather(tx, look, gathered, then)
    gathered.below = found[-1].seq if len(found) == STEP else None


def _gather(tx: Tx, look: Look, gathered: _Gathered, then: Then) -> None:
    gathered.looked_at += 1
    if then.visible and then.record is None:
        gathered.erased.append(then)
        return
    article = articles.load(then.record) if then.visible and then.record is not None else None
    if article is None or not look.shows(then, article):
        gathered.others.append(then)
        return
    spell = look.spell(past.of_article(tx, then.key, look.moment.seq))
    assert spell is not None
    assert article.published_at is not None
    gathered.touched = gathered.touched or (then.seq, then.at)
    shown = _Shown(spell.dated_at, article.published_at, then.article_id, then, article, spell)
    push = heapq.heappush if len(gathered.shown) < gathered.items else heapq.heappushpop
    push(gathered.shown, shown)


def _settle(tx: Tx, look: Look, gathered: _Gathered) -> Past:
    shown = sorted(gathered.shown, reverse=True)
    gone = _gone(tx, look, gathered.others)
    # Their newest changes are the feed's; what only grew too old has left no date.
    touches = [(spell.seq, spell.at) for _, spell, _ in gone] + ([gathered.touched] if gathered.touched else [])
    seq, changed_at = max(touches, default=(look.moment.seq, look.moment.at))
    publisher = look.declarations.publisher
    content = FeedContent(
        publisher=publisher,
        feed=look.view.feed,
        entries=entries_of(tx, look.view, [_member(each) for each in shown]),
        tombstones=tuple(tombstone_of(each, publisher) for _, _, each in gone),
        changed_at=changed_at,
        self_base=look.view.self_base,
        place=_place(tx, look, {each.then.key for each in shown}, {key for key, _, _ in gone}),
    )
    revisions = tuple(each.then.revision for each in shown)
    return Past(
        key=look.view.key,
        moment=look.moment,
        snapshot=Snapshot(seq, content),
        revisions=revisions,
        erased=_erased(tx, look, gathered.erased),
        whole=gathered.below is None,
        looked_at=gathered.looked_at,
    )


def _place(tx: Tx, look: Look, shown: Collection[int], gone: Collection[int]) -> Place:
    """Link to the archives as the document did then."""
    key = look.view.key
    last = past.last_ordinal(tx, key, look.moment.seq)
    if last == len(shown):
        return Place()
    filling = past.ordinals(tx, key, after=last - last % ARCHIVE_SIZE, upto=last)
    unshown = frozenset(ordinal for key, ordinal in filling.items() if key not in shown and key not in gone)
    return place_before(look.view, last=last, unshown=unshown)


def _member(shown: _Shown) -> Member:
    then = shown.then
    assert then.released_at is not None
    return Member(shown.article, then.at, then.released_at, then.upstream, shown.spell.reentered_at)


def _gone(tx: Tx, look: Look, others: Sequence[Then]) -> list[tuple[int, Spell, Gone]]:
    """Return who had left by then, the last first: those the walk met, and those known to be out of it since."""
    # What happened to an article once only cannot have put it into a feed and out again.
    met = [then.key for then in others if then.revision > 1 or not then.visible][:MAX_FOLLOWED]
    known = past.left_by(tx, look.view.key, look.moment.seq, limit=MAX_TOMBSTONES)
    followed = {key: _followed(tx, look, key, known.get(key)) for key in dict.fromkeys((*known, *met))}
    gone = [(key, *each) for key, each in followed.items() if each is not None]
    return sorted(gone, key=lambda each: each[1].seq, reverse=True)[:MAX_TOMBSTONES]


def _followed(tx: Tx, look: Look, key: int, known: tuple[Spell, datetime] | None) -> tuple[Spell, Gone] | None:
    """Follow one article out of the feed; of an erased one, what is known of it has to do."""
    rows = past.of_article(tx, key, look.moment.seq)
    spell, published_at = look.spell(rows), known and known[1]
    before = [then.record for then in rows if then.record is not None and spell is not None and then.seq < spell.seq]
    if before:
        published_at = articles.load(before[-1]).published_at
    elif known is not None and all(then.record is None for then in rows):
        spell = known[0]
    if spell is None or spell.member or spell.aged or published_at is None:
        return None
    last = rows[-1]
    return spell, Gone(last.article_id, spell.dated_at, last.kind, last.public_note, last.url, last.slug, published_at)


def _erased(tx: Tx, look: Look, visible: Sequence[Then]) -> tuple[Erased, ...]:
    """Name what stood there and was erased since: its membership tells, for its texts cannot."""
    key = look.view.key
    return tuple(
        Erased(then.article_id, then.revision) for then in visible if key in memberships.of_article(tx, then.key)
    )
