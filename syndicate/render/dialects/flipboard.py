"""Flipboard: a description long enough for its layout; figures and the enclosure are standard."""

from __future__ import annotations

from syndicate.model.article import Article
from syndicate.model.text import shortened
from syndicate.policy.gates.flipboard import DESCRIPTION_CHARACTERS
from syndicate.policy.words import text_of_html
from syndicate.render.body import summary_of
from syndicate.render.dialects.contract import Dialect

# Room for the last word: cut shorter, the description would fall below what is asked.
_LONGEST = DESCRIPTION_CHARACTERS + 120


def describe(article: Article) -> str:
    """Return the summary, going on from the body where it is too short."""
    summary = summary_of(article)
    if len(summary) >= DESCRIPTION_CHARACTERS:
        return summary
    text = " ".join(text_of_html(article.body_html or "").split())
    # A summary that is the beginning of the body must not be told twice.
    told = text if text.startswith(summary.removesuffix(" …")) else f"{summary} {text}"
    return shortened(told, _LONGEST)


DIALECT = Dialect(describe=describe)
