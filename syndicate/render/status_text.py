"""An article as a short public message with its link, within the characters that there are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Formatter

from syndicate.model.article import Article
from syndicate.model.text import shortened
from syndicate.render.body import summary_of

FIELDS = ("title", "summary", "url", "source", "kicker", "byline", "correction", "hashtags")
# What has to give way first where there is not enough room.
_SHORTENED = ("summary", "correction", "byline", "source", "kicker", "hashtags", "title")
# A name after it would be told of the message.
_MENTION = re.compile(r"@(?=[\w-])")
_WORDS = re.compile(r"\w+")


def check_template(template: str) -> str:
    """Return a template such as `{title} {url}`; ValueError says what is wrong with it."""
    try:
        parts = [part[1:] for part in Formatter().parse(template) if part[1] is not None]
    except ValueError as error:
        raise ValueError(f"is no template: {error}") from error
    if wrong := [str(name) for name, spec, conversion in parts if name not in FIELDS or spec or conversion]:
        raise ValueError(f"{{{wrong[0]}}} is unknown; there are {', '.join(f'{{{name}}}' for name in FIELDS)}")
    # By its link a message is found again.
    if [name for name, _, _ in parts].count("url") != 1:
        raise ValueError("must hold {url} once")
    return template


def status_text(
    article: Article, template: str, *, url: str, hashtags: int, characters: int, address_characters: int
) -> str:
    """Fill the template within `characters`; an address counts as `address_characters`, however long it is.

    What is too long is shortened, the summary first; lines that say nothing go.
    """
    values = _values(article, hashtags)
    for name in _SHORTENED:
        excess = _length(_filled(template, values, "x" * address_characters), address_characters) - characters
        if excess <= 0:
            break
        values[name] = shortened(values[name], max(0, len(values[name]) - excess))
    return _filled(template, values, url)


def _values(article: Article, hashtags: int) -> dict[str, str]:
    note = article.corrections[-1].note if article.corrections else ""
    values = {
        "title": article.title,
        "summary": summary_of(article),
        "source": article.source.name if article.source else "",
        "kicker": article.kicker or "",
        "byline": article.byline or "",
        "correction": f"Correction: {note}" if note else "",
    }
    plain = {name: _MENTION.sub("@\u200b", " ".join(text.split())) for name, text in values.items()}
    return plain | {"hashtags": " ".join(_hashtags(article)[:hashtags])}


def _hashtags(article: Article) -> list[str]:
    """Write keywords as hashtags, their words run together."""
    words = [_WORDS.findall(keyword) for keyword in article.keywords]
    tags = ["#" + "".join(word[:1].upper() + word[1:] for word in found) for found in words if found]
    # A number alone is no hashtag.
    return list(dict.fromkeys(tag for tag in tags if not tag[1:].isdigit()))


def _filled(template: str, values: Mapping[str, str], url: str) -> str:
    text = template.format(**values, url=url)
    lines = (" ".join(line.split()) for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _length(text: str, address_characters: int) -> int:
    """Count the most that a server may: where an address in our words ends is for the server to say."""
    return len(text) + address_characters * text.count("://")
