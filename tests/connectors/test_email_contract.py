"""A partner's mailbox behind a real SMTP server, held to what every connector promises."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from lxml import html

from syndicate.connectors.means import Means
from syndicate.connectors.suite.contract import ConnectorContract
from syndicate.connectors.suite.site import QUICK, Mood, Site, means
from syndicate.net.mail import MailServer, SMTPMailer
from tests.connectors.mailboxes import PASSWORD, USER, Mailbox, mailbox, told


class Desk:
    """The desk of a partner that reads its mail: what stands is what it was sent and not asked to withdraw."""

    connector = "email"
    networked = True
    moods = frozenset(Mood)
    options: dict[str, Any] = {"to": "desk@gazette.example"}  # noqa: RUF012  # never changed
    secrets: dict[str, Sequence[str]] = {}  # noqa: RUF012  # never changed
    canaries = (PASSWORD,)

    def __init__(self, box: Mailbox) -> None:
        self.box = box

    @property
    def mood(self) -> Mood:
        return self.box.mood

    @mood.setter
    def mood(self, mood: Mood) -> None:
        self.box.mood = mood
        if mood is Mood.DOWN:
            self.box.close()

    async def shown(self) -> Sequence[str]:
        standing: dict[str, str] = {}
        for message in told(self.box.mails):
            named = str(message["X-Syndicate-Id"])
            standing.pop(named, None)
            if message["X-Syndicate-Type"] != "article.retracted":
                page = message.get_body(("html",))
                assert page is not None
                standing[named] = html.fromstring(page.get_content()).findtext(".//h1") or ""
        return list(standing.values())


class TestEmail(ConnectorContract):
    @pytest.fixture
    async def site(self) -> AsyncIterator[Site]:
        async with mailbox() as box:
            yield Desk(box)

    @asynccontextmanager
    async def means_for(self, site: Site, *, private: bool) -> AsyncIterator[Means]:
        assert isinstance(site, Desk)
        server = MailServer("127.0.0.1", site.box.port, "none", "syndicate@harbour.example", USER, PASSWORD)
        async with means(private=private) as made:
            yield replace(made, mailer=SMTPMailer(server, made.dialer, timeouts=QUICK))
