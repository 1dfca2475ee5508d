"""Articles and feeds for the benchmarks: as long and as illustrated as a newspaper's, the same on every run."""

from __future__ import annotations

import json
import random
from typing import Any
from urllib.parse import quote

CATEGORIES = tuple(f"Section {number}" for number in range(20))
KEYWORDS = tuple(f"keyword {number}" for number in range(40))
TOPICS = tuple(f"topic{number:02}" for number in range(50))
_WORDS = (  # noqa: SIM905  # read more easily as text
    "the harbour council said that a new plan for boats and bridges would cost more than last year but open early "
    "while people from both towns waited to hear when work on the old pier begins after winter storms had closed it"
).split()
_EPOCH = "2026-01-{day:02}T{hour:02}:{minute:02}:00+00:00"


def record(number: int) -> dict[str, Any]:
    """Return article `number`: some 600 words, three captioned pictures, two related stories."""
    chance = random.Random(number)  # noqa: S311  # the same articles every time, no secrets
    minutes = number % 40_000
    at = _EPOCH.format(day=1 + minutes // 1440, hour=minutes // 60 % 24, minute=minutes % 60)
    return {
        "id": f"tag:measure.example,2026:{number}",
        "title": f"Story {number}: {_sentence(chance, 7)}",
        "summary": _sentence(chance, 25),
        "body_html": "".join(f"<p>{_paragraph(chance)}</p>" for _ in range(12)),
        "byline": "By Ann Writer and Bo Reporter",
        "authors": [{"name": "Ann Writer"}, {"name": "Bo Reporter"}],
        "published_at": at,
        "updated_at": at,
        "language": "en-GB",
        "categories": chance.sample(CATEGORIES, 2),
        "keywords": chance.sample(KEYWORDS, 3),
        "images": [_image(chance, number, place) for place in range(3)],
        "related": [{"title": _sentence(chance, 6), "url": f"https://measure.example/{number}/{n}"} for n in range(2)],
    }


def document(number: int) -> bytes:
    """Return article `number` as the body of a PUT."""
    return json.dumps(record(number)).encode()


def quoted_id(number: int) -> str:
    """Return the id of article `number` as a path holds it."""
    return quote(f"tag:measure.example,2026:{number}", safe="")


def feed_files(count: int) -> dict[str, str]:
    """Return feed files by slug: by section, by keyword, by sections without a keyword, by a word of the text."""
    return {f"feed-{number:03}": f'title = "Feed {number}"\n[select]\n{_select(number)}' for number in range(count)}


def _select(number: int) -> str:
    kind, turn = number % 4, number // 4
    section, keyword = CATEGORIES[turn % len(CATEGORIES)], KEYWORDS[turn % len(KEYWORDS)]
    if kind == 0:
        return f'categories = ["{section}"]\n'
    if kind == 1:
        return f'keywords = ["{keyword}"]\n'
    if kind == 2:
        other = CATEGORIES[(turn + 7) % len(CATEGORIES)]
        return f'categories = ["{section}", "{other}"]\nexclude_keywords = ["{keyword}"]\n'
    return f'text = ["{TOPICS[turn % len(TOPICS)]}"]\n'


def _image(chance: random.Random, number: int, place: int) -> dict[str, Any]:
    return {
        "url": f"https://pictures.measure.example/{number}/{place}.jpg",
        "caption": _sentence(chance, 14),
        "credit": "Cy Photographer",
        "alt": _sentence(chance, 8),
        "type": "image/jpeg",
        "width": 1200,
        "height": 800,
        "length": 150_000 + number,
    }


def _paragraph(chance: random.Random) -> str:
    topic = chance.choice(TOPICS) if chance.random() < 0.5 else "weather"
    return " ".join((_sentence(chance, 24), f"More of {topic}.", _sentence(chance, 22)))


def _sentence(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(_WORDS, k=words)).capitalize() + "."
