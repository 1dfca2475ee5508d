"""Find copies whose address the partner never told in the feed of its site."""

from __future__ import annotations

from dataclasses import dataclass

from syndicate.actions.office import Office
from syndicate.errors import SyndicateError
from syndicate.model.article import Article
from syndicate.net.client import Client
from syndicate.net.exchange import Failure
from syndicate.policy.audit import Expected, is_copy
from syndicate.sandbox.documents import Runner, read_document
from syndicate.store import copies
from syndicate.store.tx import Tx

_ACCEPT = {"Accept": "application/rss+xml, application/atom+xml, application/feed+json, */*;q=0.5"}


@dataclass(frozen=True)
class SiteFeed:
    """The stories a partner's site feed shows, and why it could not be read if it could not."""

    stories: tuple[Article, ...] = ()
    problems: tuple[str, ...] = ()

    def address_of(self, expected: Expected) -> str | None:
        """Return where the copy of an article stands; None where the feed does not show it."""
        return next((story.url for story in self.stories if is_copy(story, expected)), None)


async def read_site_feed(client: Client, sandbox: Runner, url: str | None) -> SiteFeed:
    """Read a partner's site feed, where it has one; whatever is wrong with it is one of its problems."""
    if url is None:
        return SiteFeed()
    answer = await client.get(url, headers=_ACCEPT)
    if isinstance(answer, Failure) or answer.status != 200:
        why = answer.detail if isinstance(answer, Failure) else f"the server answers {answer.status}"
        return SiteFeed(problems=(f"audit_feed cannot be read: {why}",))
    try:
        kind = answer.headers.get("Content-Type")
        found = await read_document(sandbox, answer.body, address=answer.url, content_type=kind)
    except SyndicateError as error:
        return SiteFeed(problems=(f"audit_feed cannot be read: {error.message}",))
    return SiteFeed(tuple(entry.article for entry in found.entries))


async def remember_address(office: Office, partner: str, key: int, url: str) -> None:
    """Keep where a copy stands, as if the partner had told it."""
    await office.store.write(_remember, partner, key, url)


def _remember(tx: Tx, partner: str, key: int, url: str) -> None:
    copies.remember(tx, [{"the_partner": partner, "key": key, "new_url": url, "new_remote": None}])
