"""Every dialect by its name."""

from __future__ import annotations

from collections.abc import Mapping

from syndicate.model import declarations
from syndicate.model.article import Article
from syndicate.model.finding import Finding
from syndicate.render.dialects import flipboard, msn, smartnews, standard
from syndicate.render.dialects.contract import Dialect

DIALECTS: Mapping[declarations.Dialect, Dialect] = {
    "standard": standard.DIALECT,
    "msn": msn.DIALECT,
    "flipboard": flipboard.DIALECT,
    "smartnews": smartnews.DIALECT,
}


def repairs_of(article: Article, dialect: declarations.Dialect) -> tuple[Finding, ...]:
    """Say what of an article's HTML its documents in a dialect show otherwise."""
    allowed = DIALECTS[dialect].html
    return () if allowed is None else allowed.repairs(article.body_html or "")
