"""Articles as entries of an AtomPub collection."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from urllib.parse import unquote, urlsplit

from lxml import etree
from pydantic import BaseModel, ConfigDict, Field, model_validator

from syndicate.connectors.atompub.media import Media
from syndicate.connectors.atompub.members import ENTRY, Held, Members
from syndicate.connectors.attempt import Attempt, AttemptOverError, Requests
from syndicate.connectors.contract import Accepted, Outcome, Preview, Refused, Sending
from syndicate.connectors.documents import story_of
from syndicate.connectors.means import ConnectorKind, Setting
from syndicate.errors import ConfigurationError, Violation
from syndicate.model.addresses import WebUrl
from syndicate.model.article import Article
from syndicate.parse.atompub import Collection, Member
from syndicate.policy.addresses import redact_url
from syndicate.render.atompub import atompub_entry, merged
from syndicate.render.formats.markup import written

_SAYS_WHOSE = frozenset({"alternate", "via", "canonical"})


class AtomPubOptions(BaseModel):
    """Where entries are made, and as whom: `user` with the secret `password`, or the secret `token`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    service: WebUrl | None = Field(None, description="The service document that names the collections.")
    collection: WebUrl | None = Field(None, description="The collection of entries, where no service names it.")
    media: WebUrl | None = Field(None, description="The collection of pictures; without one they stay where they are.")
    user: str | None = Field(None, pattern=r"^[^:\x00-\x1f]+$", description="The name that goes with `password`.")
    draft: bool = Field(False, description="Ask that new entries wait for the partner's editors.")

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if self.service is None and self.collection is None:
            raise ValueError("give service or collection")
        return self


@dataclass(frozen=True)
class Places:
    """The collections that are used."""

    entries: str
    media: Collection | None


class AtomPub:
    """Make, change and delete one entry for each article; changes keep what others wrote into it."""

    bounded = False
    gathers = False

    def __init__(self, options: AtomPubOptions, authorisation: str, setting: Setting) -> None:
        self._options = options
        self._setting = setting
        self._clock = setting.means.clock
        requests = Requests(
            setting.means.client,
            self._clock,
            lambda method, url, media_type, body: {"Authorization": authorisation},
        )
        named = [url for url in (options.service, options.collection, options.media) if url]
        self._members = Members(requests, named)
        self._media = Media(self._members, setting.means.pictures, self._clock)
        self._found: Places | None = None

    async def send(self, sending: Sending) -> Outcome:
        attempt = Attempt(sending)
        try:
            places = await self._places()
            if sending.article is None:
                return await self._withdraw(attempt, places)
            return await self._bring(attempt, sending.article, places)
        except AttemptOverError as over:
            if over.outcome.status in (404, 410):
                # Collections may have moved.
                self._found = None
            return attempt.ended(over.outcome)

    async def test(self, *, delivery_id: str, at: datetime) -> Outcome:
        """Read the collection."""
        self._found = None
        try:
            places = await self._places()
            await self._members.find(places.entries, lambda member: True, since=at)
        except AttemptOverError as over:
            return over.outcome
        return Accepted()

    def preview(self, sending: Sending) -> Preview:
        known = sending.remote.get("edit")
        address = str(known or self._options.collection or self._options.service)
        if sending.article is None:
            return Preview("DELETE", redact_url(address), {}, b"")
        kept = sending.remote.get("pictures", {})
        addresses = {url: str(each["source"]) for url, each in kept.items()}
        body = written(self._entry(sending, sending.article, addresses))
        return Preview("PUT" if known else "POST", redact_url(address), {"Content-Type": ENTRY}, body)

    async def aclose(self) -> None:
        """Hold nothing open: the client is shared."""

    async def _places(self) -> Places:
        if self._found is None:
            self._found = await self._discovered()
        return self._found

    async def _discovered(self) -> Places:
        options = self._options
        listed = await self._members.collections(options.service) if options.service else ()
        entries = options.collection or next((each.address for each in listed if each.takes_entries), None)
        if entries is None:
            raise AttemptOverError(Refused("the service document names no collection of entries", certain=True))
        given = Collection(options.media, ("image/*",)) if options.media else None
        return Places(entries, given or next((each for each in listed if each.takes("image/jpeg")), None))

    async def _bring(self, attempt: Attempt, article: Article, places: Places) -> Outcome:
        edit = await self._known(attempt, places)
        copied = self._setting.partner.profile.pictures == "copy" and places.media is not None
        addresses = await self._media.bring(attempt, article.images, places.media) if copied and places.media else {}
        ours = self._entry(attempt.sending, article, addresses)
        held = await self._members.replace(edit, lambda theirs: merged(theirs, ours)) if edit else None
        if held is None:
            edit, held = await self._create(attempt, article, places, ours)
        await self._media.drop(attempt, frozenset(image.url for image in article.images), places.media)
        page = held.member.linked("alternate") if held else None
        remote = {key: value for key, value in attempt.remote.items() if key != "creating_at"} | {"edit": edit}
        return Accepted(url=page if page != article.url else None, remote=remote, payload_digest=_digest(ours))

    async def _known(self, attempt: Attempt, places: Places) -> str:
        """Return where our entry is edited; nothing where there is none."""
        if attempt.remote.get("edit") or attempt.remote.get("creating_at") is None:
            return str(attempt.remote.get("edit") or "")
        found = await self._search(attempt, places)
        return str(found.linked("edit")) if found else ""

    async def _search(self, attempt: Attempt, places: Places) -> Member | None:
        since = datetime.fromisoformat(attempt.remote["creating_at"])
        return await self._members.find(places.entries, lambda member: _is_ours(member, attempt), since=since)

    async def _create(
        self, attempt: Attempt, article: Article, places: Places, ours: etree._Element
    ) -> tuple[str, Held | None]:
        begun_at = attempt.remote.get("creating_at") or self._clock().isoformat()
        await attempt.intend(edit=None, withdrawn=None, creating_at=begun_at, url=article.url, title=article.title)
        slug = attempt.sending.slug
        edit, held = await self._members.create(places.entries, written(ours), ENTRY, slug=slug)
        if edit is None:
            # RFC 5023 demands a Location; a server that gives none shows its collection.
            found = await self._search(attempt, places)
            edit = found.linked("edit") if found else None
        if edit is None:
            raise AttemptOverError(Refused("the server took the entry and does not say where it is"))
        await attempt.did(edit=edit, creating_at=None)
        return edit, held or await self._shown(edit)

    async def _shown(self, edit: str) -> Held | None:
        """Fetch what was made for the address of its page, which is no reason to fail."""
        try:
            return await self._members.read(edit)
        except AttemptOverError:
            return None

    async def _withdraw(self, attempt: Attempt, places: Places) -> Outcome:
        if edit := await self._known(attempt, places):
            await self._members.delete(edit)
            await attempt.did(edit=None, creating_at=None)
        elif begun_at := attempt.remote.get("creating_at"):
            attempt.give_it_time(datetime.fromisoformat(begun_at), now=self._clock())
        await self._media.drop(attempt, frozenset(), places.media)
        return Accepted(remote={"withdrawn": True})

    def _entry(self, sending: Sending, article: Article, addresses: dict[str, str]) -> etree._Element:
        profile, publisher = self._setting.partner.profile, self._setting.publisher
        story = story_of(sending, article, profile, publisher, addresses=addresses)
        return atompub_entry(story, draft=self._options.draft)


def _is_ours(member: Member, attempt: Attempt) -> bool:
    """Tell our entry: by its id, a link to the story, or where both are rewritten, by its slug and title."""
    if member.linked("edit") is None:
        return False
    links = {address for relation, address in member.links if relation in _SAYS_WHOSE}
    if member.id == attempt.sending.article_id or attempt.remote.get("url") in links:
        return True
    names = {_name(address) for relation, address in member.links if relation in ("alternate", "edit", "self")}
    return attempt.sending.slug in names and member.title == attempt.remote.get("title")


def _name(address: str) -> str:
    """Return the last part of an address, without its suffix."""
    return unquote(urlsplit(address).path.rstrip("/").rpartition("/")[2]).partition(".")[0]


def _digest(entry: etree._Element) -> str:
    return hashlib.sha256(written(entry)).hexdigest()


def _make(options: AtomPubOptions, setting: Setting) -> AtomPub:
    token, password = setting.secret("token"), setting.secret("password")
    if token is not None:
        return AtomPub(options, f"Bearer {token}", setting)
    if options.user is None:
        raise ConfigurationError("who logs in?", [Violation("user", "is missing; it goes with password")])
    basic = b64encode(f"{options.user}:{password}".encode()).decode()
    return AtomPub(options, f"Basic {basic}", setting)


KIND = ConnectorKind("atompub", AtomPubOptions, (frozenset({"password", "token"}),), _make)
