"""Untrusted HTML made safe and stable: what is kept, what becomes a link, what goes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

import nh3

from syndicate.errors import InvalidError, Violation
from syndicate.model.text import strip_forbidden
from syndicate.parse import html_elements as elements
from syndicate.parse.html_nesting import Nesting
from syndicate.parse.html_tokens import End, Start, Text, closing, tokens
from syndicate.parse.links import host, web_address

MAX_BYTES = 512 * 1024
MAX_ATTRIBUTES_CHARACTERS = 64 * 1024
_MAIL = re.compile(r"mailto:[^\s@]+@[^\s@]+", re.IGNORECASE)
_REL = "noopener noreferrer nofollow"
_MAX_ROUNDS = 6

_CLEANER = nh3.Cleaner(
    tags=set(elements.KEPT),
    clean_content_tags=set(elements.DROPPED | elements.EMBEDS) - {"embed"},
    attributes={tag: set(names) for tag, names in elements.ATTRIBUTES.items()},
    url_schemes={"http", "https", "mailto"},
    link_rel=_REL,
    strip_comments=True,
)


@dataclass(frozen=True)
class Sanitised:
    """Safe HTML, and what had to change, in words for the sender."""

    html: str
    changes: tuple[str, ...]


def sanitise(html: str, *, base_url: str | None) -> Sanitised:
    """Make untrusted HTML safe: only listed elements, attributes and schemes stay, every address is absolute.

    Sanitising the result again gives the same. Raises InvalidError for more than MAX_BYTES or deeper nesting than
    `html_nesting.MAX_DEPTH`, found before the HTML parser sees it, whose time grows with the square of the depth.
    """
    _refuse_large(html)
    first = _Rewriter(base_url)
    html = _round(first, strip_forbidden(html))
    _refuse_large(html)
    for _ in range(_MAX_ROUNDS):
        again = _round(_Rewriter(base_url), html)
        if again == html:
            return Sanitised(html, first.changes())
        html = again
    reason = "reads differently each time it is cleaned"
    raise InvalidError("the HTML is too broken to be read", [Violation("", reason)])


def _refuse_large(html: str) -> None:
    if len(html) > MAX_BYTES or len(html.encode("utf-8", "replace")) > MAX_BYTES:
        raise InvalidError("the HTML is too large", [Violation("", f"is larger than {MAX_BYTES // 1024} KiB")])


def _round(rewriter: _Rewriter, html: str) -> str:
    return _CLEANER.clean(rewriter.rewrite(html))


def escape_text(value: str) -> str:
    """Write plain text as HTML, as the sanitiser would."""
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\xa0", "&nbsp;")


def _escape_value(value: str) -> str:
    return escape_text(value).replace('"', "&quot;")


def _tag(name: str, attributes: Mapping[str, str]) -> str:
    return "".join([f"<{name}", *(f' {key}="{_escape_value(value)}"' for key, value in attributes.items()), ">"])


@dataclass
class _Skipped:
    """An element that goes with its content; `address` is what it embedded, where known."""

    name: str
    level: int = 1
    address: str | None = None


class _Rewriter:
    """One pass over the tags: drops, renames, links embeds, resolves addresses, and notes each."""

    def __init__(self, base_url: str | None) -> None:
        self._base_url = base_url
        self._nesting = Nesting()
        self._skipped: _Skipped | None = None
        self._unclosed: set[str] = set()
        self._changes: dict[str, None] = {}
        self._attributes: dict[str, None] = {}
        self._html = ""

    def changes(self) -> tuple[str, ...]:
        names = sorted(self._attributes)
        return (*self._changes, *([f"removed the attributes {', '.join(names[:20])}"] if names else []))

    def rewrite(self, html: str) -> str:
        self._html = html
        for token in tokens(html):
            if self._skipped is not None:
                self._skip(self._skipped, token)
            elif isinstance(token, Text):
                self._text(token.value)
            elif isinstance(token, Start):
                self._start(token)
            else:
                self._nesting.close(
                    "p" if token.name in elements.GROUPING else elements.RENAMED.get(token.name, token.name)
                )
        self._nesting.close_all()
        return "".join(self._nesting.out)

    def _text(self, value: str) -> None:
        out = self._nesting.out
        if self._nesting.innermost == "pre" and out[-1] == "<pre>":
            value = value.lstrip("\n")  # HTML drops the first line break of a pre each time it is read.
        out.append(escape_text(strip_forbidden(value)))

    def _start(self, start: Start) -> None:
        name = elements.RENAMED.get(start.name, start.name)
        if len(start.source) > MAX_ATTRIBUTES_CHARACTERS:
            self._note(f"removed an element {name[:20]} with endless attributes")
        elif name in elements.EMBEDS or name in elements.DROPPED:
            self._leave_out(start)
        elif name in elements.GROUPING:
            self._group()
        elif name not in elements.KEPT:
            if name not in elements.UNREMARKABLE:
                self._note(f"removed the tag {name[:40]}, its text stays")
        elif name == "img":
            self._image(start.attributes())
        else:
            self._element(name, start)

    def _group(self) -> None:
        # What was a block of its own must not run into its neighbours.
        self._nesting.end_implied_by("p")
        if self._nesting.innermost in (None, "blockquote"):
            self._nesting.open("p", "<p>")

    def _element(self, name: str, start: Start) -> None:
        written = self._written(name, start.attributes())
        if name == "a" and "href" not in written:
            return
        tag = _tag(name, written)
        if name in elements.EMPTY:
            self._nesting.end_implied_by(name)
            self._nesting.out.append(tag)
        else:
            self._nesting.open(name, tag)

    def _written(self, name: str, attributes: Mapping[str, str]) -> dict[str, str]:
        allowed = elements.ATTRIBUTES.get(name, frozenset())
        written: dict[str, str] = {}
        for key, value in attributes.items():
            if key not in allowed:
                self._note_attribute(key)
            elif (kept := self._value(key, strip_forbidden(value))) is not None:
                written[key] = kept
        return written

    def _value(self, key: str, value: str) -> str | None:
        if key in elements.ADDRESSES:
            return self._address(key, value)
        if key in elements.NUMBERS:
            return value.strip() if re.fullmatch(r"\s*[0-9]{1,5}\s*", value) else None
        return value

    def _address(self, key: str, value: str) -> str | None:
        mail = _MAIL.fullmatch(value.strip())
        if mail and key == "href":
            return "mailto:" + quote(mail[0][7:], safe="!$&'()*+,/:;=?@~%")
        address = web_address(value, self._base_url)
        if address is None and value.strip():
            self._note("removed an address that is not absolute http, https or mailto")
        return address

    def _image(self, attributes: Mapping[str, str]) -> None:
        if is_tracking_pixel(attributes):
            self._note("removed a tracking pixel")
            return
        if (address := image_address(attributes, self._base_url)) is None:
            self._note("removed a picture without a usable address")
            return
        kept = {key: value for key, value in attributes.items() if key != "src"}
        written = {"src": address} | self._written("img", kept)
        self._nesting.out.append(_tag("img", written))

    def _leave_out(self, start: Start) -> None:
        name = start.name
        skipped = _Skipped(name)
        if name in elements.EMBEDS:
            skipped.address = self._embedded(start.attributes())
        if name == "embed" or not self._is_closed_after(name, start.end):
            self._left_out(skipped)
        else:
            self._skipped = skipped

    def _is_closed_after(self, name: str, position: int) -> bool:
        if name == "plaintext":
            return True
        if name not in self._unclosed and closing(name).search(self._html, position) is None:
            self._unclosed.add(name)
        return name not in self._unclosed

    def _embedded(self, attributes: Mapping[str, str]) -> str | None:
        values = (attributes.get(key) for key in ("src", "data-src", "data"))
        return next((found for value in values if (found := web_address(value, self._base_url))), None)

    def _skip(self, skipped: _Skipped, token: Text | Start | End) -> None:
        if isinstance(token, Text):
            return
        if isinstance(token, Start):
            skipped.level += token.name == skipped.name
            if (
                skipped.name in elements.EMBEDS
                and skipped.address is None
                and token.name in ("source", "embed", "iframe")
            ):
                skipped.address = self._embedded(token.attributes())
        elif token.name == skipped.name:
            skipped.level -= 1
            if not skipped.level:
                self._skipped = None
                self._left_out(skipped)

    def _left_out(self, skipped: _Skipped) -> None:
        if skipped.address is None:
            self._note(f"removed {skipped.name}")
            return
        self._note(f"{skipped.name} became a link to what it embedded")
        link = f'<a href="{_escape_value(skipped.address)}">{escape_text(host(skipped.address))}</a>'
        inline = any(name in self._nesting for name in ("p", "a", "li", "td", "th", "pre", "h2", "h3"))
        self._nesting.close("a")
        self._nesting.out.append(link if inline else f"<p>{link}</p>")

    def _note(self, change: str) -> None:
        self._changes[change] = None

    def _note_attribute(self, name: str) -> None:
        if not elements.SILENT_ATTRIBUTES.fullmatch(name):
            self._attributes[name[:40]] = None


def is_tracking_pixel(attributes: Mapping[str, str]) -> bool:
    """Tell a picture of at most one pixel, which is there to count readers."""
    return all(attributes.get(side, "").strip().removesuffix("px") in ("0", "1") for side in ("width", "height"))


def image_address(attributes: Mapping[str, str], base_url: str | None) -> str | None:
    """Return the address of an `img`, also where a script was to load it later."""
    values = (attributes.get(key) for key in ("src", "data-src", "data-lazy-src", "data-original"))
    return next((found for value in values if (found := web_address(value, base_url))), None)
