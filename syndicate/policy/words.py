"""Text as words, so that terms, credits and phrases compare by word and not by letter."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from html import unescape

_WORD = re.compile(r"[^\W_]+")
# Scripts that write no spaces between words: a term may begin anywhere in them.
_SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
# Sanitised HTML: attributes stand in double quotes, and text has no bare `<`.
_ATTRIBUTES = r'(?:[^"<>]++|"[^"]*+")*+'
_INLINE = re.compile(
    r"</?(?:a|abbr|b|cite|code|del|dfn|em|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|time|u|var)"
    rf"(?:\s{_ATTRIBUTES})?>",
    re.IGNORECASE,
)
_TAG = re.compile(rf"<{_ATTRIBUTES}>")


def fold(text: str) -> str:
    """Return text for comparing: without case, width and variants of space."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def spaced_words(text: str) -> str:
    """Return the words of a text, folded, each with one space on either side; empty where there are none."""
    words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    return f" {' '.join(words)} " if words else ""


def occurs(phrase: str, words: str) -> bool:
    """Say whether a phrase, made by `phrase_words`, occurs in a text, made by `spaced_words`."""
    return bool(phrase) and phrase in words


def phrase_words(text: str) -> str:
    """Return a word or phrase as `occurs` seeks it."""
    words = spaced_words(text)
    return words.strip() if _SPACELESS.search(words) else words


def names(name: str, words: str) -> bool:
    """Say whether a name stands in a text made by `spaced_words`, with or without the spaces within it."""
    phrase, joined = _wanted(name)
    if not joined or not words:
        return False
    present = words.split()
    return occurs(phrase, words) or any(_begins(joined, present[start:]) for start in range(len(present)))


@lru_cache(maxsize=4096)
def _wanted(name: str) -> tuple[str, str]:
    return phrase_words(name), spaced_words(name).replace(" ", "")


def _begins(wanted: str, words: list[str]) -> bool:
    joined = ""
    for word in words:
        joined += word
        if len(joined) >= len(wanted):
            break
    return joined == wanted


def text_of_html(body_html: str) -> str:
    """Return the text of a sanitised body; words that marks such as `<b>` only decorate stay whole."""
    return unescape(_TAG.sub(" ", _INLINE.sub("", body_html)))
