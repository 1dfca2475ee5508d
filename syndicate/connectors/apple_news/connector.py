"""Articles for an Apple News channel, through the Apple News API."""

from __future__ import annotations

import asyncio
import binascii
import hashlib
from base64 import b64decode
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Literal
from urllib.parse import quote, urlencode

from pydantic import BaseModel, ConfigDict, Field

from syndicate.connectors.apple_news.answers import Held, article_of, duplicate_of, explained, is_stale, page_of
from syndicate.connectors.apple_news.bundle import BUNDLED_TYPES, Key, as_json, authorisation
from syndicate.connectors.attempt import MAX_DOCUMENT_BYTES, Attempt, AttemptOverError, Requests, picture_file
from syndicate.connectors.contract import Accepted, Outcome, Preview, Refused, Sending
from syndicate.connectors.means import ConnectorKind, PictureFile, Setting
from syndicate.connectors.multipart import Part, multipart
from syndicate.errors import ConfigurationError, Violation
from syndicate.model.addresses import WebUrl
from syndicate.model.article import Article
from syndicate.net.exchange import Answer
from syndicate.policy.addresses import redact_url
from syndicate.render.apple_news import apple_news_document, apple_news_identifier

# Around the moment an answer was lost: their clock may go otherwise than ours, and an attempt may take so long.
_EARLIER, _LATER = timedelta(minutes=10), timedelta(minutes=20)
# Of a channel's articles within that time. Pages are small, as each article on one may come with its document.
_PAGE, _MOST_PAGES = 20, 10
# How often somebody else may change an article while we do.
_TRIES_OF_UPDATE = 3
_NOT_THERE = frozenset({404, 410})
_JSON = "application/json"
_OPTIMISED = Refused(
    "Apple's editors work on this article, and changes are not applied; ask your contact at Apple News",
    permanent=True,
    certain=True,
    status=202,
)
_TOO_MANY = Refused("too many articles were made at once to tell whether this one was")


class AppleNewsOptions(BaseModel):
    """The channel, and how articles stand in it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    channel_id: str = Field(pattern=r"^[A-Za-z0-9-]{1,64}$", description="The channel's id, from News Publisher.")
    key_id: str = Field(pattern=r"^[A-Za-z0-9-]{1,64}$", description="The id of the API key; its secret is `secret`.")
    status: Literal["live", "preview", "hidden"] = Field(
        "live", description="Shown to everybody, to members of the channel, or to who has the link."
    )
    sections: dict[str, str] = Field({}, description="Section ids by category; no match is the default section.")
    sponsored: bool = Field(False, description="Mark every article as sponsored, as the channel's rules demand.")
    maturity: Literal["KIDS", "GENERAL", "MATURE"] | None = Field(None, description="Else what the channel says.")
    endpoint: WebUrl = Field("https://news-api.apple.com", description="Where the Apple News API answers.")


class AppleNews:
    """Create, update and delete articles of a channel; each is found again by its identifier."""

    # A document with its pictures is one request, but a search may take many.
    bounded = False
    gathers = False

    def __init__(self, options: AppleNewsOptions, key: Key, setting: Setting) -> None:
        self._options = options
        self._root = options.endpoint.rstrip("/")
        self._channel = f"{self._root}/channels/{options.channel_id}"
        self._setting = setting
        self._clock = setting.means.clock

        def sign(method: str, url: str, media_type: str, body: bytes) -> Mapping[str, str]:
            return authorisation(key, method=method, url=url, media_type=media_type, body=body, at=self._clock())

        self._requests = Requests(setting.means.client, self._clock, sign, explain=explained)

    async def send(self, sending: Sending) -> Outcome:
        attempt = Attempt(sending)
        try:
            return await (self._withdraw(attempt) if sending.article is None else self._bring(attempt, sending.article))
        except AttemptOverError as over:
            return attempt.ended(over.outcome)

    async def test(self, *, delivery_id: str, at: datetime) -> Outcome:
        """Read the channel, which takes a signature that is right."""
        try:
            answer = await self._requests.send("GET", self._channel)
        except AttemptOverError as over:
            return over.outcome
        return Accepted(status=answer.status)

    def preview(self, sending: Sending) -> Preview:
        known = sending.remote.get("id")
        address = self._article_url(str(known)) if known else f"{self._channel}/articles"
        if sending.article is None:
            return Preview("DELETE", redact_url(address), {}, b"")
        parts = self._parts(sending.article, {}, sending.remote.get("revision"))
        body, media_type = multipart(parts)
        return Preview("POST", redact_url(address), {"Content-Type": media_type}, body)

    async def aclose(self) -> None:
        """Hold nothing open: the client is shared."""

    async def _bring(self, attempt: Attempt, article: Article) -> Outcome:
        files, shown = await self._pictures(attempt.sending, article)
        known = await self._known(attempt)
        taken = await self._update(known, shown, files) if known else None
        return taken or await self._create(attempt, shown, files)

    async def _pictures(self, sending: Sending, article: Article) -> tuple[dict[str, PictureFile], Article]:
        """Return the pictures to bundle by their addresses, and the article without those that nobody can get."""
        if self._setting.partner.profile.pictures == "hotlink":
            return {}, article
        files: dict[str, PictureFile] = {}
        lost: set[str] = set()
        for image in article.images:
            found = await picture_file(self._setting.means.pictures, image.url, sending)
            if found is None:
                lost.add(image.url)
            elif found.type in BUNDLED_TYPES:
                files[image.url] = found
        kept = tuple(image for image in article.images if image.url not in lost)
        return files, article if not lost else article.model_copy(update={"images": kept})

    async def _known(self, attempt: Attempt) -> Held | None:
        """Return the article there; None where there is none."""
        if id_ := attempt.remote.get("id"):
            return Held(str(id_), attempt.remote.get("revision"))
        begun_at = _begun_at(attempt)
        return await self._search(attempt.sending.article_id, begun_at) if begun_at else None

    async def _search(self, article_id: str, begun_at: datetime) -> Held | None:
        """Find our article among those made while an answer was lost (conformance: no second copy)."""
        identifier = apple_news_identifier(article_id)
        asked = {"fromDate": _iso(begun_at - _EARLIER), "toDate": _iso(begun_at + _LATER), "pageSize": str(_PAGE)}
        url: str | None = f"{self._channel}/articles?{urlencode(asked)}"
        for _ in range(_MOST_PAGES):
            if url is None:
                return None
            page = await self._requests.read(url, partial(page_of, within=self._root), accept=_JSON)
            for listed in page.articles:
                article = listed if listed.has_document else await self._read(listed.id)
                if article is not None and article.identifier == identifier:
                    return article
            url = page.following
        raise AttemptOverError(_TOO_MANY)

    async def _read(self, id_: str) -> Held | None:
        return await self._requests.read(self._article_url(id_), article_of, accept=_JSON, expected=_NOT_THERE)

    async def _create(self, attempt: Attempt, article: Article, files: Mapping[str, PictureFile]) -> Outcome:
        await attempt.intend(id=None, revision=None, withdrawn=None, creating_at=_iso(self._clock()))
        body, media_type = multipart(self._parts(article, files, None))
        answer = await self._post(f"{self._channel}/articles", body, media_type, expected={400})
        if answer.status == 400:
            return await self._duplicate(attempt, article, files, answer)
        return await _accepted(answer, body)

    async def _post(self, url: str, body: bytes, media_type: str, *, expected: Collection[int]) -> Answer:
        # The answer holds the whole document again.
        return await self._requests.send(
            "POST", url, body=body, media_type=media_type, expected=expected, max_answer_bytes=MAX_DOCUMENT_BYTES
        )

    async def _duplicate(
        self, attempt: Attempt, article: Article, files: Mapping[str, PictureFile], answer: Answer
    ) -> Outcome:
        """Take over what the channel says is the same article, if it is ours: it came late, after a lost answer."""
        id_ = duplicate_of(answer)
        found = await self._read(id_) if id_ else None
        if found is None or found.identifier != apple_news_identifier(attempt.sending.article_id):
            raise AttemptOverError(self._requests.refusal(answer))
        taken = await self._update(found, article, files)
        if taken is None:
            raise AttemptOverError(self._requests.refusal(answer))
        return taken

    async def _update(self, known: Held, article: Article, files: Mapping[str, PictureFile]) -> Outcome | None:
        """Replace an article; None where it is not there any more. Another's change in between is read and replaced."""
        url, revision = self._article_url(known.id), known.revision
        for _ in range(_TRIES_OF_UPDATE):
            body, media_type = multipart(self._parts(article, files, revision))
            answer = await self._post(url, body, media_type, expected={400, 409, *_NOT_THERE})
            if answer.status in _NOT_THERE:
                return None
            if answer.status == 202:
                return _OPTIMISED
            if answer.status < 300:
                return await _accepted(answer, body)
            if not is_stale(answer):
                break
            held = await self._read(known.id)
            if held is None:
                return None
            revision = held.revision
        raise AttemptOverError(self._requests.refusal(answer))

    async def _withdraw(self, attempt: Attempt) -> Outcome:
        known = await self._known(attempt)
        if known is None:
            if begun_at := _begun_at(attempt):
                attempt.give_it_time(begun_at, now=self._clock())
            return Accepted(remote={"withdrawn": True})
        answer = await self._requests.send("DELETE", self._article_url(known.id), expected=_NOT_THERE)
        return Accepted(status=answer.status, remote={"withdrawn": True})

    def _parts(self, article: Article, files: Mapping[str, PictureFile], revision: str | None) -> list[Part]:
        names = {url: f"{file.digest[:32]}.{file.suffix}" for url, file in files.items()}
        addresses = {url: f"bundle://{name}" for url, name in names.items()}
        profile, publisher = self._setting.partner.profile, self._setting.publisher
        document = apple_news_document(article, profile, publisher, addresses=addresses)
        # Two addresses may show the same picture.
        pictures = {name: files[url] for url, name in names.items()}
        bundled = [Part(name, file.data, file.type, filename=name) for name, file in pictures.items()]
        metadata = Part("metadata", as_json({"data": self._metadata(article, revision)}), "application/json")
        written = Part("article.json", as_json(document), "application/json", filename="article.json")
        return [metadata, written, *bundled]

    def _metadata(self, article: Article, revision: str | None) -> dict[str, Any]:
        options = self._options
        metadata: dict[str, Any] = {
            "isPreview": options.status == "preview",
            "isHidden": options.status == "hidden",
            "isSponsored": options.sponsored,
        }
        if options.maturity:
            metadata["maturityRating"] = options.maturity
        if sections := [f"{self._root}/sections/{quote(id_)}" for id_ in self._sections(article)]:
            metadata["links"] = {"sections": sections}
        return {**metadata, "revision": revision} if revision else metadata

    def _sections(self, article: Article) -> tuple[str, ...]:
        ids = {name.casefold(): id_ for name, id_ in self._options.sections.items()}
        names = [name for category in article.categories for name in (category.term, category.label) if name]
        return tuple(dict.fromkeys(ids[name.casefold()] for name in names if name.casefold() in ids))

    def _article_url(self, id_: str) -> str:
        return f"{self._root}/articles/{quote(id_, safe='')}"


async def _accepted(answer: Answer, body: bytes) -> Outcome:
    held = await asyncio.to_thread(article_of, answer)
    if held is None:
        raise AttemptOverError(Refused("Apple News took it and did not say under what id", status=answer.status))
    digest = hashlib.sha256(body).hexdigest()
    remote = {"id": held.id, "revision": held.revision}
    return Accepted(url=held.url, remote=remote, status=answer.status, payload_digest=digest)


def _begun_at(attempt: Attempt) -> datetime | None:
    """Return when an article was begun to be made that nobody acknowledged."""
    begun_at = attempt.remote.get("creating_at")
    return datetime.fromisoformat(begun_at) if begun_at else None


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _make(options: AppleNewsOptions, setting: Setting) -> AppleNews:
    try:
        secret = b64decode(setting.secret("secret") or "", validate=True)
    except (binascii.Error, ValueError):
        # Unchained: the cause's text may one day show what it could not decode.
        raise ConfigurationError("wrong secret", [Violation("secret", "must be base64, as Apple gives it")]) from None
    return AppleNews(options, Key(options.key_id, secret), setting)


KIND = ConnectorKind("apple-news", AppleNewsOptions, (frozenset({"secret"}),), _make)
