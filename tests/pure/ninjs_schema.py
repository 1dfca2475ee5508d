"""The ninjs schemas as strict models, from their published lists of members: no other key may stand anywhere."""

from __future__ import annotations

from types import GenericAlias
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, create_model
from pydantic.alias_generators import to_camel

Number = Annotated[int, Field(strict=True)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)


class Text(Strict):
    role: str | None = None
    content_type: str | None = None
    value: str


class Body(Text):
    char_count: Number | None = None
    word_count: Number | None = None


class Concept(Strict):
    name: str | None = None
    rel: str | None = None
    uri: str | None = None
    literal: str | None = None


class InfoSource(Strict):
    name: str | None = None
    role: str | None = None
    uri: str | None = None
    literal: str | None = None


class Genre(Strict):
    name: str | None = None
    uri: str | None = None
    literal: str | None = None


class Point(Strict):
    x: Number
    y: Number


class Rendition(Strict):
    name: str
    href: str | None = None
    content_type: str | None = None
    title: str | None = None
    width: Number | None = None
    height: Number | None = None
    size_in_bytes: Number | None = None
    duration: float | None = None
    poi: Point | None = None


class Standard(Strict):
    name: str
    version: str
    schema_: Annotated[str, Field(alias="schema")]


class LinkedRights(Strict):
    linked_rights: str


class Item(Strict):
    uri: str
    type: Literal["text", "audio", "video", "picture", "graphic", "composite", "component"] | None = None
    representation_type: Literal["full", "partial"] | None = None
    version: Annotated[str, Field(pattern=r"^[1-9][0-9]*$")] | None = None
    first_created: AwareDatetime | None = None
    version_created: AwareDatetime | None = None
    content_created: AwareDatetime | None = None
    embargoed_until: AwareDatetime | None = None
    pub_status: Literal["usable", "withheld", "canceled"] | None = None
    urgency: Annotated[int, Field(strict=True, ge=1, le=9)] | None = None
    copyright_holder: str | None = None
    copyright_notice: str | None = None
    usage_terms: str | None = None
    ed_note: str | None = None
    language: str | None = None
    title: str | None = None
    by: str | None = None
    slugline: str | None = None
    located: str | None = None
    expires: AwareDatetime | None = None
    headlines: list[Text] = []
    descriptions: list[Text] = []
    bodies: list[Body] = []
    subjects: list[Concept] = []
    genres: list[Genre] = []
    info_sources: list[InfoSource] = []
    renditions: list[Rendition] = []
    rights_info: LinkedRights | None = None


class Association(Item):
    name: str
    rel: str | None = None


class Document(Item):
    standard: Standard
    associations: list[Association] = []


# What 2.1 calls otherwise than in lower case, and what it does not know.
_RENAMED = {"embargoedUntil": "embargoed"}
_UNKNOWN = {Rendition: {"poi"}, Association: {"rel"}}


def _lower(model: type[BaseModel]) -> type[BaseModel]:
    """Return a model of 3.1 as 2.1 has it."""
    fields: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if name in _UNKNOWN.get(model, set()):
            continue
        alias = str(field.alias)
        lowered = Field(alias=_RENAMED.get(alias, alias.lower()), default=... if field.is_required() else field.default)
        fields[name] = (_lowered(field.annotation), lowered)
    return create_model(f"{model.__name__}2", __config__=ConfigDict(extra="forbid"), **fields)


def _lowered(annotation: Any) -> Any:
    """Replace the models within an annotation by those of 2.1."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _lower(annotation)
    arguments: tuple[Any, ...] = getattr(annotation, "__args__", ())
    if not any(isinstance(each, type) and issubclass(each, BaseModel) for each in arguments):
        return annotation
    if getattr(annotation, "__origin__", None) is list:
        return GenericAlias(list, (_lowered(arguments[0]),))
    return _lowered(arguments[0]) | None


SCHEMAS: dict[str, type[BaseModel]] = {"ninjs": Document, "ninjs-2.1": _lower(Document)}
