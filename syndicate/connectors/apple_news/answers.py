"""What the Apple News API answers: articles, pages of them, and why it refused."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from syndicate.connectors.attempt import id_of, read_object
from syndicate.connectors.contract import Refused
from syndicate.model.addresses import normalise_web_url
from syndicate.model.text import strip_forbidden
from syndicate.net.exchange import Answer


@dataclass(frozen=True)
class Held:
    """An article of the channel; `identifier` is that of its document, where the answer holds one."""

    id: str
    revision: str | None = None
    url: str | None = None
    identifier: str | None = None
    has_document: bool = False


@dataclass(frozen=True)
class Page:
    """One page of a channel's articles, and where the next one is."""

    articles: tuple[Held, ...]
    following: str | None


def article_of(answer: Answer) -> Held | None:
    """Return the article of an answer; None where it tells of none."""
    return _held(read_object(answer).get("data"))


def page_of(answer: Answer, *, within: str) -> Page:
    """Read a page; the next one counts where it is of the same API."""
    page = read_object(answer)
    found = (_held(each) for each in _objects(page.get("data")))
    links = page.get("links")
    following = _text(links.get("next")) if isinstance(links, dict) else None
    is_within = following is not None and following.startswith(f"{within}/")
    return Page(tuple(each for each in found if each), following if is_within else None)


def duplicate_of(answer: Answer) -> str | None:
    """Return the id of the article that Apple says this one is already."""
    named = (id_of(error.get("value")) for error in _errors(answer) if error["code"] == "DUPLICATE_ARTICLE_FOUND")
    return next((id_ for id_ in named if id_), None)


def is_stale(answer: Answer) -> bool:
    return answer.status == 409 or any(error["code"] == "WRONG_REVISION" for error in _errors(answer))


def explained(refused: Refused, answer: Answer) -> Refused:
    """Add Apple's codes to the reason, with the path of what they are about."""
    told = [" ".join([error["code"], *_path(error)]) for error in _errors(answer)]
    reason = f"{refused.reason}: {strip_forbidden(', '.join(told))[:500]}" if told else refused.reason
    return dataclasses.replace(refused, reason=reason)


def _held(data: object) -> Held | None:
    if not isinstance(data, dict) or not (id_ := id_of(data.get("id"))):
        return None
    document = data.get("document")
    identifier = _identifier(document)
    return Held(id_, id_of(data.get("revision")), _share_url(data), identifier, has_document=bool(document))


def _identifier(document: object) -> str | None:
    try:
        read = json.loads(document) if isinstance(document, str) else document
    except (ValueError, RecursionError):
        return None
    return _text(read.get("identifier")) if isinstance(read, dict) else None


def _share_url(data: Mapping[str, Any]) -> str | None:
    try:
        return normalise_web_url(str(data.get("shareUrl") or ""))
    except ValueError:
        return None


def _errors(answer: Answer) -> list[dict[str, Any]]:
    return [error for error in _objects(read_object(answer).get("errors")) if isinstance(error.get("code"), str)]


def _objects(value: object) -> Iterator[dict[str, Any]]:
    yield from (each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _path(error: Mapping[str, Any]) -> list[str]:
    path = error.get("keyPath")
    return [str(step) for step in path] if isinstance(path, list) else []
