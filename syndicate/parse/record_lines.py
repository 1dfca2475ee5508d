"""Long files of one record a line, cut into parts that can be read one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from syndicate.parse.records_file import is_ndjson

PART_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Part:
    """A part of a document; `before` records stand in the parts before it."""

    data: bytes
    before: int


def parts_of(data: bytes, name: str, *, part_bytes: int = PART_BYTES) -> Iterator[Part]:
    """Yield lines of records in parts of about `part_bytes`, every other document whole."""
    if len(data) <= part_bytes or not is_ndjson(data, name):
        yield Part(data, 0)
        return
    lines: list[bytes] = []
    size = before = 0
    for line in data.splitlines():
        if not line.strip():
            continue
        if lines and size + len(line) > part_bytes:
            yield Part(b"\n".join(lines), before)
            before, lines, size = before + len(lines), [], 0
        lines.append(line)
        size += len(line)
    yield Part(b"\n".join(lines), before)
