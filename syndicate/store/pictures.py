"""Pictures the service keeps, and which articles show them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from syndicate.store.schema import articles, media_uses
from syndicate.store.schema import media as t
from syndicate.store.tx import Tx


@dataclass(frozen=True)
class Picture:
    """A kept picture; sides in pixels, length in bytes."""

    name: str
    type: str
    width: int
    height: int
    length: int


def find(tx: Tx, name: str) -> Picture | None:
    row = tx.run(select(t.c.name, t.c.type, t.c.width, t.c.height, t.c.length).where(t.c.name == name)).first()
    return None if row is None else Picture(*row)


def add(tx: Tx, picture: Picture, *, at: datetime) -> None:
    values = {"width": picture.width, "height": picture.height, "length": picture.length}
    tx.run(insert(t), {"name": picture.name, "type": picture.type, "created_at": at} | values)


def shown_by_no_other(tx: Tx, key: int, names: Collection[str]) -> tuple[str, ...]:
    """Return those of `names` that no article but this one shows."""
    others = select(media_uses.c.name).where(media_uses.c.article_key != key, media_uses.c.name.in_(names))
    return tuple(sorted(frozenset(names) - frozenset(tx.run(others).scalars())))


def forget(tx: Tx, names: tuple[str, ...]) -> None:
    tx.run(delete(media_uses).where(media_uses.c.name.in_(names)))
    tx.run(delete(t).where(t.c.name.in_(names)))


def statuses_of_users(tx: Tx, name: str) -> tuple[tuple[str, datetime | None], ...]:
    """Return status and first release of every article that shows a picture."""
    statement = (
        select(articles.c.status, articles.c.released_at)
        .select_from(media_uses.join(articles, articles.c.key == media_uses.c.article_key))
        .where(media_uses.c.name == name)
    )
    return tuple((status, released_at) for status, released_at in tx.run(statement))
