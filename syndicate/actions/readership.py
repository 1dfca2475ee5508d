"""Who reads us: polls counted in memory as they come, and written down every few seconds."""

from __future__ import annotations

import logging
from collections import Counter

from syndicate.actions.note_polls import Counted, Name, miss_partners, note_polls
from syndicate.actions.office import Office
from syndicate.errors import StoreError
from syndicate.model.readers import OTHERS, PARTNER_READER
from syndicate.model.views import is_partner_key
from syndicate.policy.admission import READERS_PER_FEED
from syndicate.policy.readers import Agent, read_agent

logger = logging.getLogger(__name__)


class Readership:
    """Counts polls. A crash loses those since the last flush and nothing else; a flood grows nothing.

    `totals` counts polls by (feed, service) since the process began; services are those we know, and "other".
    """

    def __init__(self, office: Office) -> None:
        self._office = office
        self._counted: dict[Name, Counted] = {}
        self._of_feed: Counter[str] = Counter()
        self._listening_since = office.now()
        self.totals: Counter[tuple[str, str]] = Counter()

    @property
    def waiting(self) -> int:
        """How many pollers are counted and not written down yet."""
        return len(self._counted)

    def polled(self, feed: str, agent: str, address: str, *, conditional: bool, held: bool) -> None:
        """Count a request that was answered, for a feed or a polled partner's own; `held` where the answer was 304."""
        read = read_agent(agent)
        if is_partner_key(feed):
            # Who that is, its token said.
            name = (feed, PARTNER_READER, "")
        elif read.is_hosted:
            name = (feed, f"{read.service}/{read.feed_id or ''}", "")
        else:
            name = (feed, read.label, address)
        counted = self._counted.get(name)
        if counted is None:
            counted = self._first(name, read)
        elif counted.agent is not read:
            counted.agent = read
        counted.polls += 1
        counted.not_modified += held
        counted.unconditional += not conditional

    def _first(self, name: Name, agent: Agent) -> Counted:
        feed = name[0]
        if self._of_feed[feed] >= READERS_PER_FEED:
            name, agent = (feed, OTHERS, ""), Agent(OTHERS, is_reader=False)
        self._of_feed[feed] += 1
        return self._counted.setdefault(name, Counted(agent))

    async def flush(self) -> None:
        """Write down what was counted, in one transaction; what cannot be written waits for the next time.

        Raises StoreError.
        """
        counted, self._counted, self._of_feed = self._counted, {}, Counter()
        if not counted:
            return
        try:
            back = await self._office.store.write(note_polls, counted, self._office.new_id("key"), self._office.now())
        except StoreError:
            self._take_back(counted)
            raise
        for name, each in counted.items():
            self.totals[name[0], each.agent.label] += each.polls
        for feed in back:
            logger.warning("partner.polls_again", extra={"partner": feed})

    def _take_back(self, counted: dict[Name, Counted]) -> None:
        for name, each in counted.items():
            known = self._counted.get(name) or self._first(name, each.agent)
            known.polls += each.polls
            known.not_modified += each.not_modified
            known.unconditional += each.unconditional

    async def watch(self) -> None:
        """Note which partners have stopped coming that came regularly. Raises StoreError.

        Only for a process that answers them: nobody is silent to one that does not listen.
        """
        for partner in await self._office.store.write(miss_partners, self._listening_since, self._office.now()):
            logger.warning("partner.went_silent", extra={"partner": partner})
