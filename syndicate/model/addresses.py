"""Addresses: absolute, ASCII, normalised, and of a scheme that is safe to follow."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from pydantic import BeforeValidator, WithJsonSchema

_SAFE = "!#$%&'()*+,/:;=?@[]~"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*")
_HOST = re.compile(r"[A-Za-z0-9._\-]+|\[[0-9A-Fa-f:.]+\]")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_UNWISE = re.compile(r"[ <>\"\\^`{|}]")
MAX_URL_CHARACTERS = 2_048
# A document must never run code or carry its own bytes, wherever the address is used (B81).
_ACTIVE_SCHEMES = frozenset({"javascript", "data", "vbscript", "file", "blob", "about"})


def normalise_web_url(value: object) -> str:
    """Return an absolute http or https URL as ASCII: percent-encoded, IDN in punycode, host in lower case.

    Raises ValueError with what to change for any other scheme, user names in it, or a missing host.
    """
    parts = _split(_bounded(value))
    if parts.scheme.lower() not in ("http", "https"):
        raise ValueError("must be an absolute http or https address")
    return _rebuilt(parts.scheme.lower(), parts.netloc, parts.path, parts.query, parts.fragment)


def normalise_uri(value: object) -> str:
    """Return an absolute URI of any harmless scheme as ASCII; http and https ones as `normalise_web_url`."""
    text = _bounded(value)
    scheme, colon, rest = text.partition(":")
    if not colon or not rest or not _SCHEME.fullmatch(scheme):
        raise ValueError("must be an absolute URI, such as tag:example.org,2026:story-1")
    if scheme.lower() in ("http", "https"):
        return normalise_web_url(text)
    if scheme.lower() in _ACTIVE_SCHEMES:
        raise ValueError(f"the scheme {scheme.lower()}: is not allowed")
    return f"{scheme.lower()}:{quote(rest, safe=_SAFE)}"


def _bounded(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a string")
    text = value.strip()
    if len(text) > MAX_URL_CHARACTERS:
        raise ValueError(f"is longer than {MAX_URL_CHARACTERS} characters")
    return _UNWISE.sub(lambda match: quote(match[0]), _CONTROLS.sub("", text))


def _split(text: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError:
        # Its own words repeat the address, which may hold a password.
        raise ValueError("is not a well-formed address") from None


def _rebuilt(scheme: str, netloc: str, path: str, query: str, fragment: str) -> str:
    if "@" in netloc:
        raise ValueError("must not carry a user name or password")
    host, port = _host_and_port(netloc)
    if port and (scheme, port) not in (("http", "80"), ("https", "443")):
        host = f"{host}:{port}"
    return urlunsplit(
        (scheme, host, quote(path or "/", safe=_SAFE), quote(query, safe=_SAFE), quote(fragment, safe=_SAFE))
    )


def _host_and_port(netloc: str) -> tuple[str, str]:
    match = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::(\d{0,5}))?", netloc)
    if match is None or not match[1]:
        raise ValueError("must name a host")
    host = match[1].lower().rstrip(".")
    if not host.isascii():
        host = _punycode(host)
    if not _HOST.fullmatch(host):
        raise ValueError("the host name is not valid")
    if match[2] and not 0 < int(match[2]) < 65_536:
        raise ValueError("the port is not valid")
    return host, match[2] or ""


def normalise_mail_address(value: object) -> str:
    """Return a mailbox (RFC 5321 section 4.1.2, without quoting): its domain as ASCII in lower case.

    Raises ValueError; nothing in what is returned could end the address in a header or a command.
    """
    local, _, domain = value.strip().rpartition("@") if isinstance(value, str) else ("", "", "")
    # RFC 6531 section 3.3: beyond ASCII all letters may stand in an atom.
    if not re.fullmatch(r"(?![.])(?:[\w!#$%&'*+/=?^`{|}~.-](?<![.][.])){1,64}(?<![.])", local):
        raise ValueError("must be a mail address, such as desk@example.org")
    host, port = _host_and_port(domain)
    if port or host.startswith("[") or not host or len(host) > 250:
        raise ValueError("must be a mail address, such as desk@example.org")
    return f"{local}@{host}"


def _punycode(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ValueError("the host name is not valid") from error


def origin(url: str) -> str:
    """Return scheme, host and port of a normalised URL, without a slash at the end."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


# An absolute http or https address, normalised.
WebUrl = Annotated[str, BeforeValidator(normalise_web_url), WithJsonSchema({"type": "string", "format": "uri"})]
# A mailbox, such as desk@example.org.
MailAddress = Annotated[
    str, BeforeValidator(normalise_mail_address), WithJsonSchema({"type": "string", "description": "mail address"})
]
# An absolute URI that names something; compared byte for byte.
Uri = Annotated[str, BeforeValidator(normalise_uri), WithJsonSchema({"type": "string", "format": "uri"})]
