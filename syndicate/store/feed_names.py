"""What the store keeps under a feed's slug, moved when the feed is renamed."""

from __future__ import annotations

from sqlalchemy import Table, bindparam, delete, update

from syndicate.store.schema_polling import readers
from syndicate.store.tx import Tx


def _tables() -> tuple[Table, ...]:
    """Return the tables whose rows belong to a feed."""
    return tuple(table for table in readers.metadata.sorted_tables if "feed" in table.c)


_RENAME = tuple(
    (
        delete(table).where(table.c.feed == bindparam("new")),
        update(table).where(table.c.feed == bindparam("old")).values(feed=bindparam("new")),
    )
    for table in _tables()
)


def rename(tx: Tx, old: str, new: str) -> None:
    """Give everything of the feed `old` to `new`; what an earlier feed of that name left behind goes.

    The head of `old` stays, so that its address is known to have been one.
    """
    for clear, move in _RENAME:
        tx.run(clear, {"new": new})
        tx.run(move, {"old": old, "new": new})
