"""What a gate is, and the limits that several partners share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from syndicate.model.article import Article
from syndicate.model.declarations import FeedDeclaration
from syndicate.model.finding import Finding
from syndicate.policy.words import text_of_html

# "Up to 1 MB for an article" (Google Publisher Center); more is cut off or left out without a word elsewhere, too.
MAX_ARTICLE_BYTES = 1_000_000


@dataclass(frozen=True)
class Limits:
    """One dialect's gate: what it says of an article, what of a feed's own declaration, and its limits.

    `max_age` counts from `published_at`; `max_items` is how many the partner reads of one document.
    `judge` gets the feed's language, where it is known.
    """

    judge: Callable[[Article, str | None], tuple[Finding, ...]]
    judge_feed: Callable[[FeedDeclaration], tuple[Finding, ...]]
    max_age: timedelta | None = None
    max_items: int | None = None


def refused(code: str, path: str, reason: str) -> Finding:
    return Finding(code, path, reason, refuses=True)


def repaired(code: str, path: str, reason: str) -> Finding:
    return Finding(code, path, reason, refuses=False)


def judge_body(article: Article) -> tuple[Finding, ...]:
    """Ask for a body that says something, of a size that is read to its end."""
    html = article.body_html or ""
    if not text_of_html(html).strip():
        return (refused("body_missing", "body_html", "has no text; the partner takes full articles only"),)
    size = len(html.encode())
    if size > MAX_ARTICLE_BYTES:
        return (refused("body_too_large", "body_html", f"is {size} bytes; at most {MAX_ARTICLE_BYTES} are taken"),)
    return ()


def judge_language(article: Article, language: str | None) -> tuple[Finding, ...]:
    """Ask for the feed's own language; variants such as en-GB and en-US are one."""
    if article.language is None or language is None or _primary(article.language) == _primary(language):
        return ()
    reason = f"is {article.language}, the feed {language}; a feed has one language"
    return (refused("language_differs", "language", reason),)


def _primary(tag: str) -> str:
    return tag.partition("-")[0].casefold()
