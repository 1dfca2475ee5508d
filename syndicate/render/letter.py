"""What a mail to a partner says: an article, a withdrawal, or all that a digest brings, as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from types import MappingProxyType
from zoneinfo import ZoneInfo

from syndicate.model.article import Article, Image
from syndicate.model.declarations import Profile, Publisher
from syndicate.model.delivery import EventType
from syndicate.model.journal import Cause
from syndicate.render.attribution import rights_statement
from syndicate.render.markup import parse_fragment, write_fragment
from syndicate.render.partner_html import partner_html

# Mail programs that know no style sheet show a picture as wide as it says.
_WIDEST_PIXELS = 600
_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ps", "sd", "syr", "ug", "ur", "yi"})
_STYLE = (
    "body{font:16px/1.5 Georgia,serif;color:#1a1a1a;max-width:38em;margin:1em auto;padding:0 1em}"
    "h1,h2{line-height:1.2}h2{margin-top:1.6em}img{max-width:100%;height:auto}figure{margin:1em 0}"
    "figcaption,.meta,.about{font:14px/1.5 Arial,sans-serif;color:#555}.about{border-top:1px solid #ccc}"
    ".note{font:15px/1.5 Arial,sans-serif;background:#fff4d6;border-inline-start:4px solid #c80;padding:.6em .8em}"
    ".kicker{font:bold 13px Arial,sans-serif;text-transform:uppercase;letter-spacing:.05em;color:#a33;margin:0}"
    "hr{border:0;border-top:2px solid #1a1a1a;margin:2.5em 0 1em}li{margin:.2em 0}"
    ".story h2{font-size:1.2em}.story h2.title{font-size:1.6em;margin-top:.4em}"
)
_CAUSES = {
    Cause.EXPIRED: "The time for which it was offered has ended.",
    Cause.DESELECTED: "It is no longer part of what you are sent.",
    Cause.RIGHTS: "The right to use it has ended.",
}


@dataclass(frozen=True)
class Story:
    """An article in a mail. `addresses` are where its pictures are in it, by their own; `anchor` names its place."""

    article: Article
    type: EventType
    addresses: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    anchor: str = "story"


@dataclass(frozen=True)
class House:
    """Who writes, and how articles look to who is written to."""

    publisher: Publisher
    profile: Profile


def story_html(story: Story, house: House, *, heading: str = "h1") -> str:
    """Return an article with what its editors must know on top and what binds them below."""
    article = story.article
    body = _fitted(partner_html(article, house.profile, house.publisher, addresses=story.addresses))
    kicker = _paragraph("kicker", escape(article.kicker or "", quote=False))
    title = f'<{heading} class="title">{escape(article.title, quote=False)}</{heading}>'
    # What we add is in our own language, and reads in its direction.
    direction = _direction(article.language)
    parts = (
        *_notes(story, house.publisher),
        f"<div{direction}>{kicker}{title}</div>",
        _meta(article, house.publisher),
        f"<div{direction}>{body}</div>",
        _about(article),
    )
    return f'<div id="{escape(story.anchor)}">{"".join(parts)}</div>'


def digest_html(title: str, stories: Sequence[Story], house: House) -> str:
    """Return many articles below one title and a list of what there is."""
    entries = "".join(f'<li><a href="#{each.anchor}">{_entry(each)}</a></li>' for each in stories)
    shown = "".join(f'<hr><div class="story">{story_html(each, house, heading="h2")}</div>' for each in stories)
    return f"<h1>{escape(title, quote=False)}</h1><ol>{entries}</ol>{shown}"


def withdrawal_html(*, title: str, url: str | None, article_id: str, cause: Cause | None, note: str | None) -> str:
    """Return the request to withdraw an article; `note` is all that is said of why."""
    reason = _CAUSES.get(cause, "") if cause else ""
    asked = "Do not publish this article any more, and take down what you have of it, with its pictures."
    parts = (
        f"<h1>Please withdraw: {escape(title, quote=False)}</h1>",
        _paragraph("note", f"<strong>{asked}</strong>"),
        _paragraph("reason", escape(reason)),
        _paragraph("public-note", _lines(note or "")),
        _table((("Address", _link(url)), ("Identifier", escape(article_id)))),
    )
    return "".join(parts)


def page_html(title: str, content: str, *, language: str) -> str:
    """Return a whole document for a mail program."""
    return (
        f'<!DOCTYPE html><html{_direction(language)}><head><meta charset="utf-8">'
        f"<title>{escape(title, quote=False)}</title><style>{_STYLE}</style></head><body>{content}</body></html>\n"
    )


def footer_html(publisher: Publisher, remarks: Iterable[str] = ()) -> str:
    """Return who sent it, and `remarks` on this mail in plain words."""
    who = f"Sent by {publisher.title}. " + (f"Questions: {publisher.contact}" if publisher.contact else "")
    return "".join(_paragraph("about", escape(text.strip(), quote=False)) for text in (*remarks, who))


def _entry(story: Story) -> str:
    mark = "Correction: " if story.type is EventType.CORRECTED else ""
    return f"<bdi>{escape(mark + story.article.title, quote=False)}</bdi>"


def _notes(story: Story, publisher: Publisher) -> Iterable[str]:
    """Say what was wrong, what the editors are told, and that an embargo has ended."""
    article = story.article
    if story.type is EventType.CORRECTED:
        wrong = article.corrections[-1].note if article.corrections else article.correction or ""
        yield _note("Correction", wrong)
    yield _note("To editors, not for publication", article.editor_note or "")
    if article.embargo_until:
        yield _note("Was under embargo until", _time(article.embargo_until, publisher))


def _note(label: str, text: str) -> str:
    return _paragraph("note", f"<strong>{label}:</strong> {_lines(text)}") if text else ""


def _meta(article: Article, publisher: Publisher) -> str:
    published = f"Published {_time(article.published_at, publisher)}" if article.published_at else None
    changed = article.updated_at if article.updated_at != article.published_at else None
    updated = f"updated {_time(changed, publisher)}" if changed else None
    urgency = f"urgency {article.urgency}" if article.urgency else None
    parts = (article.byline, article.dateline, published, updated, article.genre, urgency)
    return _paragraph("meta", " · ".join(escape(part, quote=False) for part in parts if part))


def _about(article: Article) -> str:
    """Say on what terms it may be used, and what it is filed under."""
    subjects = ", ".join(category.label or category.term for category in article.categories)
    files = (f"{_link(each.url)} ({escape(each.type)})" for each in article.attachments)
    rows = (
        ("Rights", _lines(rights_statement(article.rights) or "")),
        *(("Picture rights", _lines(text)) for image in article.images if (text := _picture_rights(image))),
        *(("File", each) for each in files),
        ("Categories", escape(subjects)),
        ("Keywords", escape(", ".join(article.keywords))),
        ("Address", _link(article.url)),
        ("Identifier", escape(f"{article.id}, revision {article.revision}")),
    )
    return _table(rows)


def _picture_rights(image: Image) -> str:
    terms = rights_statement(image.rights)
    return f"{image.caption or image.alt or image.url}: {terms}" if terms else ""


def _table(rows: Iterable[tuple[str, str]]) -> str:
    return _paragraph("about", "<br>".join(f"{label}: {html}" for label, html in rows if html))


def _paragraph(kind: str, html: str) -> str:
    return f'<p class="{kind}">{html}</p>' if html else ""


def _lines(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br>")


def _link(url: str | None) -> str:
    return f'<a href="{escape(url)}">{escape(url)}</a>' if url else ""


def _time(at: datetime, publisher: Publisher) -> str:
    local = at.astimezone(ZoneInfo(publisher.timezone))
    return f"{local.day} {local:%B %Y, %H:%M %Z}"


def _direction(language: str | None) -> str:
    if not language:
        return ""
    direction = "rtl" if language.split("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"
    return f' lang="{escape(language)}" dir="{direction}"'


def _fitted(html: str) -> str:
    """Let no picture be wider than a mail."""
    body = parse_fragment(html)
    for img in body.iter("img"):
        width, height = _pixels(img.get("width")), _pixels(img.get("height"))
        if width > _WIDEST_PIXELS and height:
            img.set("width", str(_WIDEST_PIXELS))
            img.set("height", str(max(1, round(height * _WIDEST_PIXELS / width))))
    return write_fragment(body)


def _pixels(value: str | None) -> int:
    # A body's own pictures may say "100%".
    return int(value) if value and value.isdecimal() and len(value) < 6 else 0
