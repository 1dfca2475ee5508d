"""What upstreams pushed to us: seen delivery ids, and the newest seq of each of their articles."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from syndicate.store.schema import inbound as t
from syndicate.store.schema import upstream_articles as newest
from syndicate.store.tx import Tx


def seen(tx: Tx, upstream: str, delivery_id: str) -> bool:
    found = tx.run(select(t.c.at).where(t.c.upstream == upstream, t.c.delivery_id == delivery_id))
    return found.first() is not None


def see(tx: Tx, upstream: str, delivery_id: str, *, at: datetime) -> None:
    tx.run(insert(t), {"upstream": upstream, "delivery_id": delivery_id, "at": at})


def newest_seq(tx: Tx, upstream: str, article_id: str) -> int | None:
    statement = select(newest.c.seq).where(newest.c.upstream == upstream, newest.c.article_id == article_id)
    seq: int | None = tx.run_locking(statement).scalar()
    return seq


def set_newest_seq(tx: Tx, upstream: str, article_id: str, seq: int, *, at: datetime) -> None:
    where = (newest.c.upstream == upstream, newest.c.article_id == article_id)
    if tx.run(update(newest).where(*where).values(seq=seq, at=at)).rowcount == 0:
        tx.run(insert(newest), {"upstream": upstream, "article_id": article_id, "seq": seq, "at": at})


def last_received(tx: Tx) -> dict[str, tuple[datetime, int]]:
    """Return, for each upstream, when it last sent something and how many of its articles are known."""
    rows = tx.run(select(newest.c.upstream, func.max(newest.c.at), func.count()).group_by(newest.c.upstream))
    return {upstream: (at, number) for upstream, at, number in rows}


def forget(tx: Tx, *, before: datetime) -> None:
    tx.run(delete(t).where(t.c.at < before))
