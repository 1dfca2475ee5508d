"""A partner's WordPress: each article is one post there, and each of its pictures one attachment."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime

from syndicate.connectors.contract import Accepted, Outcome, Preview, Refused, Sending
from syndicate.connectors.means import ConnectorKind, Setting
from syndicate.connectors.wordpress.api import Api, Stop
from syndicate.connectors.wordpress.content import post_content, post_date, post_fields
from syndicate.connectors.wordpress.entrance import Entrances
from syndicate.connectors.wordpress.ledger import Held, Ledger, marker_of
from syndicate.connectors.wordpress.options import WordPressOptions
from syndicate.connectors.wordpress.pictures import copies_of
from syndicate.connectors.wordpress.posts import Work
from syndicate.connectors.wordpress.shapes import ACCOUNT
from syndicate.connectors.wordpress.terms import Terms


class WordPress:
    """Write posts with an application password. The site is asked before anything is made a second time."""

    bounded = False
    gathers = False

    def __init__(self, options: WordPressOptions, setting: Setting, password: str) -> None:
        self._options = options
        self._setting = setting
        self._clock = setting.means.clock
        self._terms = Terms(options)
        client = setting.means.client
        self._entrances = Entrances(options.url, options.user, password, client, timeout=options.timeout)

    async def send(self, sending: Sending) -> Outcome:
        ledger, api = Ledger(sending, self._clock), None
        try:
            api = await self._api()
            work = Work(api, ledger, sending, self._options, self._setting, self._terms)
            article = sending.article
            return await (work.retract() if article is None else work.publish(article))
        except Stop as stop:
            self._reconsider(stop)
            return _judged(stop.refused, ledger, wrote=api is not None and api.wrote)

    async def test(self, *, delivery_id: str, at: datetime) -> Outcome:
        """Read our own account, and say what it may not do."""
        try:
            api = await self._api()
            account = await api.get("wp/v2/users/me", ACCOUNT, context="edit", _fields="id,name,capabilities")
        except Stop as stop:
            self._reconsider(stop)
            return stop.refused
        missing = [name for name in self._needed() if not account.capabilities.get(name)]
        if missing:
            return Refused(f"the account lacks {', '.join(missing)}", permanent=True, certain=True, status=200)
        return Accepted(status=200, answer="the account may do all that is needed")

    def preview(self, sending: Sending) -> Preview:
        """Show the request that writes the post; ids of terms and pictures are known only there."""
        held, article = Held.of(sending), sending.article
        address = f"{self._entrances.root}wp/v2/posts" + (f"/{held.post}" if held.post else "")
        if article is None:
            return Preview("DELETE", address, {}, b"")
        content = post_content(
            article,
            self._setting.partner.profile,
            self._setting.publisher,
            marker=marker_of(sending.article_id),
            copies=copies_of(article, held),
            byline=True,
        )
        fields = post_fields(article, content) | ({"date_gmt": post_date(article)} if held.post is None else {})
        body = json.dumps(fields, ensure_ascii=False, indent=1).encode()
        return Preview("POST", address, {"Content-Type": "application/json"}, body)

    async def aclose(self) -> None:
        """Hold nothing open: the client is shared."""

    async def _api(self) -> Api:
        entrance = await self._entrances.find(self._clock)
        return Api(entrance, self._setting.means.client, clock=self._clock, timeout=self._options.timeout)

    def _reconsider(self, stop: Stop) -> None:
        """Look for the API anew where something that is not WordPress answers in its place."""
        if not stop.code and stop.refused.status is not None and 300 <= stop.refused.status < 500:
            self._entrances.forget()

    def _needed(self) -> tuple[str, ...]:
        options = self._options
        needed = ["edit_posts", "delete_posts"]
        if options.status == "publish":
            needed += ["publish_posts", "edit_published_posts", "delete_published_posts"]
        if self._setting.partner.profile.pictures == "copy":
            needed.append("upload_files")
        if options.author == "match":
            needed.append("edit_others_posts")
        return tuple(needed)


def _judged(refused: Refused, ledger: Ledger, *, wrote: bool) -> Refused:
    """Say of a refusal what the whole attempt left there."""
    touched = wrote or ledger.held.making or ledger.held.unfinished
    return dataclasses.replace(refused, certain=not touched, progressed=ledger.progressed)


def _make(options: WordPressOptions, setting: Setting) -> WordPress:
    password = setting.secret("password")
    assert password is not None
    return WordPress(options, setting, password)


KIND = ConnectorKind("wordpress", WordPressOptions, (frozenset({"password"}),), _make)
