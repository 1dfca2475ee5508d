"""The news sitemap: what was first published in the last two days, as search engines ask for it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from syndicate.model.declarations import Publisher
from syndicate.model.entry import Entry
from syndicate.render.elements import add, atom_date
from syndicate.render.namespaces import NEWS, SITEMAP

MEDIA_TYPE = "application/xml; charset=utf-8"
_IN_PARENTHESES = re.compile(r"\s*\([^)]*\)")
# The two that news sitemaps know by country; of all others the language alone counts.
_BY_COUNTRY = {"zh-cn", "zh-tw"}


def write_news_sitemap(entries: Sequence[Entry], publisher: Publisher) -> bytes:
    """Write the entries in their order; publication dates are those of the first publication, not of updates."""
    prefixes = {None: SITEMAP, "news": NEWS}
    urlset = etree.Element(f"{{{SITEMAP}}}urlset", nsmap=prefixes)  # type: ignore[arg-type]  # the stubs lack None
    for entry in entries:
        _add_url(urlset, entry, publisher)
    return bytes(etree.tostring(urlset, encoding="UTF-8", xml_declaration=True, pretty_print=True))


def _add_url(urlset: etree._Element, entry: Entry, publisher: Publisher) -> None:
    url = add(urlset, f"{{{SITEMAP}}}url")
    add(url, f"{{{SITEMAP}}}loc", entry.url)
    news = add(url, f"{{{NEWS}}}news")
    publication = add(news, f"{{{NEWS}}}publication")
    add(publication, f"{{{NEWS}}}name", _IN_PARENTHESES.sub("", publisher.title) or publisher.title)
    add(publication, f"{{{NEWS}}}language", _language(entry.article.language or publisher.language))
    add(news, f"{{{NEWS}}}publication_date", atom_date(entry.published_at))
    add(news, f"{{{NEWS}}}title", entry.article.title)


def _language(tag: str) -> str:
    tag = tag.lower()
    return tag if tag in _BY_COUNTRY else tag.partition("-")[0]
