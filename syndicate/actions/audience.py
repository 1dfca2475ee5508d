"""Tell who reads the feeds."""

from __future__ import annotations

from collections.abc import Mapping

from syndicate.actions.office import Office
from syndicate.errors import FeedNotFoundError
from syndicate.model.readers import Audience, Reader
from syndicate.model.views import view_of
from syndicate.policy.polling import SUBSCRIBED_FOR
from syndicate.store import readers
from syndicate.store.tx import Tx


async def audiences(office: Office) -> Mapping[str, Audience]:
    """Return the readers of each feed together; a feed nobody has polled has none."""
    return await office.store.read(readers.audiences, subscribed_since=office.now() - SUBSCRIBED_FOR)


async def list_readers(office: Office, feed: str, *, limit: int) -> tuple[Reader, ...]:
    """Return a feed's readers, the worst-mannered first. Raises FeedNotFoundError."""
    return await office.store.read(_list_readers, feed, limit)


def _list_readers(tx: Tx, feed: str, limit: int) -> tuple[Reader, ...]:
    if view_of(tx.declarations, feed) is None:
        raise FeedNotFoundError(feed)
    return readers.of_feed(tx, feed, limit=limit)
