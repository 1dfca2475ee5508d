"""What a partner's page says of the copy it should show, or should show no more."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

from syndicate.model.article import Article
from syndicate.model.copy_page import Audit, Page, Shows
from syndicate.policy.words import occurs, phrase_words, text_of_html

# Fewer words stand on any page.
_TELLING_WORDS = 3
_BLOCK = re.compile(
    r"</?(?:p|div|h[1-6]|li|ul|ol|dl|dt|dd|blockquote|pre|table|tr|td|th|figure|figcaption|section|br|hr|img)\b[^>]*>",
    re.IGNORECASE,
)
# In a sanitised body attributes stand in double quotes.
_HREF = re.compile(r'\shref="([^"]*)"')


@dataclass(frozen=True)
class Telling:
    """What tells one revision from the others, as phrases that `occurs` seeks."""

    revision: int
    title: str
    passages: tuple[str, ...]


@dataclass(frozen=True)
class Expected:
    """What should stand at a copy's address.

    `tellings` are the revisions as this partner was to show them, the newest last; none where their texts are erased.
    `stories` are addresses that a source line may lead to; `names` are words of which it has one. `withdrawn`: nothing
    should stand there. `settled`: nothing newer is on its way to the partner. `was_read`: an audit could tell before
    what is shown there, so that a page without our words means that they are gone.
    """

    tellings: tuple[Telling, ...]
    newest: int
    url: str
    stories: tuple[str, ...]
    names: tuple[str, ...]
    withdrawn: bool
    settled: bool
    was_read: bool = False
    notice: str | None = None
    """The public note of the withdrawal."""


def telling(article: Article, revision: int) -> Telling:
    """Return what tells a revision, shaped for the partner, from others."""
    text = article.body_html or article.summary or ""
    parts = [text_of_html(part) for part in _BLOCK.split(text)] + [each.note for each in article.corrections]
    return Telling(revision, phrase_words(article.title), tuple(_phrases(parts)))


def _phrases(parts: Sequence[str]) -> Iterator[str]:
    for part in parts:
        phrase = phrase_words(part)
        if len(phrase.split()) >= _TELLING_WORDS:
            yield phrase


def judge_absence(expected: Expected, reason: str) -> Audit:
    """Judge an address at which certainly nothing of ours stands."""
    if expected.withdrawn:
        return Audit(Shows.GONE, newest=expected.newest)
    return Audit(Shows.MISSING, newest=expected.newest, problems=(f"the copy is not there: {reason}",))


def judge_silence(expected: Expected, reason: str) -> Audit:
    """Judge an address of which nothing could be learned."""
    return Audit(Shows.UNREACHABLE, newest=expected.newest, problems=(f"the copy cannot be looked at: {reason}",))


def judge_page(page: Page, expected: Expected, *, elsewhere: bool = False) -> Audit:
    """Judge the page that stands at a copy's address; `elsewhere`: that led to another one, perhaps to a login."""
    shown = _shown(page, expected.tellings)
    if expected.withdrawn:
        return _withdrawn(page, expected, shown, elsewhere=elsewhere)
    if shown is None:
        problem = "the page shows no revision of the story"
        return Audit(Shows.UNKNOWN, newest=expected.newest, problems=(problem,))
    shows = Shows.NEWEST if shown == expected.newest else Shows.OLDER
    marks = {"source_line": has_source_line(page, expected), "canonical": has_canonical(page, expected.url)}
    problems = tuple(_problems(page, expected, shown, **marks))
    return Audit(shows, shown, expected.newest, problems=problems, **marks)


def _withdrawn(page: Page, expected: Expected, shown: int | None, *, elsewhere: bool) -> Audit:
    if shown is not None:
        problem = f"revision {shown} is still up"
        return Audit(Shows.STILL_UP, shown, expected.newest, problems=(problem,))
    if not expected.tellings and has_canonical(page, expected.url):
        # Its texts are erased: by what it says of its origin.
        problem = "a page that names the story as its original is still up"
        return Audit(Shows.STILL_UP, None, expected.newest, problems=(problem,))
    if _says_so(page, expected) or (expected.was_read and not elsewhere):
        return Audit(Shows.GONE, newest=expected.newest)
    problem = (
        "a page that shows nothing of the story, as a login or a page made by scripts does; see whether it is gone"
    )
    return Audit(Shows.UNKNOWN, newest=expected.newest, problems=(problem,))


def _says_so(page: Page, expected: Expected) -> bool:
    """Tell whether the page bears the note of the withdrawal, if that is long enough to be told from other words."""
    notice = phrase_words(expected.notice or "")
    return len(notice.split()) >= _TELLING_WORDS and occurs(notice, page.words)


def is_copy(story: Article, expected: Expected) -> bool:
    """Tell whether a story in a feed of the partner's is a copy of the expected one, and not a link to the original."""
    originals = {_place(url) for url in expected.stories}
    if story.url is None or _place(story.url) in originals:
        return False
    title = phrase_words(story.title).strip()
    linked = {_place(unescape(url)) for url in _HREF.findall(story.body_html or "")}
    return not originals.isdisjoint(linked) or any(title == each.title.strip() for each in expected.tellings)


def _problems(page: Page, expected: Expected, shown: int, *, source_line: bool, canonical: bool) -> Iterator[str]:
    if shown != expected.newest and expected.settled:
        yield f"it shows revision {shown} of {expected.newest}"
    if not source_line:
        yield "no source line: our name with a link to the story is missing"
    if not canonical:
        named = ", ".join(page.canonicals)
        yield f"its canonical link leads to {named}" if named else "it has no canonical link to the story"


def _shown(page: Page, tellings: Sequence[Telling]) -> int | None:
    """Return the revision a page shows: most of its passages, or its headline at least."""
    # Each is sought once: revisions have most of their passages in common, and a page may be long.
    passages = {passage for each in tellings for passage in each.passages}
    present = frozenset(passage for passage in passages if occurs(passage, page.words))
    fitting = [(_likeness(page, each, present), each.revision) for each in tellings if _is_like(page, each, present)]
    return max(fitting)[1] if fitting else None


def _is_like(page: Page, of: Telling, present: frozenset[str]) -> bool:
    found = sum(passage in present for passage in of.passages)
    return _has_title(page, of) or (found > 0 and found * 2 >= len(of.passages))


def _likeness(page: Page, of: Telling, present: frozenset[str]) -> tuple[float, int, bool]:
    """Rank revisions: how much of it stands there, then how many words that are, then whether the title is the same.

    The words tell a shortened text from the longer one it was before: all of the short one stands in the long.
    """
    found = [passage for passage in of.passages if passage in present]
    share = (len(found) + _has_title(page, of)) / (len(of.passages) + 1)
    exact = of.title.strip() in {headline.strip() for headline in page.headlines}
    return share, sum(len(passage.split()) for passage in found), exact


def _has_title(page: Page, of: Telling) -> bool:
    return any(occurs(of.title, headline) for headline in page.headlines)


def has_source_line(page: Page, expected: Expected) -> bool:
    """Tell whether a link leads to the story, and our name stands in it or in the words of the profile."""
    wanted = {_place(url) for url in expected.stories}
    inside = [words for url, words in page.links if _place(url) in wanted]
    named, *worded = (phrase_words(name) for name in expected.names)
    in_link = any(occurs(named, words) for words in inside)
    return in_link or (bool(inside) and any(occurs(words, page.words) for words in worded))


def has_canonical(page: Page, url: str) -> bool:
    """Tell whether the page names the story as its original, and nothing else; search engines heed no second one."""
    return {_place(each) for each in page.canonicals} == {_place(url)}


def _place(url: str) -> tuple[str, str]:
    """Return what of an address names the page: not how it is reached, nor what is appended to count visits."""
    parts = urlsplit(url)
    return parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/")


def is_elsewhere(url: str, *, instead_of: str) -> bool:
    """Tell whether a redirect ended at another page than the one asked for."""
    return _place(url) != _place(instead_of)


def is_front_page(url: str, *, instead_of: str) -> bool:
    """Tell whether a redirect ended at a front page, which is how many sites say that something is gone."""
    return urlsplit(url).path in ("", "/") and urlsplit(instead_of).path not in ("", "/")
