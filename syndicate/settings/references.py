"""References to secrets: `env:NAME`, `file:PATH`, or a list of them, newest first."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

_REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*\Z|file:[^\x00-\x1f]+\Z")
MAX_REFERENCES = 4


def parse_references(value: Any) -> tuple[str, ...]:
    """Read one reference or a list of them; raises ValueError that never repeats what was given."""
    references: list[str] = list(value) if isinstance(value, list | tuple) else [value]
    if len(references) > MAX_REFERENCES:
        raise ValueError(f"has more than {MAX_REFERENCES} references; drop the oldest")
    if not all(isinstance(item, str) and _REFERENCE.match(item) for item in references):
        raise ValueError(
            'must be "env:NAME" or "file:PATH", or a list of them, newest first; a secret itself must not stand here'
        )
    return tuple(references)


References = Annotated[
    tuple[str, ...],
    BeforeValidator(parse_references),
    WithJsonSchema({"type": "string", "description": "secret reference"}),
]
