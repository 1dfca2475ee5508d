"""Content codings, undone within a bound."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import brotli

ACCEPTED = "gzip, deflate, br"
# Each costs a copy of the rest, so that a body of many empty ones would be quadratic.
MAX_MEMBERS = 64


class InflateError(ValueError):
    """The bytes are not of the coding they claim to be of, or the coding is not one that was asked for."""


class InflatedTooLargeError(ValueError):
    """The document is larger than it may be."""


def inflate(wire: bytes, coding: str, limit: int) -> bytes:
    """Return the document that `wire` holds under a `Content-Encoding` (RFC 9110 section 8.4).

    Never makes more than `limit` bytes and a piece. Raises InflateError or InflatedTooLargeError.
    """
    name = coding.strip().lower().removeprefix("x-")
    if name in ("", "identity") or not wire:
        return _bounded(wire, limit)
    if name not in _CODINGS:
        raise InflateError("an unknown content coding")
    try:
        return _CODINGS[name](wire, limit)
    except (zlib.error, brotli.error) as error:
        raise InflateError("the compressed body is broken") from error


def _bounded(body: bytes, limit: int) -> bytes:
    if len(body) > limit:
        raise InflatedTooLargeError(f"more than {limit} bytes")
    return body


def _gunzip(wire: bytes, limit: int) -> bytes:
    # RFC 1952 section 2.2: a gzip file is one or more members; servers pad the last with zeros.
    body = b""
    for _ in range(MAX_MEMBERS):
        body, wire = _member(body, wire, limit)
        if not wire.rstrip(b"\x00"):
            return body
    raise InflateError("the compressed body has too many members")


def _member(body: bytes, wire: bytes, limit: int) -> tuple[bytes, bytes]:
    decoder = zlib.decompressobj(wbits=31)
    body = _bounded(body + decoder.decompress(wire, limit - len(body) + 1), limit)
    if not decoder.eof:
        raise InflateError("the compressed body is cut short")
    return body, decoder.unused_data


def _undeflate(wire: bytes, limit: int) -> bytes:
    # RFC 9110 section 8.4.1.2: some servers send the bare stream without the zlib frame.
    framed = wire[0] & 0x0F == 8 and int.from_bytes(wire[:2], "big") % 31 == 0
    decoder = zlib.decompressobj(wbits=15 if framed else -15)
    body = _bounded(decoder.decompress(wire, limit + 1), limit)
    if not decoder.eof:
        raise InflateError("the compressed body is cut short")
    return body


def _unbrotli(wire: bytes, limit: int) -> bytes:
    decoder = brotli.Decompressor()
    body = _bounded(decoder.process(wire, output_buffer_limit=limit + 1), limit)
    if not decoder.is_finished():
        raise InflateError("the compressed body is cut short")
    return body


_CODINGS: dict[str, Callable[[bytes, int], bytes]] = {"gzip": _gunzip, "deflate": _undeflate, "br": _unbrotli}
