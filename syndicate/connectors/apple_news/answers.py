"""What the Apple News API answers: articles, pages of them, and why it refused."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from typing import Any

from syndicate.connectors.attempt import read_object
from syndicate.connectors.contract import Refused
from syndicate.model.addresses import normalise_web_url
from syndicate.model.text import strip_forbidden
from syndicate.net.exchange import Answer


def share_url(found: Mapping[str, Any]) -> str | None:
    try:
        return normalise_web_url(str(found.get("shareUrl") or ""))
    except ValueError:
        return None


def data_of(answer: Answer) -> dict[str, Any]:
    data = read_object(answer).get("data")
    return data if isinstance(data, dict) else {}


def objects_of(value: object) -> Iterator[dict[str, Any]]:
    yield from (each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()


def next_page(page: Mapping[str, Any], *, within: str) -> str | None:
    """Return the address of the page after this one, where it is of the same API."""
    links = page.get("links")
    following = links.get("next") if isinstance(links, dict) else None
    return following if isinstance(following, str) and following.startswith(f"{within}/") else None


def identifier_of(article: Mapping[str, Any]) -> object:
    document = article.get("document")
    try:
        read = json.loads(document) if isinstance(document, str) else document
    except (ValueError, RecursionError):
        return None
    return read.get("identifier") if isinstance(read, dict) else None


def errors_of(answer: Answer) -> list[dict[str, Any]]:
    return [error for error in objects_of(read_object(answer).get("errors")) if isinstance(error.get("code"), str)]


def is_stale(answer: Answer) -> bool:
    return answer.status == 409 or any(error["code"] == "WRONG_REVISION" for error in errors_of(answer))


def explained(refused: Refused, answer: Answer) -> Refused:
    """Add Apple's codes to the reason, with the path of what they are about."""
    told = [" ".join([error["code"], *_path(error)]) for error in errors_of(answer)]
    reason = f"{refused.reason}: {strip_forbidden(', '.join(told))[:500]}" if told else refused.reason
    return dataclasses.replace(refused, reason=reason)


def _path(error: Mapping[str, Any]) -> list[str]:
    path = error.get("keyPath")
    return [str(step) for step in path] if isinstance(path, list) else []
