"""The article: the one shape that the API accepts, the store keeps, renderers read and partners get."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from syndicate.model.addresses import Uri, WebUrl
from syndicate.model.instants import Instant
from syndicate.model.text import Line, Markup, RequiredLine, Text

MAX_IMAGES = 500
# A dot-atom (RFC 5322 section 3.4.1): nothing that would end the address in `addr (Name)`.
EMAIL = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,250}$"
# Set by the service, ignored on writing, so that what was read can be written back.
SERVICE_KEYS = frozenset({"revision", "status", "slug", "seq", "corrections", "provenance", "outcome", "notices"})


class Part(BaseModel):
    """What every part of a record has in common: frozen, strict about types and about keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class Status(StrEnum):
    SCHEDULED = "scheduled"
    HELD = "held"
    PUBLISHED = "published"
    EXPIRED = "expired"
    RETRACTED = "retracted"


class Audience(StrEnum):
    PUBLIC = "public"
    PARTNERS = "partners"


class Rights(Part):
    """Who may use an article or a picture, where and for how long."""

    copyright: Line | None = None
    licence: Line | None = None
    licence_url: WebUrl | None = None
    usage_terms: Text | None = None
    territories: Annotated[tuple[Line, ...], Field(strict=False)] | None = None
    expires_at: Instant | None = None
    allow_partners: Annotated[tuple[Line, ...], Field(strict=False)] | None = None
    deny_partners: Annotated[tuple[Line, ...], Field(strict=False)] | None = None


# A place along a side of a picture, from 0 to 1.
Share = Annotated[float, Field(ge=0, le=1, strict=False)]


class Image(Part):
    """A picture of an article; the first of a record is its lead picture. Sizes in pixels, `length` in bytes."""

    url: WebUrl
    caption: Text | None = None
    credit: Line | None = None
    alt: Text | None = None
    type: Annotated[str, Field(pattern=r"^image/[a-z0-9.+-]{1,40}$")] | None = None
    width: Annotated[int, Field(ge=1, le=100_000)] | None = None
    height: Annotated[int, Field(ge=1, le=100_000)] | None = None
    length: Annotated[int, Field(ge=1, le=2**40)] | None = None
    focal_point: Annotated[tuple[Share, Share], Field(strict=False)] | None = None
    rights: Rights | None = None


class Attachment(Part):
    """Audio, video or a document that belongs to an article; `length` in bytes, `duration` in seconds."""

    url: WebUrl
    type: Annotated[str, Field(pattern=r"^[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,80}$")]
    length: Annotated[int, Field(ge=0, le=2**50)] | None = None
    title: Line | None = None
    duration: Annotated[float, Field(ge=0, le=10**7, strict=False)] | None = None


class Author(Part):
    name: RequiredLine
    email: Annotated[str, Field(pattern=EMAIL)] | None = None
    url: WebUrl | None = None
    organisation: Line | None = None


class Category(Part):
    """A subject; `scheme` names the taxonomy that `term` is of, `label` is what people read."""

    term: RequiredLine
    scheme: Uri | None = None
    label: Line | None = None


class Source(Part):
    """Where an article was first published: a copy shows "Posted on: NAME"."""

    name: RequiredLine
    url: WebUrl
    feed_url: WebUrl | None = None
    article_url: WebUrl | None = None


class Related(Part):
    """A story readers are shown beside this one ("Check also")."""

    title: RequiredLine
    url: WebUrl
    summary: Text | None = None
    image: Image | None = None


class Comments(Part):
    url: WebUrl
    count: Annotated[int, Field(ge=0, le=10**9)] | None = None
    feed_url: WebUrl | None = None


class Correction(Part):
    """A public note of what was wrong, and when it was published."""

    note: Text
    at: Instant


def _category(value: object) -> object:
    return {"term": value} if isinstance(value, str) else value


def _list(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


class Article(Part):
    """One news story. Required on the way in: `title`. Text is plain, `body_html` is sanitised HTML.

    Keys from `revision` on are set by the service. `model_dump(mode="json", exclude_none=True)` is the wire form.
    """

    schema_: Annotated[Literal[1], Field(alias="schema")] = 1
    id: Uri | None = None
    url: WebUrl | None = None
    title: RequiredLine
    short_title: Line | None = None
    kicker: Line | None = None
    dateline: Line | None = None
    genre: Line | None = None
    urgency: Annotated[int, Field(ge=1, le=8)] | None = None
    editor_note: Text | None = None
    summary: Text | None = None
    body_html: Markup | None = None
    byline: Line | None = None
    authors: Annotated[tuple[Author, ...], BeforeValidator(_list), Field(max_length=100)] = ()
    published_at: Instant | None = None
    updated_at: Instant | None = None
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,8}$")] | None = None
    categories: Annotated[
        tuple[Annotated[Category, BeforeValidator(_category)], ...], BeforeValidator(_list), Field(max_length=200)
    ] = ()
    keywords: Annotated[tuple[RequiredLine, ...], BeforeValidator(_list), Field(max_length=500)] = ()
    images: Annotated[tuple[Image, ...], BeforeValidator(_list), Field(max_length=MAX_IMAGES)] = ()
    attachments: Annotated[tuple[Attachment, ...], BeforeValidator(_list), Field(max_length=200)] = ()
    source: Source | None = None
    related: Annotated[tuple[Related, ...], BeforeValidator(_list), Field(max_length=100)] = ()
    comments: Comments | None = None
    rights: Rights | None = None
    audience: Annotated[Audience, Field(strict=False)] = Audience.PUBLIC
    embargo_until: Instant | None = None
    expires_at: Instant | None = None
    correction: Text | None = None
    extensions: dict[str, Any] | None = None

    revision: int | None = None
    status: Annotated[Status, Field(strict=False)] | None = None
    slug: str | None = None
    seq: int | None = None
    corrections: Annotated[tuple[Correction, ...], BeforeValidator(_list)] = ()
    provenance: Annotated[tuple[Source, ...], BeforeValidator(_list)] = ()

    model_config = ConfigDict(populate_by_name=True)

    @model_validator(mode="after")
    def _pictures_differ(self) -> Self:
        urls = [image.url for image in self.images]
        if len(urls) != len(set(urls)):
            raise ValueError("two images have the same url; list each picture once")
        return self

    @property
    def lead(self) -> Image | None:
        """The lead picture, if there is one."""
        return self.images[0] if self.images else None

    def wire(self) -> dict[str, Any]:
        """Return the JSON form, without empty keys."""
        dumped = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        return {key: value for key, value in dumped.items() if value != []}
