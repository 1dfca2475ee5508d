"""The reference of the configuration: defaults and bounds from the models, meaning from the commented example files.

`python -m syndicate.settings.reference > docs/configuration.md` writes it anew.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ByteSize

from syndicate.model.declarations import (
    FeedDeclaration,
    PartnerDeclaration,
    Profile,
    Rate,
    RightsRule,
    Select,
    UpstreamDeclaration,
)
from syndicate.model.durations import format_duration
from syndicate.settings.secrets import SECRET_KEYS
from syndicate.settings.sections import SECTIONS

# Every table that config.toml and a feed file may hold, by the heading that the example files give it.
CONFIG_TABLES: dict[str, type[BaseModel]] = {
    **SECTIONS,
    "rights.ap": RightsRule,
    "partners.gazette": PartnerDeclaration,
    "partners.gazette.select": Select,
    "partners.gazette.profile": Profile,
    "upstreams.wire": UpstreamDeclaration,
}
FEED_TABLES: dict[str, type[BaseModel]] = {"": FeedDeclaration, "select": Select}

# Absent, these take the value of the same key in [service].
INHERITED = {("partners.gazette", "timezone")}

_HEADING = re.compile(r"#?\[([a-z0-9.-]+)\]")
_OPTION = re.compile(r"(#?)([a-z_]+) = (.+)")
_INTRODUCTION = """# Configuration

What `config.toml` and the files in `feeds/` may hold. Written by `python -m syndicate.settings.reference`
from the models and the example files; a test keeps them in agreement.
"""
_COLUMNS = ("| key | default | values | meaning |", "| --- | --- | --- | --- |")


@dataclass(frozen=True)
class Option:
    """One option of an example file. `literal` is its default where `active`, else an example."""

    table: str
    key: str
    literal: str
    active: bool
    meaning: str


@dataclass(frozen=True)
class Heading:
    table: str
    meaning: str


def read_example(text: str) -> Iterator[Heading | Option]:
    """Read an example file: a comment speaks of the lines below it, up to a blank one; `#key` is commented out."""
    table, comment = "", ""
    for line in text.splitlines():
        if heading := _HEADING.fullmatch(line):
            table = heading[1]
            yield Heading(table, comment)
        elif option := _OPTION.fullmatch(line):
            yield Option(table, option[2], option[3], active=not option[1], meaning=comment)
        comment = f"{comment} {line[2:]}".strip() if line.startswith("# ") else comment if line else ""


def render_reference(config: str, feed: str) -> str:
    """Write the reference in Markdown from the texts of config.toml and of a complete feed file."""
    lines = [_INTRODUCTION, "## config.toml", *_tables(config, CONFIG_TABLES)]
    lines += ["", "## feeds/SLUG.toml", "", *_COLUMNS]
    return "\n".join([*lines, *_tables(feed, FEED_TABLES)]) + "\n"


def _tables(text: str, tables: dict[str, type[BaseModel]]) -> Iterator[str]:
    for item in read_example(text):
        if isinstance(item, Heading):
            yield from ("", f"### [{_general(item.table)}]", "", item.meaning, "")
            yield from _COLUMNS
        else:
            model = tables[item.table]
            yield f"| `{item.key}` | {_default(item, model)} | {_values(item, model)} | {item.meaning} |"


def _general(table: str) -> str:
    return re.sub(r"^(rights|partners|upstreams)\.[a-z]+", r"\1.NAME", table)


def _default(option: Option, model: type[BaseModel]) -> str:
    field = model.model_fields.get(option.key)
    if field is None or (option.table, option.key) in INHERITED or field.default in (None, (), ""):
        return ""
    return "required" if field.is_required() else f"`{_toml(field.default)}`"


def _toml(value: object) -> str:
    match value:
        case timedelta():
            return f'"{format_duration(value)}"'
        case Rate():
            return f'"{value.count}/{format_duration(value.per).lstrip("1")}"'
        case ByteSize():
            return f'"{value.human_readable(separator="").replace(".0", "")}"'
        case bool() | int() | tuple():
            return str(value).lower().replace("(", "[").replace(")", "]")
        case _:
            return f'"{value}"'


def _values(option: Option, model: type[BaseModel]) -> str:
    properties = model.model_json_schema()["properties"]
    if option.key in SECRET_KEYS:
        return "secret reference"
    # What no model here knows is a connector's own option.
    return _kind(properties[option.key]) if option.key in properties else "the connector's"


def _kind(schema: dict[str, Any]) -> str:
    if "description" in schema:
        return str(schema["description"])
    options = [kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"]
    if options:
        return " or ".join(dict.fromkeys(map(_kind, options)))
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    return _scalar(schema)


def _scalar(schema: dict[str, Any]) -> str:
    kind = str(schema.get("description") or _FORMATS.get(schema.get("format", "")) or schema.get("type", "rate"))
    if schema.get("examples"):
        kind = "duration"
    bounds = [schema[bound] for bound in ("minimum", "maximum") if bound in schema]
    return f"{kind} {' to '.join(map(str, bounds))}" if len(bounds) == 2 else kind


_FORMATS = {"uri": "web address", "ipvanynetwork": "address or CIDR", "path": "path"}


if __name__ == "__main__":
    project = Path(__file__).resolve().parents[2]
    feed_example = (project / "feeds" / "latest.toml").read_text("utf-8")
    sys.stdout.write(render_reference((project / "config.toml").read_text("utf-8"), feed_example))
