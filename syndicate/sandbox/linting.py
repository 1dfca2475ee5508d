"""Documents linted in the sandbox: the job, and the call that has it done."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from syndicate.model.declarations import Dialect
from syndicate.model.finding import Finding
from syndicate.parse.lint.documents import Linted, lint_document
from syndicate.parse.lint.outline import Complaint
from syndicate.sandbox.documents import Runner


def perform(data: bytes, options: Mapping[str, Any]) -> bytes:
    """Lint a document; options: `address`, `content_type`, `dialect`, `now`."""
    found = lint_document(
        data,
        address=options["address"],
        content_type=options["content_type"],
        dialect=options["dialect"],
        now=datetime.fromisoformat(options["now"]),
    )
    complaints = [[each.entry, asdict(each.finding)] for each in found.complaints]
    return json.dumps([complaints, found.dates]).encode()


async def lint(
    sandbox: Runner, data: bytes, *, address: str, content_type: str | None, dialect: Dialect, now: datetime
) -> Linted:
    """Lint a document in the sandbox."""
    answer = await sandbox.run(
        "lint", data, address=address, content_type=content_type, dialect=dialect, now=now.isoformat()
    )
    complaints, dates = json.loads(answer)
    return Linted(
        tuple(Complaint(entry, Finding(**finding)) for entry, finding in complaints),
        {name: tuple(texts) for name, texts in dates.items()},
    )
