"""Accept an article record: one transaction from the rules to the last delivery owed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from syndicate.actions.office import Occasion, Office
from syndicate.actions.spread import News, spread
from syndicate.errors import ArticleExistsError, ArticleRetractedError, ForeignArticleError, Violation
from syndicate.model.article import Article, Status
from syndicate.model.journal import Cause, Kind
from syndicate.model.stored import StoredArticle
from syndicate.policy import change, identity, rights
from syndicate.policy.change import Change, Stale, Unchanged
from syndicate.render.event import is_plain
from syndicate.store import articles
from syndicate.store.tx import Tx


class Result(StrEnum):
    """What an accepted record did."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    STALE = "stale"


@dataclass(frozen=True)
class Submission:
    """A record handed in. `changes` says what reading it cleaned away; `revision` is what If-Match named.

    `upstream` is set for what an upstream sent; `create_only` refuses a known id; `hold` keeps it for an operator;
    `deliver` false keeps it from partners; `in_order` says that its sender numbers its changes and this is the newest.
    """

    article: Article
    changes: tuple[Violation, ...] = ()
    upstream: str | None = None
    create_only: bool = False
    revision: int | None = None
    hold: bool = False
    deliver: bool = True
    in_order: bool = False


@dataclass(frozen=True)
class Receipt:
    """The article as it stands, and what the submission did."""

    stored: StoredArticle
    result: Result
    changes: tuple[Violation, ...] = ()


async def accept(office: Office, submission: Submission, *, actor: str) -> Receipt:
    """Accept a record. Raises ConflictError or InvalidRecordError with nothing stored."""
    return await office.store.write(accept_in, submission, office.occasion(actor))


def accepting(submission: Submission) -> Callable[[Tx, Occasion], Receipt]:
    """Return the transaction that accepts a record, for callers that add to it."""
    return lambda tx, occasion: accept_in(tx, submission, occasion)


def accept_in(tx: Tx, submission: Submission, occasion: Occasion) -> Receipt:
    """Accept a record inside a transaction."""
    article = _identified(tx, submission.article, occasion)
    assert article.id is not None
    stored = articles.by_id(tx, article.id)
    _refuse_conflicts(tx, stored, article, submission)
    change.require_revision(stored, submission.revision)
    decision = change.decide(stored, article, now=occasion.now, hold=submission.hold, in_order=submission.in_order)
    match decision:
        case Unchanged():
            assert stored is not None
            return Receipt(stored, Result.UNCHANGED, submission.changes)
        case Stale():
            assert stored is not None
            return Receipt(stored, Result.STALE, submission.changes)
        case Change():
            after = _apply(tx, stored, decision, submission, occasion)
            return Receipt(after, Result.CREATED if stored is None else Result.CHANGED, submission.changes)


def _identified(tx: Tx, article: Article, occasion: Occasion) -> Article:
    """Give a record without an id the one its url already has here, or a new one."""
    if article.id is not None:
        return article
    known = next(iter(articles.by_url(tx, article.url)), None) if article.url else None
    if known is not None:
        return article.model_copy(update={"id": known.id})
    publisher = tx.declarations.publisher
    authority = identity.authority_of(publisher.base_url, publisher.contact)
    minted = identity.mint_id(authority, at=occasion.now, nonce=occasion.new_id("story"))
    return article.model_copy(update={"id": minted})


def _refuse_conflicts(tx: Tx, stored: StoredArticle | None, article: Article, submission: Submission) -> None:
    # What is retracted is refused as such, below: it is for an operator to decide on.
    if stored is not None and submission.create_only and stored.status is not Status.RETRACTED:
        raise ArticleExistsError(f"article {stored.id} exists")
    if stored is not None and submission.upstream is not None and stored.upstream != submission.upstream:
        raise ForeignArticleError(f"article {stored.id} is not from upstream {submission.upstream}")
    if article.url is not None and (stored is None or article.url != stored.url):
        _refuse_retracted_url(tx, article.url, stored)


def _refuse_retracted_url(tx: Tx, url: str, stored: StoredArticle | None) -> None:
    """Refuse an address at which a retracted article stood: its own, or the page it had here."""
    others = list(articles.by_url(tx, url))
    pages = f"{tx.declarations.publisher.root}/articles/"
    if url.startswith(pages) and (page := articles.by_slug(tx, url.removeprefix(pages))) is not None:
        others.append(page)
    for other in others:
        if other.status is Status.RETRACTED and (stored is None or other.key != stored.key):
            raise ArticleRetractedError(f"the url is that of article {other.id}, which is retracted")


def _apply(
    tx: Tx, stored: StoredArticle | None, decision: Change, submission: Submission, occasion: Occasion
) -> StoredArticle:
    """Write the revision and, where readers see it, everything that follows."""
    after = _write(tx, stored, decision, submission, occasion)
    shown = own_media(tx, decision.article)
    if stored is not None or shown:
        articles.set_media_uses(tx, after.key, shown)
    if decision.kind is None:
        return after
    cause = Cause.EXPIRED if decision.kind is Kind.EXPIRED else None
    news = News(decision.kind, cause, deliver=submission.deliver)
    return announce(tx, after, news, occasion)


def announce(tx: Tx, after: StoredArticle, news: News, occasion: Occasion) -> StoredArticle:
    """Spread a change and write its seq to the article."""
    seq = spread(tx, after, news, occasion)
    articles.change(tx, after.key, seq=seq)
    return replace(after, seq=seq)


def own_media_in(tx: Tx, record: str) -> list[str]:
    """Return the names of the service's own pictures in a record as the store keeps it."""
    base = re.escape(f"{tx.declarations.publisher.root}/media/")
    return list(dict.fromkeys(re.findall(base + r"([0-9a-f]{32}\.[a-z]{3,4})", record)))


def own_media(tx: Tx, article: Article) -> list[str]:
    """Return the names of the service's own pictures that an article names anywhere."""
    return own_media_in(tx, articles.dump(article))


def _write(
    tx: Tx, stored: StoredArticle | None, decision: Change, submission: Submission, occasion: Occasion
) -> StoredArticle:
    revision = 1 if stored is None else stored.revision + 1
    slug = (
        identity.slug_from(decision.article.title, taken=lambda s: articles.slug_is_taken(tx, s))
        if stored is None
        else stored.slug
    )
    article = decision.article.model_copy(update={"revision": revision, "slug": slug, "status": None, "seq": None})
    released_at = _released_at(stored, decision, now=occasion.now)
    record = articles.dump(article)
    values: dict[str, Any] = {
        "url": article.url,
        "revision": revision,
        "status": decision.status.value,
        "record": record,
        "is_plain": int(is_plain(record)),
        "content_hash": identity.content_hash(article),
        "published_at": article.published_at,
        "updated_at": article.updated_at,
        "release_at": decision.release_at,
        "expires_at": article.expires_at,
        "rights_end_at": rights.next_change(article, after=occasion.now),
        "audience": article.audience.value,
        "released_at": released_at,
        "changed_at": occasion.now,
    }
    if stored is None:
        key = articles.add(tx, id=article.id, slug=slug, upstream=submission.upstream, **values)
    else:
        key = stored.key
        articles.change(tx, key, **values)
    kind = decision.kind.value if decision.kind else decision.status.value
    # The clock, and what feeds say of their next change, go by instants that are written here.
    tx.effects.instants |= any(values[name] is not None for name in ("release_at", "expires_at", "rights_end_at"))
    articles.add_revision(tx, key, revision, at=occasion.now, actor=occasion.actor, kind=kind, record=record)
    return _as_written(key, stored, article, values, submission)


def _as_written(
    key: int, stored: StoredArticle | None, article: Article, values: dict[str, Any], submission: Submission
) -> StoredArticle:
    """Return the article as the store now has it; reading it back would check every value of it again."""
    known = {field.name for field in fields(StoredArticle)} & values.keys()
    written = {name: values[name] for name in known} | {"article": article, "status": Status(values["status"])}
    if stored is not None:
        return replace(stored, **written)
    assert article.id is not None
    assert article.slug is not None
    never: dict[str, Any] = {"seq": None, "withdrawn_by": None, "withdrawn_at": None, "public_note": None}
    return StoredArticle(key=key, id=article.id, slug=article.slug, upstream=submission.upstream, **never, **written)


def _released_at(stored: StoredArticle | None, decision: Change, *, now: datetime) -> datetime | None:
    if stored is not None and stored.released_at is not None:
        return stored.released_at
    return now if decision.status is Status.PUBLISHED else None
