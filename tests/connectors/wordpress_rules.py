"""Rules of WordPress that the scripted site keeps: slugs, filtering, forms, the fields of an answer."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from tests.connectors.partners import Request


def slug_of(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def unique(wish: str, taken: Collection[str]) -> str:
    names = (wish, *(f"{wish}-{number}" for number in range(2, 100)))
    return next(name for name in names if name not in taken)


def kses(html: str) -> str:
    """Filter what users without `unfiltered_html` write; comments stay, with single dashes in them."""
    stripped = re.sub(r"</?(script|iframe|form|input)\b[^>]*>", "", html)
    return re.sub(r"<!--(.*?)-->", lambda found: f"<!--{re.sub('--+', '-', found[1])}-->", stripped, flags=re.DOTALL)


def multipart(request: Request) -> tuple[dict[str, str], str, bytes]:
    """Return a form's fields, its file's name and its file."""
    boundary = request.headers["content-type"].partition("boundary=")[2].encode()
    fields, name, data = {}, "", b""
    for part in request.body.split(b"--" + boundary)[1:-1]:
        head, _, value = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        field = re.search(r'name="([^"]*)"', head.decode())
        file = re.search(r'filename="([^"]*)"', head.decode())
        assert field is not None
        if file is not None:
            name, data = file[1], value[:-2]
        else:
            fields[field[1]] = value[:-2].decode()
    return fields, name, data


def only_fields(body: Any, fields: str) -> Any:
    """Keep the fields that `_fields` names, those of one level below by a dot."""
    if isinstance(body, list):
        return [only_fields(each, fields) for each in body]
    if not fields or not isinstance(body, Mapping):
        return {key: value for key, value in body.items() if key != "data"} if isinstance(body, Mapping) else body
    kept: dict[str, Any] = {}
    for name in fields.split(","):
        key, dot, below = name.partition(".")
        if key in body:
            kept[key] = {below: body[key][below]} if dot else body[key]
    return kept
