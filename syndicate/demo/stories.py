"""The stories that the stage publishes, each with the mistake in it and its correction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from syndicate.model.article import Article

_FILE = Path(__file__).resolve().parent / "stories.json"
_ID = "tag:harbourdaily.example,2026:stage-"
# For an article that is none of the stage's own: a note, and nothing else, can be put right.
_NOTES = (
    "An earlier version of this story left out a comma. The harbour master noticed.",
    "An earlier version of this story was set in the past tense. It is still going on.",
    "An earlier version of this story thanked the wrong lighthouse.",
)


@dataclass(frozen=True)
class Story:
    """A story with a mistake: `wrong` is to read `right`, and `note` says so to readers."""

    wrong: str
    right: str
    note: str
    record: Mapping[str, Any]


@cache
def stories() -> tuple[Story, ...]:
    """Return the stories in the order in which they are published."""
    return tuple(Story(**story) for story in json.loads(_FILE.read_text("utf-8")))


def story_id(number: int) -> str:
    """Return the id of the `number`th story published on the stage, from 1."""
    return f"{_ID}{number}"


def story_record(number: int, pictures: Mapping[str, str]) -> dict[str, Any]:
    """Return the record of that story, ready to be accepted; after the last one the first is told again.

    `pictures` gives the address of each picture by the name of its file.
    """
    record = dict(_story(number).record)
    images = [{"url": pictures[image["file"]]} | _without_file(image) for image in record["images"]]
    return record | {"id": story_id(number), "images": images}


def corrected(article: Article) -> Article:
    """Put right what is wrong in an article, with a new public note; an article without a mistake gets the note."""
    number = len(article.corrections)
    told = article.id.removeprefix(_ID) if article.id else ""
    if number == 0 and told.isdigit():
        return _mended(article, _story(int(told)))
    note = _NOTES[number % len(_NOTES)]
    # A note that stands already would be no correction.
    again = f" (Correction {number + 1}.)" if number >= len(_NOTES) else ""
    return article.model_copy(update={"correction": note + again})


def _mended(article: Article, story: Story) -> Article:
    texts = {key: getattr(article, key) for key in ("title", "short_title", "summary", "body_html")}
    mended = {key: text.replace(story.wrong, story.right) for key, text in texts.items() if text}
    return article.model_copy(update=mended | {"correction": story.note})


def _story(number: int) -> Story:
    return stories()[(number - 1) % len(stories())]


def _without_file(image: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in image.items() if key != "file"}
