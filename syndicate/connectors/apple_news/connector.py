"""Articles for an Apple News channel, through the Apple News API."""

from __future__ import annotations

import binascii
import hashlib
from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote, urlencode

from pydantic import BaseModel, ConfigDict, Field

from syndicate.connectors.apple_news.answers import (
    data_of,
    errors_of,
    explained,
    identifier_of,
    is_stale,
    next_page,
    objects_of,
    share_url,
)
from syndicate.connectors.apple_news.bundle import BUNDLED_TYPES, Key, as_json, authorisation
from syndicate.connectors.attempt import Attempt, AttemptOverError, Requests, picture_file, read_object
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
# Of a channel's articles within that time; each page holds a hundred.
_MOST_PAGES, _MOST_READ = 5, 200
# How often somebody else may change an article while we do.
_TRIES_OF_UPDATE = 3
_NOT_THERE = frozenset({404, 410})
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
        files, shown = await self._pictures(article)
        known = await self._known(attempt)
        taken = await self._update(known, shown, files) if known else None
        return taken or await self._create(attempt, shown, files)

    async def _pictures(self, article: Article) -> tuple[dict[str, PictureFile], Article]:
        """Return the pictures to bundle by their addresses, and the article without those that nobody can get."""
        if self._setting.partner.profile.pictures == "hotlink":
            return {}, article
        files: dict[str, PictureFile] = {}
        lost: set[str] = set()
        for image in article.images:
            found = await picture_file(self._setting.means.pictures, image.url)
            if found is None:
                lost.add(image.url)
            elif found.type in BUNDLED_TYPES:
                files[image.url] = found
        kept = tuple(image for image in article.images if image.url not in lost)
        return files, article if not lost else article.model_copy(update={"images": kept})

    async def _known(self, attempt: Attempt) -> dict[str, Any]:
        """Return the id and revision of the article there; nothing where there is none."""
        if attempt.remote.get("id"):
            return attempt.remote
        begun_at = attempt.remote.get("creating_at")
        return await self._search(attempt.sending.article_id, datetime.fromisoformat(begun_at)) if begun_at else {}

    async def _search(self, article_id: str, begun_at: datetime) -> dict[str, Any]:
        """Find our article among those made while an answer was lost (conformance: no second copy)."""
        identifier, read = apple_news_identifier(article_id), 0
        asked = {"fromDate": _iso(begun_at - _EARLIER), "toDate": _iso(begun_at + _LATER), "pageSize": "100"}
        url: str | None = f"{self._channel}/articles?{urlencode(asked)}"
        for _ in range(_MOST_PAGES):
            if url is None:
                break
            page = read_object(await self._requests.read(url, accept="application/json"))
            for listed in objects_of(page.get("data")):
                read += 1
                article = listed if listed.get("document") else await self._read(str(listed.get("id")))
                if identifier_of(article) == identifier:
                    return article
                if read >= _MOST_READ:
                    raise AttemptOverError(_TOO_MANY)
            url = next_page(page, within=self._root)
        if url is not None:
            raise AttemptOverError(_TOO_MANY)
        return {}

    async def _read(self, id_: str) -> dict[str, Any]:
        answer = await self._requests.read(self._article_url(id_), accept="application/json", expected=_NOT_THERE)
        return {} if answer.status in _NOT_THERE else data_of(answer)

    async def _create(self, attempt: Attempt, article: Article, files: Mapping[str, PictureFile]) -> Outcome:
        await attempt.intend(id=None, revision=None, withdrawn=None, creating_at=_iso(self._clock()))
        body, media_type = multipart(self._parts(article, files, None))
        answer = await self._requests.send(
            "POST", f"{self._channel}/articles", body=body, media_type=media_type, expected={400}
        )
        if answer.status == 400:
            return await self._duplicate(attempt, article, files, answer)
        return _accepted(answer, data_of(answer), body)

    async def _duplicate(
        self, attempt: Attempt, article: Article, files: Mapping[str, PictureFile], answer: Answer
    ) -> Outcome:
        """Take over what the channel says is the same article, if it is ours: it came late, after a lost answer."""
        value = next(
            (error.get("value") for error in errors_of(answer) if error["code"] == "DUPLICATE_ARTICLE_FOUND"), None
        )
        found = await self._read(str(value)) if value else {}
        if identifier_of(found) != apple_news_identifier(attempt.sending.article_id):
            raise AttemptOverError(self._requests.refusal(answer))
        taken = await self._update(found, article, files)
        if taken is None:
            raise AttemptOverError(self._requests.refusal(answer))
        return taken

    async def _update(
        self, known: Mapping[str, Any], article: Article, files: Mapping[str, PictureFile]
    ) -> Outcome | None:
        """Replace an article; None where it is not there any more. Another's change in between is read and replaced."""
        id_, revision = str(known["id"]), known.get("revision")
        for _ in range(_TRIES_OF_UPDATE):
            body, media_type = multipart(self._parts(article, files, revision))
            answer = await self._requests.send(
                "POST", self._article_url(id_), body=body, media_type=media_type, expected={400, 409, *_NOT_THERE}
            )
            if answer.status in _NOT_THERE:
                return None
            if answer.status == 202:
                return _OPTIMISED
            if answer.status < 300:
                return _accepted(answer, data_of(answer), body)
            if not is_stale(answer):
                break
            revision = (await self._read(id_)).get("revision")
        raise AttemptOverError(self._requests.refusal(answer))

    async def _withdraw(self, attempt: Attempt) -> Outcome:
        known = await self._known(attempt)
        if not known.get("id"):
            return Accepted(remote={"withdrawn": True})
        url = self._article_url(str(known["id"]))
        answer = await self._requests.send("DELETE", url, expected=_NOT_THERE)
        return Accepted(status=answer.status, remote={"withdrawn": True})

    def _parts(self, article: Article, files: Mapping[str, PictureFile], revision: object) -> list[Part]:
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

    def _metadata(self, article: Article, revision: object) -> dict[str, Any]:
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


def _accepted(answer: Answer, found: Mapping[str, Any], body: bytes) -> Outcome:
    if not found.get("id"):
        raise AttemptOverError(Refused("Apple News took it and did not say under what id", status=answer.status))
    digest = hashlib.sha256(body).hexdigest()
    remote = {"id": found["id"], "revision": found.get("revision")}
    return Accepted(url=share_url(found), remote=remote, status=answer.status, payload_digest=digest)


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
