"""What keeps the outside in step with the store: a CDN that is purged."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from syndicate.actions.office import Office
from syndicate.actions.purge import Cache, forget_purges, purge
from syndicate.connectors.cdn import CDN, CDNOptions, host_of
from syndicate.net.client import Client
from syndicate.settings.loading import Loaded
from syndicate.worker.followers import Follower, following


def cdn_of(loaded: Loaded, client: Client) -> Cache | None:
    """Return the CDN that is to be purged, if one is."""
    cdn = loaded.settings.cdn
    if cdn.purge_url is None:
        return None
    host = host_of(loaded.settings.service.base_url)
    options = CDNOptions(cdn.purge_url, cdn.purge_method, cdn.tag_header or "", cdn.purge_token_header, host)
    token = next(iter(loaded.secrets.option("cdn", "purge_token")), None)
    return CDN(options, token, client)


@asynccontextmanager
async def outside_followed(office: Office, loaded: Loaded, client: Client) -> AsyncIterator[None]:
    """Keep the outside in step until the block ends."""
    followers = []
    if (cdn := cdn_of(loaded, client)) is None:
        await forget_purges(office)
    else:
        followers.append(Follower("purge", office, lambda: purge(office, cdn)))
    async with following(followers):
        yield
