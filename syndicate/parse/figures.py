"""Pictures in the HTML of a story, with the caption and credit that stand beside them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from syndicate.parse.html import image_address, is_tracking_pixel
from syndicate.parse.html_tokens import Start, Text, tokens
from syndicate.parse.pictures import Picture, said

_CREDIT_CLASS = re.compile(r"(?:^|[\s_-])credits?(?:$|[\s_-])", re.IGNORECASE)
_HOLDING_CREDIT = frozenset({"cite", "span", "small", "p", "div"})
_FIGURE = re.compile(r"<figure>((?:(?!</?figure>).)*+)</figure>", re.DOTALL)
_IMG = re.compile(r'<img src="([^"]*)"[^>]*>')
_CAPTION = re.compile(r"<figcaption>.*?</figcaption>", re.DOTALL)
_WRAPPING = re.compile(r"</?(?:a|p|br)\b[^>]*>|\s+")


@dataclass
class _Figure:
    images: list[Mapping[str, str]] = field(default_factory=list)
    caption: list[str] = field(default_factory=list)
    credit: list[str] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)

    def text(self, value: str) -> None:
        if "credit" in self.inside:
            self.credit.append(value)
        elif "figcaption" in self.inside:
            self.caption.append(value)

    def start(self, start: Start) -> None:
        if start.name == "img":
            self.images.append(start.attributes())
        elif start.name == "figcaption":
            self.inside.append("figcaption")
        elif start.name in _HOLDING_CREDIT:
            is_credit = start.name == "cite" or _CREDIT_CLASS.search(start.attributes().get("class", ""))
            self.inside.append("credit" if is_credit else start.name)

    def end(self, name: str) -> None:
        if name == "figcaption":
            self.inside.clear()
        elif name in _HOLDING_CREDIT and self.inside and self.inside[-1] != "figcaption":
            self.inside.pop()

    def pictures(self, base_url: str | None) -> list[Picture]:
        caption, credit = (said(" ".join("".join(texts).split())) for texts in (self.caption, self.credit))
        shown = [image for image in self.images if not is_tracking_pixel(image)]
        return [
            Picture(
                address,
                caption,
                credit,
                said(image.get("alt")),
                width=_side(image, "width"),
                height=_side(image, "height"),
            )
            for image in shown
            if (address := image_address(image, base_url))
        ]


def pictures_in(html: str, base_url: str | None) -> tuple[Picture, ...]:
    """Return the pictures of untrusted HTML in order, with what their figures say."""
    figures = [_Figure()]
    is_inside = False
    for token in tokens(html):
        if isinstance(token, Text):
            figures[-1].text(token.value)
        elif token.name == "figure":
            is_inside = isinstance(token, Start)
            figures.append(_Figure())
        elif isinstance(token, Start):
            if token.name == "img" and not is_inside:
                figures.append(_Figure())
            if token.name == "img" or is_inside:
                figures[-1].start(token)
        else:
            figures[-1].end(token.name)
    return tuple(picture for figure in figures for picture in figure.pictures(base_url))


def _side(image: Mapping[str, str], name: str) -> int | None:
    value = image.get(name, "").strip().removesuffix("px")
    return int(value) if re.fullmatch(r"[1-9][0-9]{0,4}", value) else None


def with_bare_markers(html: str, urls: Collection[str]) -> str:
    """Reduce the figures of sanitised HTML that show one of `urls` to their `img`: the record has the rest."""

    def reduced(match: re.Match[str]) -> str:
        images = _IMG.findall(match[1])
        rest = _WRAPPING.sub("", _IMG.sub("", _CAPTION.sub("", match[1])))
        return f'<img src="{images[0]}">' if not rest and len(images) == 1 and images[0] in urls else match[0]

    return _FIGURE.sub(reduced, html)
