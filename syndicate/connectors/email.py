"""Articles by mail: a message each, or a digest of all that is due together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage

from syndicate.connectors.contract import Accepted, Outcome, Preview, Refused, Sending
from syndicate.connectors.documents import Documents
from syndicate.connectors.enclosing import Enclosed, enclose, foreseen, pictures_in_order
from syndicate.connectors.gathering import Gathering, Results
from syndicate.connectors.letters import EmailOptions, Letters
from syndicate.connectors.mailing import Mailing, grouped
from syndicate.connectors.means import ConnectorKind, Mailer, Means, Setting
from syndicate.connectors.message import address_of, write
from syndicate.errors import ConfigurationError, UnwritableError, Violation
from syndicate.model.article import Image
from syndicate.model.delivery import EventType
from syndicate.policy.retry import pause_in_step
from syndicate.render.letter import House

EXTRA_FOR_RETRACTIONS = 1
# Less than any connector is given, so that its outcomes are told as one.
LONGEST_DIGEST = timedelta(minutes=4)
_TOO_LONG = Refused("it took longer than a digest may", overloaded=True)


class Email:
    """Write to a partner's mailbox through the server of [smtp]."""

    # Many addresses, and a digest's pictures, may take longer than any one wait.
    bounded = False

    def __init__(
        self,
        options: EmailOptions,
        letters: Letters,
        house: House,
        *,
        mailer: Mailer,
        means: Means,
        concurrency: int,
    ) -> None:
        self._options = options
        self._letters = letters
        self._house = house
        self._mailer = mailer
        self._means = means
        self._domain = mailer.sender.rpartition("@")[2]
        self._gathering = Gathering(self._deliver_all) if options.digest else None
        # Beside a digest all that is due comes at once, withdrawals too; elsewhere there are no more than these.
        self._places = asyncio.Semaphore(concurrency + EXTRA_FOR_RETRACTIONS)

    @property
    def gathers(self) -> bool:
        return self._options.digest

    async def send(self, sending: Sending) -> Outcome:
        """Send a message; with `digest`, together with what comes beside it, unless it is a withdrawal."""
        if self._gathering and sending.type is not EventType.RETRACTED:
            return await self._gathering.put(sending)
        async with self._places:
            outcome = (await self._deliver((sending,)))[sending.delivery_id]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def test(self, *, delivery_id: str, at: datetime) -> Outcome:
        """Ask the server whether it would take mail for these addresses."""
        return await self._mailer.probe(to=self._options.to)

    def preview(self, sending: Sending) -> Preview:
        """Return the message that would be sent if it were alone; the pictures' bytes are not in it."""
        images = self._images((sending,))
        mailing = Mailing((sending,), self._domain)
        message = self._message(mailing, foreseen(images))
        head, _, body = message.as_bytes().partition(b"\r\n\r\n")
        headers = {name: str(value) for name, value in message.items()}
        pictures = tuple(Preview("ENCLOSE", image.url, {}, b"") for image in images)
        return Preview("MAIL", f"mailto:{','.join(self._options.to)}", headers, body or head, before=pictures)

    async def aclose(self) -> None:
        """Hold nothing open: every message has a connection of its own."""

    async def _deliver_all(self, sendings: Sequence[Sending]) -> Results:
        told = await asyncio.to_thread(self._unwritable, sendings)
        results: dict[str, Outcome | Exception] = {delivery: error for delivery, error in told.items() if error}
        for group in grouped([each for each in sendings if each.delivery_id not in results]):
            results |= _as_one(await self._deliver_in_time(group), attempt=max(each.attempt for each in group))
        return results

    def _unwritable(self, sendings: Sequence[Sending]) -> dict[str, UnwritableError | None]:
        return {each.delivery_id: self._letters.why_not(each) for each in sendings}

    async def _deliver_in_time(self, group: tuple[Sending, ...]) -> Results:
        try:
            async with asyncio.timeout(LONGEST_DIGEST.total_seconds()):
                return await self._deliver(group)
        except TimeoutError:
            return dict.fromkeys((each.delivery_id for each in group), _TOO_LONG)

    async def _deliver(self, sendings: tuple[Sending, ...]) -> Results:
        """Send one message, and say of each of its sendings what came of it."""
        mailing = Mailing(sendings, self._domain)
        await mailing.begin()
        if not mailing.members:
            return mailing.lost
        members = mailing.members
        pictures, limit = self._means.pictures, self._options.picture_limit
        enclosed = await enclose(self._images(members), pictures, limit=limit)
        # A digest of two hundred stories takes most of a second to write.
        message = await asyncio.to_thread(self._message, mailing, enclosed)
        outcome = await mailing.to_all(self._mailer, message, self._options.to)
        return {each.delivery_id: _kept(outcome, mailing, each) for each in members} | mailing.lost

    def _images(self, sendings: Sequence[Sending]) -> tuple[Image, ...]:
        if self._house.profile.pictures == "hotlink":
            return ()
        return pictures_in_order([each.article for each in sendings if each.article])

    def _message(self, mailing: Mailing, enclosed: Enclosed) -> EmailMessage:
        letter = self._letters.of(mailing.members, enclosed, mid=mailing.id)
        sender = address_of(self._mailer.sender, self._house.publisher.title)
        return write(
            letter, sender=sender, to=self._options.to, reply_to=self._options.reply_to, at=self._means.clock()
        )


def _as_one(results: Results, *, attempt: int) -> Results:
    """Tell the answer to one message once, and let what was refused together come back together.

    The same deliveries are the same message; and a message refused is one failure, however many articles it bears.
    """
    pause = pause_in_step(attempt)
    first = next((delivery for delivery, each in results.items() if not isinstance(each, Exception)), None)
    told: dict[str, Outcome | Exception] = {}
    for delivery, each in results.items():
        match each:
            case Refused():
                told[delivery] = replace(each, retry_after=each.retry_after or pause, echo=delivery != first)
            case Accepted():
                told[delivery] = replace(each, echo=delivery != first)
            case _:
                told[delivery] = each
    return told


def _kept(outcome: Outcome, mailing: Mailing, sending: Sending) -> Outcome:
    """Add what is kept of a copy; of one that is withdrawn, its thread alone."""
    if not isinstance(outcome, Accepted):
        return outcome
    remote = mailing.remote_of(sending)
    if sending.type is EventType.RETRACTED:
        remote.pop("title", None)
    return replace(outcome, remote=remote)


def _make(options: EmailOptions, setting: Setting) -> Email:
    partner, publisher, means = setting.partner, setting.publisher, setting.means
    if means.mailer is None:
        missing = Violation("smtp.host", "is missing, or smtp.sender; mail needs a server that takes it")
        raise ConfigurationError("the email connector needs [smtp]", [missing])
    house = House(publisher, partner.profile)
    letters = Letters(options, house, Documents(partner.profile, publisher), name=partner.name)
    return Email(options, letters, house, mailer=means.mailer, means=means, concurrency=partner.concurrency)


KIND = ConnectorKind("email", EmailOptions, (), _make)
