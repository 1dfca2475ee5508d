"""Partners' pages read in the sandbox: the job, and the call that has it done."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from syndicate.model.copy_page import Page
from syndicate.parse.copy_page import read_page as parse_page
from syndicate.sandbox.documents import Runner


def perform(data: bytes, options: Mapping[str, Any]) -> bytes:
    """Read a page; options: `address`, `content_type`."""
    page = parse_page(data, address=options["address"], content_type=options["content_type"])
    return json.dumps(asdict(page)).encode()


async def read_page(sandbox: Runner, data: bytes, *, address: str, content_type: str | None) -> Page:
    """Read a page in the sandbox. Raises UnreadableDocumentError where that was stopped."""
    found = json.loads(await sandbox.run("page", data, address=address, content_type=content_type))
    return Page(
        headlines=tuple(found["headlines"]),
        canonicals=tuple(found["canonicals"]),
        links=tuple((url, words) for url, words in found["links"]),
        words=found["words"],
    )
