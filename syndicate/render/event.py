"""What a webhook partner gets: the event's body, and the record as it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic_core import to_json

from syndicate.model.article import Article, Image, Rights, Source, Status
from syndicate.model.declarations import Publisher
from syndicate.model.delivery import EventType
from syndicate.model.instants import rfc3339
from syndicate.model.journal import Cause, Kind

# What makes a record more than a text to pass on: an object, which rights, another source and keys of one's own are;
# an end; a chain that it came through.
_OBJECT, _END, _CHAIN = '":{', '"expires_at":', '"provenance":'


def event_body(  # noqa: PLR0913  # one argument for each member of the body, by name
    *,
    type: EventType,  # noqa: A002  # the member's name in Standard Webhooks
    at: datetime,
    record: bytes | None,
    article_id: str | None,
    url: str | None,
    revision: int | None,
    seq: int | None,
    cause: Cause | None,
    public_note: str | None,
) -> bytes:
    """Write the body of a delivery as compact UTF-8 JSON; every member stands, null where there is no value.

    `record` is the outgoing record as JSON, None for a retraction, of which nothing but `public_note` leaves.
    """
    data = _data(article_id, url, revision, seq, cause, public_note)
    event = to_json({"type": type, "timestamp": rfc3339(at), "data": data})
    # The record is JSON already, and by far the longest part: it is set into the open end of `data`.
    return b'%b,"article":%b}}' % (event.removesuffix(b"}}"), record or b"null")


def change_item(  # noqa: PLR0913  # as `event_body`
    *,
    kind: Kind,
    at: datetime,
    record: bytes | None,
    article_id: str,
    url: str,
    revision: int,
    seq: int,
    cause: Cause | None,
    public_note: str | None,
) -> bytes:
    """Write one item of a list of changes: the `data` of an event, with its kind and time."""
    data = _data(article_id, url, revision, seq, cause, public_note) | {"kind": kind, "at": rfc3339(at)}
    return b'%b,"article":%b}' % (to_json(data).removesuffix(b"}"), record or b"null")


def _data(  # as `event_body`
    article_id: str | None,
    url: str | None,
    revision: int | None,
    seq: int | None,
    cause: Cause | None,
    public_note: str | None,
) -> dict[str, Any]:
    return {
        "schema": 1,
        "id": article_id,
        "url": url,
        "revision": revision,
        "seq": seq,
        "cause": cause,
        "public_note": public_note,
    }


def outgoing(article: Article, publisher: Publisher) -> Article:
    """Return the record as it leaves: with `source` and an absolute `url`, ours where it names none.

    No partner learns from it who else may have the article or its pictures.
    """
    source = article.source or Source(name=publisher.title, url=f"{publisher.root}/")
    url = article.url or f"{publisher.root}/articles/{article.slug}"
    images = tuple(_outgoing_image(image) for image in article.images)
    related = tuple(
        each.model_copy(update={"image": _outgoing_image(each.image)}) if each.image else each
        for each in article.related
    )
    rights = _outgoing_rights(article.rights)
    changes = {"source": source, "url": url, "images": images, "related": related, "rights": rights}
    return article.model_copy(update=changes)


def provenance_of(record: Mapping[str, Any], publisher: Publisher) -> list[Mapping[str, Any]]:
    """Return the chain of sources through which an outgoing record came, the sender last."""
    ours = {"name": publisher.title, "url": f"{publisher.root}/"}
    chain = list(record.get("provenance") or [record["source"]])
    return chain if chain[-1]["name"] == ours["name"] else [*chain, ours]


def is_plain(kept: str) -> bool:
    """Tell from the text the store keeps that a record is our own and without rights, so that `outgoing_text` fits it.

    Nothing is read: a key stands between quotes, and quotes within a string are escaped, so that the search for a key
    may find too much and never too little.
    """
    return not (_OBJECT in kept or _END in kept or _CHAIN in kept)


def outgoing_text(kept: str, publisher: Publisher, *, slug: str, url: str | None, seq: int) -> bytes:
    """Return as JSON how a plain record leaves, from the text the store keeps."""
    ours = {"name": publisher.title, "url": f"{publisher.root}/"}
    named = {"source": ours, "provenance": [ours], "status": Status.PUBLISHED, "seq": seq}
    if url is None:
        named["url"] = f"{publisher.root}/articles/{slug}"
    return f"{kept[:-1]},".encode() + to_json(named)[1:]


def outgoing_plain(record: Mapping[str, Any], publisher: Publisher, *, slug: str) -> dict[str, Any]:
    """Do what `outgoing` does, for a record without rights in the JSON form that the store keeps."""
    named = {
        "source": {"name": publisher.title, "url": f"{publisher.root}/"},
        "url": f"{publisher.root}/articles/{slug}",
    }
    return named | {key: value for key, value in record.items() if value != []}


def _outgoing_image(image: Image) -> Image:
    return image if image.rights is None else image.model_copy(update={"rights": _outgoing_rights(image.rights)})


def _outgoing_rights(rights: Rights | None) -> Rights | None:
    if rights is None:
        return None
    left = rights.model_copy(update={"allow_partners": None, "deny_partners": None})
    return None if left == Rights() else left
