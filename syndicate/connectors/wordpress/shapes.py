"""What WordPress answers, as far as it is read; anything else in its place is no answer of WordPress."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter

# PHP writes an object without keys as a list.
Keys = Annotated[dict[str, Any], BeforeValidator(lambda given: given or {})]


class Shape(BaseModel):
    """A part of an answer; what is not asked for by `_fields` has its default."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Text(Shape):
    """A text as its editors wrote it, and as readers see it."""

    raw: str = ""
    rendered: str = ""


class Post(Shape):
    """A post as it stands there."""

    id: int
    status: str = ""
    link: str | None = None
    slug: str = ""
    featured_media: int = 0
    categories: tuple[int, ...] = ()
    tags: tuple[int, ...] = ()
    content: Text = Text()


class Attachment(Shape):
    """A file of the media library."""

    id: int
    source_url: str = ""


class Named(Shape):
    """A category, a tag or a user. Names are HTML: "Arts &amp; Life"."""

    id: int
    name: str = ""


class Meta(Shape):
    """Metadata of a post."""

    meta: Keys = {}


class Deleted(Shape):
    """What is gone for good."""

    deleted: bool


class Account(Shape):
    """Our own account, and what it may do."""

    capabilities: Keys = {}


POST = TypeAdapter(Post)
POSTS = TypeAdapter(list[Post])
ATTACHMENT = TypeAdapter(Attachment)
ATTACHMENTS = TypeAdapter(list[Attachment])
NAMED = TypeAdapter(Named)
ALL_NAMED = TypeAdapter(list[Named])
META = TypeAdapter(Meta)
DELETED = TypeAdapter(Deleted)
ACCOUNT = TypeAdapter(Account)
