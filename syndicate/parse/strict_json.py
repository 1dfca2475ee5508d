"""JSON from strangers: UTF-8 only, no repeated keys, no endless nesting, no infinity (RFC 7493)."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from syndicate.errors import InvalidJSONError, Violation

MAX_DEPTH = 32
MAX_DIGITS = 300
_SURROGATE = re.compile("[\ud800-\udfff]")
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\Z)|[\[\]{}]', re.DOTALL)


class _Object(dict[str, Any]):
    """A JSON object that knows which of its keys came twice."""

    repeated: str | None = None


def read_json(data: bytes) -> Any:
    """Read one JSON value of at most MAX_DEPTH levels.

    Raises InvalidJSONError, with the path where a key is repeated, for anything a strict reader refuses.
    """
    text = _text(data)
    refuse_deep(text)
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_number
        )
    except json.JSONDecodeError as error:
        _refuse(f"is not JSON: {error.msg} at line {error.lineno}, column {error.colno}")
    _refuse_bad_parts(value, "")
    return value


def _text(data: bytes) -> str:
    try:
        return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse(f"is not UTF-8 at byte {error.start}")


def refuse_deep(text: str) -> None:
    """Raise InvalidJSONError where brackets nest deeper than MAX_DEPTH; in linear time, without recursion."""
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        depth += match[0] in "[{"
        depth -= match[0] in "]}"
        if depth > MAX_DEPTH:
            _refuse(f"is nested deeper than {MAX_DEPTH} levels")


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    value = _Object(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                value.repeated = key
            seen.add(key)
    return value


def _constant(name: str) -> NoReturn:
    _refuse(f"{name} is no number in JSON")


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        _refuse(f"has a number of more than {MAX_DIGITS} digits")
    return int(digits)


def _number(digits: str) -> float:
    if math.isinf(value := float(digits)):
        _refuse("has a number that is too large")
    return value


def _refuse_bad_parts(value: Any, path: str) -> None:
    if isinstance(value, str):
        _refuse_surrogates(value, path.removesuffix("."))
    if isinstance(value, _Object) and value.repeated is not None:
        _refuse("the key is repeated", f"{path}{value.repeated}"[:200])
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        if isinstance(key, str):
            _refuse_surrogates(key, path.removesuffix("."))
        _refuse_bad_parts(part, f"{path}{key}.")


def _refuse_surrogates(text: str, path: str) -> None:
    if not text.isascii() and _SURROGATE.search(text):
        _refuse("has half of a surrogate pair, which is no character", path)


def _refuse(reason: str, path: str = "") -> NoReturn:
    raise InvalidJSONError(f"the JSON {reason}" if not path else f"{path}: {reason}", [Violation(path, reason)])
