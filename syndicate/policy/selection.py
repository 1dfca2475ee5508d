"""Selection: which articles a feed or a partner gets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from syndicate.model.article import Article
from syndicate.model.declarations import Select
from syndicate.policy.words import fold, occurs, phrase_words, spaced_words, text_of_html

_KEYS = ("categories", "keywords", "authors", "sources", "languages")


@dataclass(frozen=True)
class Facts:
    """What selections ask of an article, folded once for all of them."""

    article: Article
    categories: frozenset[str]
    keywords: frozenset[str]
    authors: frozenset[str]
    sources: frozenset[str]
    languages: frozenset[str]

    @cached_property
    def words(self) -> str:
        """Title, summary and text of the body; apart, so that no phrase spans two of them."""
        parts = (self.article.title, self.article.summary or "", text_of_html(self.article.body_html or ""))
        return "\n".join(spaced_words(part) for part in parts)


def facts(article: Article, *, publisher_name: str) -> Facts:
    """Work out the facts; an article without a source is the publisher's own."""
    return Facts(
        article=article,
        categories=_folded(name for category in article.categories for name in (category.term, category.label or "")),
        keywords=_folded(article.keywords),
        authors=_folded(author.name for author in article.authors),
        sources=_folded([article.source.name if article.source else publisher_name]),
        languages=_languages(article.language or ""),
    )


class Matcher:
    """A selection, compiled once: any item of a list matches, all lists must match, exclusions win, case is ignored."""

    def __init__(self, select: Select) -> None:
        self._required = _lists(select, "")
        self._excluded = _lists(select, "exclude_")
        self._phrases = tuple(phrase_words(text) for text in select.text)
        self._excluded_phrases = tuple(phrase_words(text) for text in select.exclude_text)
        self._max_age = select.max_age

    def matches(self, article: Article, *, now: datetime, publisher_name: str) -> bool:
        """Say whether one article is selected; for many selections make its `facts` once."""
        return self.matches_facts(facts(article, publisher_name=publisher_name), now=now)

    def matches_facts(self, known: Facts, *, now: datetime) -> bool:
        """Say whether an article is selected, from its facts."""
        return self._is_young(known.article, now) and self.wants(known)

    def wants(self, known: Facts) -> bool:
        """Say whether an article is selected at any age."""
        return (
            all(not wanted.isdisjoint(getattr(known, key)) for key, wanted in self._required)
            and all(unwanted.isdisjoint(getattr(known, key)) for key, unwanted in self._excluded)
            and self._has_text(known)
        )

    def leaves_at(self, article: Article) -> datetime | None:
        """Return when the article becomes too old for this selection, counted from `published_at`."""
        if self._max_age is None or article.published_at is None:
            return None
        return article.published_at + self._max_age

    def _is_young(self, article: Article, now: datetime) -> bool:
        leaves_at = self.leaves_at(article)
        return leaves_at is None or now < leaves_at

    def _has_text(self, known: Facts) -> bool:
        if self._phrases and not any(occurs(phrase, known.words) for phrase in self._phrases):
            return False
        return not any(occurs(phrase, known.words) for phrase in self._excluded_phrases)


def _lists(select: Select, prefix: str) -> tuple[tuple[str, frozenset[str]], ...]:
    lists = ((key, _folded(getattr(select, prefix + key))) for key in _KEYS)
    return tuple((key, wanted) for key, wanted in lists if wanted)


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(fold(name) for name in names if name)


def _languages(tag: str) -> frozenset[str]:
    """Return a tag and its prefixes, as `en` selects `en-GB` (RFC 4647 section 3.3.1)."""
    parts = fold(tag).split("-")
    return frozenset("-".join(parts[:count]) for count in range(1, len(parts) + 1))
