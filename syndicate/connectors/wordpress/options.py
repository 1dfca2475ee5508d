"""How a partner's WordPress is used: what an operator may say about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from syndicate.model.addresses import WebUrl
from syndicate.model.durations import Duration
from syndicate.model.text import RequiredLine

MetaKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,100}$")]


class WordPressOptions(BaseModel):
    """The site, the account that writes there, and the partner's wishes."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: WebUrl = Field(description="The site's address as readers see it; where its API is, is found there.")
    user: RequiredLine = Field(description="The account that owns the posts; its application password is `password`.")
    status: Literal["publish", "pending", "draft"] = Field(
        "publish", description="What becomes of a new post: published, put before the partner's editors, or a draft."
    )
    retraction: Literal["trash", "draft"] = Field(
        "trash", description="What becomes of the post of a withdrawn article; either way readers lose it at once."
    )
    retracted_pictures: Literal["keep", "delete"] = Field(
        "keep", description="Whether the pictures of a withdrawn article stay in the library, for when it comes back."
    )
    author: Literal["account", "match"] = Field(
        "account", description="`match` names the user called like the article's first author; else it is the account."
    )
    terms: Literal["make", "match", "none"] = Field(
        "make", description="Categories and tags: made where they are missing, only those that are there, or none."
    )
    category: RequiredLine | None = Field(None, description="A category that every post gets, by its name.")
    comments: Literal["site", "open", "closed"] = Field(
        "site", description="Whether new posts take comments; `site` leaves it to the site's own setting."
    )
    canonical_meta: tuple[MetaKey, ...] = Field(
        (),
        max_length=10,
        description="Meta keys that get the original's address, such as _yoast_wpseo_canonical, where registered.",
    )
    timeout: Annotated[Duration, Field(ge=timedelta(seconds=1), le=timedelta(minutes=4))] = Field(
        timedelta(seconds=60), description="How long one request may take; a picture with its sizes takes a while."
    )
