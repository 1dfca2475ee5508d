"""Media RSS and its relatives in an item: pictures with captions and credits, and other files (1.5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from syndicate.parse.links import web_address
from syndicate.parse.pictures import Picture, combined, merge, said
from syndicate.parse.plain import looks_like_html, mended_line, plain_text
from syndicate.parse.xml_tree import Element, child, child_text, children, name_of, text_of

_IMAGE_NAME = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)(?:$|[?!&])", re.IGNORECASE)
_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,80}")
_MEDIUM_TYPES = {"video": "video/mp4", "audio": "audio/mpeg", "document": "application/octet-stream"}
_PLAIN_NAMES = ("bigimage", "image", "smallimage", "thumbnail")


def pictures_of(item: Element, base_url: str | None) -> tuple[Picture, ...]:
    """Return the pictures of an item or entry in order, each with what is said of it; renditions of one are merged."""
    found = _contents(item, base_url)
    contents = merge(_beside(item, found))
    enclosures = [_picture(each, base_url) for each in _enclosures(item) if _is_image(each)]
    thumbnails = () if contents else children(item, "media", "thumbnail")
    thumbs = [_picture(each, base_url) for each in thumbnails]
    shown = merge(picture for picture in (*contents, *enclosures, *thumbs) if picture)
    if len(shown) == 1:
        shown = (_described(shown[0], (item,)),)
    return shown or _unprefixed(item, base_url)


def attachments_of(item: Element, base_url: str | None) -> list[dict[str, Any]]:
    """Return audio, video and documents of an item as parts of a record, each address once."""
    found: dict[str, dict[str, Any]] = {}
    for each in (*_enclosures(item), *(content for content, _ in _media_contents(item))):
        url = _address(each, base_url)
        if url and not _is_image(each) and (media_type := _media_type(each)):
            found.setdefault(url, _attachment(each, url, media_type))
    return list(found.values())


def _attachment(element: Element, url: str, media_type: str) -> dict[str, Any]:
    title = mended_line(element.get("title")) or mended_line(child_text(element, "media", "title"))
    length = _number(element.get("length") or element.get("fileSize"))
    duration = _number(element.get("duration"))
    record = {"url": url, "type": media_type, "length": length, "title": title, "duration": duration}
    return {key: value for key, value in record.items() if value is not None}


def _contents(item: Element, base_url: str | None) -> list[Picture]:
    """Return one picture for each `media:content`, and one for each group, which holds renditions of one object."""
    found: dict[int, Picture] = {}
    for place, (content, scopes) in enumerate(_media_contents(item)):
        picture = _picture(content, base_url) if _is_image(content) else None
        if picture is not None:
            key = place if len(scopes) == 1 else -id(scopes[1])
            picture = _described(picture, scopes)
            found[key] = combined(found[key], picture) if key in found else picture
    return list(found.values())


def _media_contents(item: Element) -> Iterator[tuple[Element, Sequence[Element]]]:
    for content in children(item, "media", "content", "group"):
        if name_of(content)[1] == "content":
            yield content, (content,)
        for rendition in children(content, "media", "content"):
            yield rendition, (rendition, content)


def _beside(item: Element, found: list[Picture]) -> list[Picture]:
    """Give several pictures the captions and credits that stand beside them in equal number, else those of all."""
    captions = [_words(each) for each in children(item, "media", "description")]
    credits_ = [said(mended_line(text_of(each))) for each in children(item, "media", "credit")]
    if len(found) > 1 and len(captions) == len(found):
        found = [replace(each, caption=each.caption or text) for each, text in zip(found, captions, strict=True)]
    if len(found) > 1 and len(credits_) in (1, len(found)):
        texts = credits_ * len(found) if len(credits_) == 1 else credits_
        found = [replace(each, credit=each.credit or text) for each, text in zip(found, texts, strict=True)]
    return found


def _described(picture: Picture, scopes: Sequence[Element]) -> Picture:
    """Add what an element and those around it say of a picture; the innermost counts (Media RSS, "scope")."""
    for scope in scopes:
        picture = replace(
            picture,
            caption=picture.caption or _words(child(scope, "media", "description")) or _title(scope),
            credit=picture.credit or _credit(scope),
            alt=picture.alt or _words(child(scope, "media", "text")),
            copyright=picture.copyright or said(mended_line(child_text(scope, "media", "copyright"))),
        )
    return picture


def _title(scope: Element) -> str | None:
    # The title of an item is the story's, not the picture's.
    return _words(child(scope, "media", "title")) if name_of(scope)[0] == "media" else None


def _credit(scope: Element) -> str | None:
    names = [name for each in children(scope, "media", "credit") if (name := said(mended_line(text_of(each))))]
    return " / ".join(dict.fromkeys(names)) or None


def _words(element: Element | None) -> str | None:
    text = text_of(element)
    if text is None:
        return None
    return said(plain_text(text) if looks_like_html(text) else text)


def _picture(element: Element, base_url: str | None) -> Picture | None:
    if (url := _address(element, base_url)) is None:
        return None
    media_type = (element.get("type") or "").lower()
    return Picture(
        url,
        caption=said(mended_line(element.get("title"))),
        type=media_type if media_type.startswith("image/") and _TYPE.fullmatch(media_type) else None,
        width=_number(element.get("width")),
        height=_number(element.get("height")),
        length=_number(element.get("fileSize") or element.get("length")),
    )


def _enclosures(item: Element) -> Iterator[Element]:
    yield from children(item, "", "enclosure")
    yield from (link for link in children(item, "atom", "link") if link.get("rel") == "enclosure")


def _address(element: Element, base_url: str | None) -> str | None:
    return web_address(element.get("url") or element.get("href"), base_url)


def _media_type(element: Element) -> str | None:
    given = (element.get("type") or "").strip().lower().partition(";")[0]
    return given if _TYPE.fullmatch(given) else _MEDIUM_TYPES.get((element.get("medium") or "").lower())


def _is_image(element: Element) -> bool:
    media_type = (element.get("type") or "").lower()
    medium = (element.get("medium") or "").lower()
    if media_type or medium:
        return media_type.startswith("image") or medium == "image"
    return _IMAGE_NAME.search(element.get("url") or element.get("href") or "") is not None


def _unprefixed(item: Element, base_url: str | None) -> tuple[Picture, ...]:
    """Return the picture that some publishers put into elements of no namespace, as an address or with a `url`."""
    for name in _PLAIN_NAMES:
        for each in children(item, "", name):
            url = web_address(child_text(each, "", "url") or text_of(each), base_url)
            if url and _IMAGE_NAME.search(url):
                return (_described(Picture(url), (item,)),)
    return ()


def _number(text: str | None) -> int | None:
    match = re.fullmatch(r"\s*(\d{1,15})(?:\.\d+)?\s*", text or "")
    return int(match[1]) or None if match else None
