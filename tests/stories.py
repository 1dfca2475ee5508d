"""Stories and withdrawals as formats are written from, and an article that has everything a record can have."""

from __future__ import annotations

from typing import Any

from syndicate.model.article import Article
from syndicate.model.declarations import Profile
from syndicate.render.formats.story import Story, Withdrawal
from tests.builders import NOON, a_publisher, an_article, an_image

RIGHTS = {
    "copyright": "© 2026 AP. All rights reserved.",
    "licence": "AP editorial",
    "licence_url": "https://ap.example/licence",
    "usage_terms": "Not for archives",
    "territories": ["GB", "IE"],
    "expires_at": "2027-01-01T00:00:00Z",
}
BODY = (
    '<p>It <b>left</b> at <a href="https://x.example/?a=1&amp;b=2">nine</a><br>sharp.</p><h2>Tide</h2>'
    "<ul><li>one</li><li>two <ul><li>three</li></ul></li></ul><blockquote><p>Fine</p></blockquote>"
    '<img src="https://images.harbour.example/2.jpg">'
    "<table><caption>Crossings</caption><tr><th>Day</th><td>Nine</td></tr></table><pre>a\n b</pre><hr>"
    '<dl><dt>Knot</dt><dd>A mile <p>at sea</p></dd></dl><p>Chart <img src="https://x.example/c.png" alt="sea"></p>tail'
)


def a_full_article(**changes: Any) -> Article:
    """Build an article with every key a record can have."""
    record: dict[str, Any] = {
        "body_html": BODY,
        "short_title": "Ferry sails",
        "kicker": "Harbour",
        "dateline": "DOVER",
        "genre": "News report",
        "urgency": 4,
        "editor_note": "Call the desk first.",
        "byline": "By Jo Smith for Harbour Daily",
        "authors": [{"name": "Jo Smith", "url": "https://x.example/jo", "organisation": "Harbour Daily"}],
        "categories": [
            {"term": "20000123", "scheme": "http://cv.iptc.org/newscodes/mediatopic/", "label": "Transport"},
            {"term": "Local news"},
        ],
        "keywords": ["ferry", "sea lanes"],
        "images": [
            an_image(1, rights=RIGHTS, focal_point=[0.5, 0.2]),
            an_image(2),
            an_image(3, **dict.fromkeys(("caption", "credit", "alt", "type", "width", "height", "length"))),
        ],
        "attachments": [
            {"url": "https://x.example/a.mp3", "type": "audio/mpeg", "length": 12, "duration": 3.5, "title": "Horn"},
            {"url": "https://x.example/a.pdf", "type": "application/pdf"},
        ],
        "related": [{"title": "The old ferry", "url": "https://x.example/old"}],
        "rights": RIGHTS,
        "corrections": [{"note": "It left at ten.", "at": NOON}],
        "expires_at": "2028-01-01T00:00:00Z",
        "embargo_until": "2026-01-01T00:00:00Z",
        "source": {"name": "Mail Online", "url": "https://mail.example/"},
        "url": "https://mail.example/ferry",
        "provenance": [
            {"name": "Mail Online", "url": "https://mail.example/"},
            {"name": "Harbour Daily", "url": "https://harbour.example/"},
        ],
    }
    return an_article(**record | changes)


def a_story(article: Article | None = None, **changes: Any) -> Story:
    article = article or an_article()
    assert article.id is not None
    assert article.url is not None
    values: dict[str, Any] = {
        "id": article.id,
        "url": article.url,
        "article": article,
        "profile": Profile(),
        "publisher": a_publisher(),
        "version": 1,
        "at": NOON,
    }
    return Story(**values | changes)


def a_withdrawal(**changes: Any) -> Withdrawal:
    values: dict[str, Any] = {
        "id": "tag:harbour.example,2026:ferry",
        "url": "https://harbour.example/articles/ferry",
        "publisher": a_publisher(),
        "version": 3,
        "at": NOON,
        "public_note": "Withdrawn: the ferry <never> sailed.",
    }
    return Withdrawal(**values | changes)
