"""What a Mastodon server answers: its limits, statuses with their links, and why it refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syndicate.connectors.attempt import id_of, read_json, read_object
from syndicate.connectors.contract import Refused
from syndicate.model.addresses import normalise_web_url
from syndicate.model.text import strip_forbidden
from syndicate.net.exchange import Answer
from syndicate.net.headers import LONGEST_WAIT
from syndicate.render.markup import parse_fragment


@dataclass(frozen=True)
class Limits:
    """What the server takes; the defaults are Mastodon's."""

    characters: int = 500
    address_characters: int = 23
    pictures: int = 4
    picture_bytes: int = 16 * 1024**2
    description_characters: int = 1_500
    types: frozenset[str] = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})


def limits_of(instance: Mapping[str, Any]) -> Limits:
    """Read the limits of `GET /api/v2/instance`; what it does not say is as usual."""
    configuration = _object(instance.get("configuration"))
    statuses, media = _object(configuration.get("statuses")), _object(configuration.get("media_attachments"))
    usual = Limits()
    types = media.get("supported_mime_types")
    return Limits(
        characters=_number(statuses.get("max_characters"), usual.characters),
        address_characters=_number(statuses.get("characters_reserved_per_url"), usual.address_characters),
        pictures=_number(statuses.get("max_media_attachments"), usual.pictures),
        picture_bytes=_number(media.get("image_size_limit"), usual.picture_bytes),
        description_characters=_number(media.get("description_limit"), usual.description_characters),
        types=frozenset(map(str, types)) if isinstance(types, list) and types else usual.types,
    )


@dataclass(frozen=True)
class Shown:
    """A status of the account; `is_ours` says that it shows the link that was looked for."""

    id: str
    at: datetime | None
    is_ours: bool


def statuses_of(answer: Answer, link: str) -> tuple[Shown, ...]:
    """Return the statuses of an answer, in its order, looking for `link` in each."""
    found = read_json(answer)
    statuses = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    named = ((id_of(each.get("id")), each) for each in statuses)
    return tuple(Shown(id_, created_at(each), shows_link(each, link)) for id_, each in named if id_)


def shows_link(status: Mapping[str, Any], url: str) -> bool:
    """Tell whether a status links to `url`, in its text or in its card."""
    content = status.get("content")
    links = parse_fragment(content).iter("a") if isinstance(content, str) and content.strip() else ()
    addresses = [link.get("href") for link in links] + [_object(status.get("card")).get("url")]
    return _normal(url) in {_normal(address) for address in addresses if isinstance(address, str)}


def created_at(status: Mapping[str, Any]) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(status.get("created_at")))
    except ValueError:
        return None
    return at if at.tzinfo else None


def address_of(status: Mapping[str, Any]) -> str | None:
    """Return the web address of a status."""
    return _normal(str(status.get("url") or ""))


def explained(refused: Refused, answer: Answer, *, now: datetime) -> Refused:
    """Add the server's own words to the reason, and the end of a limit where it names one."""
    told = read_object(answer).get("error")
    reason = f"{refused.reason}: {strip_forbidden(told)[:500]}" if isinstance(told, str) else refused.reason
    wait = refused.retry_after
    if answer.status == 429 and wait is None and (end := _instant(answer.headers.get("X-RateLimit-Reset"))):
        wait = min(max(end - now, end - end), LONGEST_WAIT)
    return dataclasses.replace(refused, reason=reason, retry_after=wait)


def _instant(text: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return at if at.tzinfo else None


def _normal(address: str) -> str | None:
    try:
        return normalise_web_url(address)
    except ValueError:
        return None


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: object, usual: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else usual
