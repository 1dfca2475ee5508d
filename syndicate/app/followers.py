"""What keeps the outside in step with the store: a static copy of the feeds, a CDN that is purged."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from syndicate.actions.chapters import Chapters
from syndicate.actions.editions import Editions
from syndicate.actions.office import Office
from syndicate.actions.publish import Source, Target, publish
from syndicate.actions.purge import Cache, forget_purges, purge
from syndicate.actions.turns import take_turn
from syndicate.app.outgoing import guard_of
from syndicate.connectors.buckets.bucket import Bucket, Keys, Location, refuse_overriding
from syndicate.connectors.buckets.object_store import ObjectStore
from syndicate.connectors.cdn import CDN, CDNOptions, host_of
from syndicate.connectors.static_directory import StaticDirectory
from syndicate.net.client import Client
from syndicate.net.dialer import Dialer
from syndicate.policy.purging import feed_key
from syndicate.settings.loading import Loaded
from syndicate.store import journal
from syndicate.web.tags import Tags
from syndicate.worker.clockwork import FOLLOW_EVERY
from syndicate.worker.followers import Follower, following

# An archive is made anew whole for each of its articles that changes; a retraction shows in the feed at once.
ARCHIVES_EVERY = timedelta(minutes=5)
MAX_MANIFEST_BYTES = 64 * 1024**2
# Of several workers one publishes; another takes over when it has not been heard of for so long.
TURN = timedelta(minutes=5)
# By then every process that shares the store has heard of a commit.
HEARD = 2 * FOLLOW_EVERY


def cdn_of(loaded: Loaded, client: Client) -> Cache | None:
    """Return the CDN that is to be purged, if one is."""
    cdn = loaded.settings.cdn
    if cdn.purge_url is None:
        return None
    host = host_of(loaded.settings.service.base_url)
    options = CDNOptions(cdn.purge_url, cdn.purge_method, cdn.tag_header or "", cdn.purge_token_header, host)
    token = next(iter(loaded.secrets.option("cdn", "purge_token")), None)
    return CDN(options, token, client)


def target_of(loaded: Loaded) -> Target | None:
    """Return where a static copy is kept, if one is. Raises ConfigurationError."""
    publish = loaded.settings.publish
    if publish.url is None:
        return None
    if publish.url.startswith("file:"):
        return StaticDirectory(Path(publish.url.removeprefix("file:")))
    refuse_overriding(os.environ)
    secrets = loaded.secrets
    keys = Keys(secrets.option("publish", "access_key")[0], secrets.option("publish", "secret_key")[0])
    # The manifest of the copy is read back, and with all archives it is long.
    location = Location(publish.url, publish.endpoint, publish.region, max_answer_bytes=MAX_MANIFEST_BYTES)
    return ObjectStore(Bucket(location, keys, Dialer(guard_of(loaded.settings))))


def source_of(office: Office, editions: Editions, chapters: Chapters, loaded: Loaded) -> Source:
    tags = Tags(loaded.settings.cdn.tag_header)
    return Source(office, editions, chapters, lambda feed: tags(feed_key(feed.slug)))


class Publishing:
    """Keeps the copy in step: the feeds after each change, their archives now and then."""

    def __init__(self, source: Source, target: Target) -> None:
        self._source = source
        self._target = target
        self._archives_at: datetime | None = None
        self._me = source.office.new_id("publisher")
        self.as_of = -1
        """The `seq` that the copy is in step with."""

    async def step(self) -> bool:
        """Publish what changed; tells whether there may be more. Raises UnreachableError."""
        office, now = self._source.office, self._source.office.now()
        archives = self._archives_at is None or now - self._archives_at >= ARCHIVES_EVERY
        if await office.store.read(journal.last_seq) <= self.as_of and not archives:
            return False
        if office.store.shared and not await take_turn(office, "publish", self._me, lease=TURN):
            return False
        self.as_of = (await publish(self._source, self._target, archives=archives)).as_of
        self._archives_at = now if archives else self._archives_at
        return False


class Purging:
    """Tells a CDN what changed, once what it fetches in its place is new."""

    def __init__(self, office: Office, cdn: Cache, publishing: Publishing | None, *, heard: timedelta = HEARD) -> None:
        self._office = office
        self._cdn = cdn
        self._publishing = publishing
        self._heard = heard
        self._settled = -1

    async def step(self) -> bool:
        """Purge a batch; tells whether there may be more. Raises UnreachableError."""
        office = self._office
        if self._publishing is not None:
            # A CDN that takes from the copy would only keep the old one again.
            return await purge(office, self._cdn, up_to=self._publishing.as_of)
        if not office.store.shared:
            return await purge(office, self._cdn)
        last = await office.store.read(journal.last_seq)
        if last != self._settled:
            # Nor from a process that has not heard of the change yet: what it answers may be kept for long.
            await asyncio.sleep(self._heard.total_seconds())
            self._settled = last
        return await purge(office, self._cdn, up_to=last)


@asynccontextmanager
async def outside_followed(source: Source, loaded: Loaded, client: Client) -> AsyncIterator[None]:
    """Keep the outside in step until the block ends."""
    office, followers = source.office, []
    target, cdn = target_of(loaded), cdn_of(loaded, client)
    publishing = None if target is None else Publishing(source, target)
    if publishing is not None:
        followers.append(Follower("publish", office, publishing.step))
    if cdn is None:
        await forget_purges(office)
    else:
        followers.append(Follower("purge", office, Purging(office, cdn, publishing).step))
    try:
        async with following(followers):
            yield
    finally:
        if target is not None:
            await target.aclose()
