"""Authors as feeds write them."""

from __future__ import annotations

import re
from typing import Any

from syndicate.parse.links import web_address
from syndicate.parse.plain import mended_line

_ADDRESS_AND_NAME = re.compile(r"\s*(?:mailto:)?([^@\s<>()]{1,64}@[^@\s<>()]{1,250})\s*(?:\(([^()]*)\))?\s*")
_NAME_AND_ADDRESS = re.compile(r"\s*([^<>]+?)\s*<([^@\s<>()]{1,64}@[^@\s<>()]{1,250})>\s*")
_NO_ONE = frozenset({"noreply", "no-reply", "nobody", "webmaster", "donotreply"})


def person(text: str | None) -> dict[str, Any] | None:
    """Read `a@b.example (Name)`, `Name <a@b.example>` or a bare name (RSS 2.0 "author", dc:creator)."""
    if match := _ADDRESS_AND_NAME.fullmatch(text or ""):
        address, name = match[1], mended_line(match[2])
        return {"name": name or address.partition("@")[0], **_email(address)}
    if match := _NAME_AND_ADDRESS.fullmatch(text or ""):
        return {"name": mended_line(match[1]), **_email(match[2])}
    return {"name": name} if (name := mended_line(text)) else None


def _email(address: str) -> dict[str, str]:
    return {} if address.partition("@")[0].lower() in _NO_ONE else {"email": address}


def named_person(name: str | None, *, email: str | None = None, url: str | None = None) -> dict[str, Any] | None:
    """Return a person of a feed that keeps name, e-mail and address apart; without a name, the address names them."""
    known = mended_line(name) or (email or "").partition("@")[0] or url
    if not known:
        return None
    found = {"name": known, "email": email, "url": web_address(url)}
    return {key: value for key, value in found.items() if value}
