"""The XML namespaces of feeds; the final slash or hash is part of the name."""

from __future__ import annotations

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
DC = "http://purl.org/dc/elements/1.1/"
DCTERMS = "http://purl.org/dc/terms/"
FH = "http://purl.org/syndication/history/1.0"
MEDIA = "http://search.yahoo.com/mrss/"
MI = "http://schemas.ingestion.microsoft.com/common/"
NAR = "http://iptc.org/std/nar/2006-10-01/"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
NITF = "http://iptc.org/std/NITF/2006-10-18/"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
SLASH = "http://purl.org/rss/1.0/modules/slash/"
SNF = "http://www.smartnews.be/snf"
SY = "http://purl.org/rss/1.0/modules/syndication/"
THR = "http://purl.org/syndication/thread/1.0"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
WFW = "http://wellformedweb.org/CommentAPI/"
XHTML = "http://www.w3.org/1999/xhtml"
XML = "http://www.w3.org/XML/1998/namespace"

RSS_PREFIXES = {"dc": DC, "dcterms": DCTERMS, "media": MEDIA, "slash": SLASH, "wfw": WFW}
ATOM_PREFIXES = {"dcterms": DCTERMS, "media": MEDIA, "thr": THR, "at": TOMBSTONES}
