"""One message on its way to several addresses in turn: whom it reached is kept, so that nobody gets it twice."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from typing import Any

from syndicate.connectors.contract import Accepted, Outcome, Refused, Sending
from syndicate.connectors.means import Mailer
from syndicate.connectors.message import message_id
from syndicate.errors import SyndicateError


@dataclass
class Mailing:
    """The sendings of one message. `lost` are those that turned out to be another process's, with what was raised."""

    members: tuple[Sending, ...]
    domain: str
    reached: frozenset[str] = frozenset()
    lost: dict[str, Exception] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.id = self.group = self._message_id()
        # What each of them reached before, all of them have.
        self.reached = frozenset.intersection(*(frozenset(_sent(each).get("reached", ())) for each in self.members))

    def _message_id(self) -> str:
        """Return what is always that of these deliveries."""
        return message_id([each.delivery_id for each in self.members], self.domain)

    async def begin(self) -> None:
        """Write down that it is on its way before anything leaves, so that a withdrawal finds it whatever happens."""
        await self._keep_all()
        self.id = self._message_id()

    async def _keep_all(self) -> None:
        """Write down with every copy what is on its way, and whom it reached; what is lost takes no further part."""
        results = await asyncio.gather(*(self._keep(each) for each in self.members))
        self.lost |= {delivery: error for delivery, error in results if error is not None}
        self.members = tuple(each for each in self.members if each.delivery_id not in self.lost)

    async def _keep(self, sending: Sending) -> tuple[str, Exception | None]:
        sent = {"delivery": sending.delivery_id, "group": self.group, "reached": sorted(self.reached)}
        remote = {**self.remote_of(sending), "sent": sent}
        try:
            if remote != sending.remote:
                await sending.keep(remote)
        except SyndicateError as error:
            return sending.delivery_id, error
        return sending.delivery_id, None

    def remote_of(self, sending: Sending) -> dict[str, Any]:
        """Return what is kept of a copy: the message that its thread began with, and the title that it bears."""
        title = sending.article.title if sending.article else sending.remote.get("title")
        return {"thread": sending.remote.get("thread", self.id), **({"title": title} if title else {})}

    async def to_all(self, mailer: Mailer, message: EmailMessage, addresses: Sequence[str]) -> Outcome:
        """Send it to each address that it has not reached yet."""
        outcomes: dict[str, Outcome] = {}
        for address in [each for each in addresses if each not in self.reached]:
            outcomes[address] = outcome = await mailer.send(message, to=(address,))
            if isinstance(outcome, Accepted):
                self.reached |= {address}
                await self._keep_all()
            elif outcome.status is None:
                # The server cannot be had: the others need not wait for that one by one.
                break
        return summed(outcomes, reached=self.reached)


def summed(outcomes: Mapping[str, Outcome], *, reached: frozenset[str]) -> Outcome:
    """Make one outcome of those of all addresses: whoever may still be reached makes it worth another try."""
    taken = [each for each in outcomes.values() if isinstance(each, Accepted)]
    refused = {address: each for address, each in outcomes.items() if isinstance(each, Refused)}
    told = "; ".join(f"not taken for {address}: {each.reason} {each.answer}" for address, each in refused.items())
    again = [each for each in refused.values() if not each.permanent]
    if again:
        certain = not reached and all(each.certain for each in refused.values())
        return replace(again[0], certain=certain, progressed=bool(taken))
    if not reached:
        return next(iter(refused.values()))
    last = taken[-1] if taken else Accepted(answer="taken at an earlier attempt")
    return replace(last, answer="; ".join(part for part in (last.answer, told) if part))


def grouped(sendings: Sequence[Sending]) -> list[tuple[Sending, ...]]:
    """Part sendings into messages: those that were on their way together go together again, without newcomers.

    So an attempt whose answer was lost is followed by the same message, which programs know by its Message-ID.
    """
    groups: dict[str, list[Sending]] = {}
    for sending in sendings:
        groups.setdefault(str(_sent(sending).get("group", "")), []).append(sending)
    return [tuple(group) for group in groups.values()]


def _sent(sending: Sending) -> Mapping[str, Any]:
    """Return what was kept of earlier attempts at this delivery."""
    sent = sending.remote.get("sent", {})
    return sent if sent.get("delivery") == sending.delivery_id else {}
