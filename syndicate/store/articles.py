"""Articles and their revisions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Column, Row, Select, Update, and_, bindparam, case, delete, func, insert, or_, select, update

from syndicate.model.article import Article, Audience, Status
from syndicate.model.stored import StoredArticle
from syndicate.store.columns import fixed
from syndicate.store.schema import articles as t
from syndicate.store.schema import media_uses, revisions
from syndicate.store.tx import Tx

_COLUMNS = (
    t.c.key,
    t.c.id,
    t.c.slug,
    t.c.url,
    t.c.status,
    t.c.revision,
    t.c.seq,
    t.c.record,
    t.c.content_hash,
    t.c.published_at,
    t.c.updated_at,
    t.c.release_at,
    t.c.released_at,
    t.c.changed_at,
    t.c.upstream,
    t.c.withdrawn_by,
    t.c.withdrawn_at,
    t.c.public_note,
)
_BY_ID = select(*_COLUMNS).where(t.c.id == bindparam("id"))
_BY_KEY = select(*_COLUMNS).where(t.c.key == bindparam("key"))
_BY_SLUG = select(*_COLUMNS).where(t.c.slug == bindparam("slug"))
_BY_URL = select(*_COLUMNS).where(t.c.url == bindparam("url")).order_by(t.c.key)
_SLUG_TAKEN = select(t.c.key).where(t.c.slug == bindparam("slug"))
_INSERT = insert(t).returning(t.c.key)
_INSERT_REVISION = insert(revisions)
_DELETE_USES = delete(media_uses).where(media_uses.c.article_key == bindparam("key"))
_INSERT_USE = insert(media_uses)
_UPDATE = update(t).where(t.c.key == bindparam("the_key"))
_DUE_RELEASE = (
    select(t.c.key, t.c.id)
    .where(t.c.status == fixed("scheduled"), t.c.release_at <= bindparam("now"))
    .order_by(t.c.release_at, t.c.key)
    .limit(bindparam("limit"))
)
_DUE_EXPIRY = (
    select(t.c.key, t.c.id)
    .where(t.c.status == fixed("published"), t.c.expires_at <= bindparam("now"))
    .order_by(t.c.expires_at, t.c.key)
    .limit(bindparam("limit"))
)
_DUE_RIGHTS = (
    select(t.c.key, t.c.id)
    .where(t.c.status == fixed("published"), t.c.rights_end_at <= bindparam("now"))
    .order_by(t.c.rights_end_at, t.c.key)
    .limit(bindparam("limit"))
)


def dump(article: Article) -> str:
    """Write a record as the store keeps it: compact, without empty keys, so that it can go out as it is."""
    return to_json(article.wire()).decode()


def load(record: str) -> Article:
    return Article.model_validate_json(record)


def _stored(row: Row[*tuple[Any, ...]]) -> StoredArticle:
    values = dict(row._mapping)
    record = values.pop("record")
    article = None if record is None else load(record)
    values["status"] = Status(values["status"])
    return StoredArticle(article=article, **values)


def _first(tx: Tx, statement: Any, **parameters: Any) -> StoredArticle | None:
    row = tx.run_locking(statement, parameters).first()
    return None if row is None else _stored(row)


def by_id(tx: Tx, article_id: str) -> StoredArticle | None:
    """Find an article; like all that find one, it keeps other writers from it until the commit."""
    return _first(tx, _BY_ID, id=article_id)


def by_key(tx: Tx, key: int) -> StoredArticle | None:
    return _first(tx, _BY_KEY, key=key)


def by_slug(tx: Tx, slug: str) -> StoredArticle | None:
    return _first(tx, _BY_SLUG, slug=slug)


def by_url(tx: Tx, url: str) -> tuple[StoredArticle, ...]:
    return tuple(_stored(row) for row in tx.run(_BY_URL, {"url": url}))


def find(tx: Tx, name: str) -> StoredArticle | None:
    """Find an article by id, slug or url."""
    if (found := by_id(tx, name) or by_slug(tx, name)) is not None:
        return found
    named = next(iter(by_url(tx, name)), None)
    return None if named is None else by_key(tx, named.key)


def slug_is_taken(tx: Tx, slug: str) -> bool:
    return tx.run(_SLUG_TAKEN, {"slug": slug}).first() is not None


def add(tx: Tx, **values: Any) -> int:
    """Insert an article and return its key."""
    return int(tx.run(_INSERT, values).scalar_one())


def change(tx: Tx, key: int, **values: Any) -> None:
    tx.run(_change_of(tuple(values)), values | {"the_key": key})


@lru_cache
def _change_of(names: tuple[str, ...]) -> Update:
    """Return the statement that sets these columns; building it takes longer than running it."""
    return _UPDATE.values(**{name: bindparam(name) for name in names})


def add_revision(tx: Tx, key: int, revision: int, *, at: datetime, actor: str, kind: str, record: str | None) -> None:
    values = {"article_key": key, "revision": revision, "at": at, "actor": actor, "kind": kind, "record": record}
    tx.run(_INSERT_REVISION, values)


def due_for_release(tx: Tx, *, now: datetime, limit: int) -> tuple[tuple[int, str], ...]:
    """Return key and id of scheduled articles whose time has come, and keep other writers from them."""
    return _due(tx, _DUE_RELEASE, now=now, limit=limit)


def due_for_expiry(tx: Tx, *, now: datetime, limit: int) -> tuple[tuple[int, str], ...]:
    """Return key and id of published articles that have expired."""
    return _due(tx, _DUE_EXPIRY, now=now, limit=limit)


def due_for_rights(tx: Tx, *, now: datetime, limit: int) -> tuple[tuple[int, str], ...]:
    """Return key and id of published articles a right of which has ended."""
    return _due(tx, _DUE_RIGHTS, now=now, limit=limit)


def _due(tx: Tx, statement: Select[int, str], *, now: datetime, limit: int) -> tuple[tuple[int, str], ...]:
    found = tx.run_locking(statement, {"now": now, "limit": limit}, skip_locked=True)
    return tuple((key, article_id) for key, article_id in found)


_SCHEDULED = (
    select(t.c.release_at, t.c.record)
    .where(t.c.status == fixed("scheduled"), t.c.release_at <= bindparam("until"))
    .order_by(t.c.release_at, t.c.key)
    .limit(bindparam("limit"))
)


def scheduled(tx: Tx, *, until: datetime, limit: int) -> tuple[tuple[datetime, Article], ...]:
    """Return scheduled articles with their instants, the next first."""
    rows = tx.run(_SCHEDULED, {"until": until, "limit": limit})
    return tuple((release_at, load(record)) for release_at, record in rows)


def next_instant(tx: Tx, *, but: Collection[int] = ()) -> datetime | None:
    """Return when the next scheduled article is released, or a published one or a right of it expires.

    Those of `but` are left out.
    """
    coming = (("scheduled", t.c.release_at), ("published", t.c.expires_at), ("published", t.c.rights_end_at))
    instants = [_first_instant(tx, status, column, but) for status, column in coming]
    return min((at for at in instants if at is not None), default=None)


def _first_instant(tx: Tx, status: str, column: Column[datetime], but: Collection[int]) -> datetime | None:
    statement = select(func.min(column)).where(t.c.status == fixed(status), column.is_not(None))
    first: datetime | None = tx.run(statement.where(t.c.key.not_in(but)) if but else statement).scalar()
    return first


def newest_public(tx: Tx, *, limit: int) -> tuple[StoredArticle, ...]:
    """Return released public articles, newest first."""
    statement = (
        select(*_COLUMNS)
        .where(t.c.status == fixed("published"), t.c.audience == Audience.PUBLIC)
        .order_by(t.c.updated_at.desc(), t.c.published_at.desc(), t.c.id.desc())
        .limit(limit)
    )
    return tuple(_stored(row) for row in tx.run(statement))


def published_since(tx: Tx, at: datetime, *, under: str, paged: bool, limit: int) -> tuple[StoredArticle, ...]:
    """Return public articles first published since then whose address begins with `under`, the newest first.

    `paged`: those without an address of their own, too, for they have a page here.
    """
    ours = t.c.url.startswith(under, autoescape=True)
    statement = (
        select(*_COLUMNS)
        # Released later than published, changed later than released: the index of changes finds them.
        .where(t.c.changed_at > at, t.c.published_at > at, t.c.status == fixed("published"))
        .where(t.c.audience == Audience.PUBLIC, or_(t.c.url.is_(None), ours) if paged else ours)
        .order_by(t.c.published_at.desc(), t.c.key.desc())
        .limit(limit)
    )
    return tuple(_stored(row) for row in tx.run(statement))


def listing(
    tx: Tx, *, status: str | None, source_upstream: str | None, before: tuple[datetime, int] | None, limit: int
) -> tuple[StoredArticle, ...]:
    """Return articles in the order of their last change, newest first, after the cursor `before`."""
    statement = select(*_COLUMNS).order_by(t.c.changed_at.desc(), t.c.key.desc()).limit(limit)
    if status is not None:
        statement = statement.where(t.c.status == status)
    if source_upstream is not None:
        statement = statement.where(t.c.upstream == source_upstream)
    if before is not None:
        at, key = before
        statement = statement.where(or_(t.c.changed_at < at, and_(t.c.changed_at == at, t.c.key < key)))
    return tuple(_stored(row) for row in tx.run(statement))


def released_after(tx: Tx, key: int, *, limit: int) -> tuple[StoredArticle, ...]:
    """Return published articles with keys above `key`, in order: for walking the whole store in steps."""
    statement = select(*_COLUMNS).where(t.c.status == fixed("published"), t.c.key > key).order_by(t.c.key).limit(limit)
    return tuple(_stored(row) for row in tx.run(statement))


def keys_changed_since(tx: Tx, at: datetime) -> tuple[int, ...]:
    """Return the keys of articles whose journal has a row since then: withdrawn ones first, then by seq."""
    withdrawn = case((t.c.status == "published", 1), else_=0)
    statement = select(t.c.key).where(t.c.seq.is_not(None), t.c.changed_at >= at).order_by(withdrawn, t.c.seq)
    return tuple(tx.run(statement).scalars())


def changed_since(tx: Tx, seq: int) -> tuple[StoredArticle, ...]:
    """Return articles whose newest journal row is later than `seq`."""
    return tuple(_stored(row) for row in tx.run(select(*_COLUMNS).where(t.c.seq > seq).order_by(t.c.seq)))


def revisions_of(tx: Tx, key: int) -> Iterator[dict[str, Any]]:
    """Yield the revisions of an article, oldest first: revision, at, actor, kind, record (JSON or None)."""
    columns = (revisions.c.revision, revisions.c.at, revisions.c.actor, revisions.c.kind, revisions.c.record)
    rows = tx.run(select(*columns).where(revisions.c.article_key == key).order_by(revisions.c.revision))
    return (dict(row._mapping) for row in rows)


def erase(tx: Tx, key: int, *, case: str) -> None:
    """Remove every text of an article and of its revisions; id, times and the case stay."""
    change(tx, key, record=None, url=None, public_note=None, content_hash="erased", erased_case=case)
    tx.run(update(revisions).where(revisions.c.article_key == key).values(record=None))


def set_media_uses(tx: Tx, key: int, names: Sequence[str]) -> None:
    """Remember which stored pictures an article shows."""
    tx.run(_DELETE_USES, {"key": key})
    tx.run_many(_INSERT_USE, [{"name": name, "article_key": key} for name in dict.fromkeys(names)])


def count(tx: Tx) -> int:
    return int(tx.run(select(func.count()).select_from(t)).scalar_one())
