"""Articles as statuses of a Mastodon account: title, summary, link and pictures."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any, Literal
from urllib.parse import quote

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from syndicate.connectors.attempt import Attempt, AttemptOverError, Requests, id_of, read_object
from syndicate.connectors.contract import Accepted, Outcome, Preview, Refused, Sending
from syndicate.connectors.mastodon.answers import Limits, address_of, explained, limits_of, statuses_of
from syndicate.connectors.mastodon.media import Media, described_all
from syndicate.connectors.means import ConnectorKind, Setting
from syndicate.model.addresses import WebUrl
from syndicate.model.article import Article
from syndicate.model.declarations import Terms
from syndicate.model.text import Line
from syndicate.net.exchange import Answer
from syndicate.policy.addresses import redact_url
from syndicate.render.partner_html import decorated
from syndicate.render.status_text import check_template, status_text

_NOT_THERE = frozenset({404, 410})
_UNPROCESSABLE = 422
# Limits hardly ever change.
_LIMITS_FOR = timedelta(hours=1)
# Around the moment an answer was lost, as their clock may go otherwise than ours.
_EARLIER = timedelta(minutes=10)
_PAGE, _MOST_PAGES = 40, 5


class MastodonOptions(BaseModel):
    """The account's server, and how an article reads there; `token` is the account's access token."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: WebUrl = Field(description="The server, such as https://social.example.")
    text: Annotated[str, AfterValidator(check_template)] = Field(
        "{title}\n\n{summary}\n\n{correction}\n\n{url}\n\n{hashtags}",
        description="What a status says; {url} once. Also {kicker}, {byline}, {source}.",
    )
    visibility: Literal["public", "unlisted", "private"] = Field("public", description="Who sees it.")
    hashtags: int = Field(0, ge=0, le=20, description="How many keywords become hashtags at most.")
    pictures: int = Field(4, ge=0, le=16, description="How many pictures are attached at most.")
    sensitive: Terms = Field((), description="Categories whose pictures are hidden until they are asked for.")
    warnings: dict[str, Line] = Field({}, description="Content warnings by category; the text hides behind them.")


class Mastodon:
    """Post, edit and delete statuses of one account; each is found again by its link."""

    bounded = False
    gathers = False

    def __init__(self, options: MastodonOptions, token: str, setting: Setting) -> None:
        self._options = options
        self._api = f"{options.url.rstrip('/')}/api"
        self._setting = setting
        self._clock = setting.means.clock
        self._requests = Requests(
            setting.means.client,
            self._clock,
            lambda method, url, media_type, body: {"Authorization": f"Bearer {token}"},
            explain=lambda refused, answer: explained(refused, answer, now=self._clock()),
        )
        self._media = Media(self._api, self._requests, setting.means.pictures)
        self._limits: tuple[datetime, Limits] | None = None

    async def send(self, sending: Sending) -> Outcome:
        attempt = Attempt(sending)
        try:
            return await (self._withdraw(attempt) if sending.article is None else self._bring(attempt, sending.article))
        except AttemptOverError as over:
            return attempt.ended(over.outcome)

    async def test(self, *, delivery_id: str, at: datetime) -> Outcome:
        """Ask whose token it is."""
        try:
            answer = await self._requests.send("GET", f"{self._api}/v1/accounts/verify_credentials")
        except AttemptOverError as over:
            return over.outcome
        return Accepted(status=answer.status)

    def preview(self, sending: Sending) -> Preview:
        known = sending.remote.get("id")
        address = redact_url(self._status_url(str(known)) if known else f"{self._api}/v1/statuses")
        if sending.article is None:
            return Preview("DELETE", address, {}, b"")
        limits = self._limits[1] if self._limits else Limits()
        status = self._status(sending.article, limits) | ({} if known else {"visibility": self._options.visibility})
        body = json.dumps(status, ensure_ascii=False).encode()
        return Preview("PUT" if known else "POST", address, {"Content-Type": "application/json"}, body)

    async def aclose(self) -> None:
        """Hold nothing open: the client is shared."""

    async def _bring(self, attempt: Attempt, article: Article) -> Outcome:
        limits = await self._server_limits()
        status, shown = self._status(article, limits), self._with_pictures(article, limits)
        if id_ := await self._known(attempt):
            media = await self._media.bring(attempt, shown.images, limits)
            if edited := await self._edit(attempt, id_, status, media, described_all(shown.images, media, limits)):
                return edited
            # What was attached to a status went with it.
            await attempt.intend(id=None, media=None)
        media = await self._media.bring(attempt, shown.images, limits)
        return await self._post(attempt, status, media, self._link(article))

    def _with_pictures(self, article: Article, limits: Limits) -> Article:
        """Return the article with the pictures that are shown; a status can link to none that is elsewhere."""
        copied = self._setting.partner.profile.pictures == "copy"
        count = min(self._options.pictures, limits.pictures) if copied else 0
        return article.model_copy(update={"images": article.images[:count]})

    async def _server_limits(self) -> Limits:
        if self._limits is None or self._clock() - self._limits[0] > _LIMITS_FOR:
            # Servers that speak the same protocol need not know this address.
            answer = await self._requests.send("GET", f"{self._api}/v2/instance", expected=_NOT_THERE)
            self._limits = self._clock(), limits_of(read_object(answer))
        return self._limits[1]

    def _link(self, article: Article) -> str:
        return decorated(article.url or "", self._setting.partner.profile, self._setting.publisher, article=article)

    def _status(self, article: Article, limits: Limits) -> dict[str, Any]:
        warning = self._warning(article)
        text = status_text(
            article,
            self._options.text,
            url=self._link(article),
            hashtags=self._options.hashtags,
            characters=limits.characters - len(warning),
            address_characters=limits.address_characters,
        )
        language = (article.language or self._setting.publisher.language).split("-")[0].lower()
        sensitive = bool(warning) or bool(_names(article) & {term.casefold() for term in self._options.sensitive})
        return {"status": text, "spoiler_text": warning, "sensitive": sensitive, "language": language}

    def _warning(self, article: Article) -> str:
        names = _names(article)
        return next((text for name, text in self._options.warnings.items() if name.casefold() in names), "")

    async def _known(self, attempt: Attempt) -> str:
        """Return the id of the status there; nothing where there is none."""
        begun_at = _begun_at(attempt)
        if attempt.remote.get("id") or begun_at is None:
            return str(attempt.remote.get("id") or "")
        return await self._search(str(attempt.remote.get("link")), begun_at - _EARLIER)

    async def _search(self, link: str, since: datetime) -> str:
        """Look for our link among the account's statuses: an Idempotency-Key is remembered for an hour only."""
        account = read_object(await self._requests.send("GET", f"{self._api}/v1/accounts/verify_credentials"))
        whose = quote(id_of(account.get("id")) or "", safe="")
        newest = f"{self._api}/v1/accounts/{whose}/statuses?exclude_reblogs=true&limit={_PAGE}"
        url = newest
        for _ in range(_MOST_PAGES):
            page = await self._requests.read(url, partial(statuses_of, link=link), accept="application/json")
            recent = [status for status in page if status.at is not None and status.at >= since]
            if ours := next((status for status in recent if status.is_ours), None):
                return ours.id
            # Newest first: what is older than the lost answer is not it.
            if not page or len(recent) < len(page):
                return ""
            url = f"{newest}&max_id={quote(page[-1].id)}"
        raise AttemptOverError(Refused("the account posts too much to tell whether this was posted"))

    async def _post(self, attempt: Attempt, status: Mapping[str, Any], media: Mapping[str, str], link: str) -> Outcome:
        begun_at = attempt.remote.get("posting_at") or self._clock().isoformat()
        await attempt.intend(id=None, link=link, posting_at=begun_at, withdrawn=None)
        asked = {**status, "visibility": self._options.visibility, "media_ids": list(media.values())}
        key = {"Idempotency-Key": attempt.sending.delivery_id}
        answer, digest = await self._ask(attempt, "POST", f"{self._api}/v1/statuses", asked, headers=key)
        return _accepted(answer, media, digest)

    async def _edit(
        self,
        attempt: Attempt,
        id_: str,
        status: Mapping[str, Any],
        media: Mapping[str, str],
        attributes: Sequence[Mapping[str, Any]],
    ) -> Outcome | None:
        """Edit a status in place, so that replies and boosts stay; None where it is not there any more."""
        asked = {**status, "media_ids": list(media.values()), "media_attributes": attributes}
        answer, digest = await self._ask(attempt, "PUT", self._status_url(id_), asked, expected=_NOT_THERE)
        return None if answer.status in _NOT_THERE else _accepted(answer, media, digest)

    async def _withdraw(self, attempt: Attempt) -> Outcome:
        id_ = await self._known(attempt)
        if not id_:
            if begun_at := _begun_at(attempt):
                attempt.give_it_time(begun_at, now=self._clock())
            return Accepted(remote={"withdrawn": True})
        answer = await self._requests.send("DELETE", f"{self._status_url(id_)}?delete_media=true", expected=_NOT_THERE)
        return Accepted(status=answer.status, remote={"withdrawn": True})

    async def _ask(
        self,
        attempt: Attempt,
        method: str,
        url: str,
        value: Mapping[str, Any],
        *,
        headers: Mapping[str, str] | None = None,
        expected: frozenset[int] = frozenset(),
    ) -> tuple[Answer, str]:
        body = json.dumps(value, ensure_ascii=False).encode()
        answer = await self._requests.send(
            method, url, body=body, media_type="application/json", headers=headers, expected={*expected, _UNPROCESSABLE}
        )
        if answer.status == _UNPROCESSABLE:
            # It may be for a picture that was uploaded and is gone since: the next attempt uploads all anew.
            await attempt.intend(media=None)
            raise AttemptOverError(self._requests.refusal(answer))
        return answer, hashlib.sha256(body).hexdigest()

    def _status_url(self, id_: str) -> str:
        return f"{self._api}/v1/statuses/{quote(id_, safe='')}"


def _begun_at(attempt: Attempt) -> datetime | None:
    """Return when a status was begun to be posted that nobody acknowledged."""
    begun_at = attempt.remote.get("posting_at")
    return datetime.fromisoformat(begun_at) if begun_at else None


def _names(article: Article) -> set[str]:
    return {name.casefold() for category in article.categories for name in (category.term, category.label) if name}


def _accepted(answer: Answer, media: Mapping[str, str], digest: str) -> Outcome:
    status = read_object(answer)
    id_ = id_of(status.get("id"))
    if id_ is None:
        raise AttemptOverError(Refused("the server took it and did not say under what id", status=answer.status))
    remote = {"id": id_, "media": {url: {"id": each, "attached": True} for url, each in media.items()}}
    return Accepted(url=address_of(status), remote=remote, status=answer.status, payload_digest=digest)


def _make(options: MastodonOptions, setting: Setting) -> Mastodon:
    return Mastodon(options, setting.secret("token") or "", setting)


KIND = ConnectorKind("mastodon", MastodonOptions, (frozenset({"token"}),), _make)
