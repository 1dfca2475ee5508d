"""Overrides: environment variables `SYNDICATE_SECTION__KEY` laid over what the file says."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Mapping
from typing import Any

PREFIX = "SYNDICATE_"
# Their second part is a name, and names have hyphens where variables have underscores.
_NAMED = ("partners", "upstreams", "rights")


def overridden(document: Mapping[str, Any], environ: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Lay the environment over a document; returns the new document and the variable that set each path.

    Variables without a double underscore are none of ours. A value is read as TOML where it is TOML, else as a string.
    """
    result = copy.deepcopy(dict(document))
    origins = {}
    for variable, text in sorted(environ.items()):
        keys = variable.removeprefix(PREFIX).lower().split("__")
        if variable.startswith(PREFIX) and len(keys) > 1 and all(keys):
            keys = _with_hyphens(keys)
            _put(result, keys, _value(text))
            origins[".".join(keys)] = variable
    return result, origins


def _with_hyphens(keys: list[str]) -> list[str]:
    return [keys[0], keys[1].replace("_", "-"), *keys[2:]] if keys[0] in _NAMED else keys


def _put(table: dict[str, Any], keys: list[str], value: object) -> None:
    for key in keys[:-1]:
        inner = table.get(key)
        if not isinstance(inner, dict):
            inner = table[key] = {}
        table = inner
    table[keys[-1]] = value


def _value(text: str) -> object:
    try:
        parsed = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    # A line break could smuggle in a second key.
    return parsed["value"] if parsed.keys() == {"value"} else text
