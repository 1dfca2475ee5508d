"""Short commands beside a stopped service: make a token, let every retry go now."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from syndicate.actions.operate import resume_partner
from syndicate.actions.tokens import SCOPES, create
from syndicate.app.configuration import load_configuration
from syndicate.app.service import opened


async def _run(command: str, config: Path) -> str:
    async with opened(load_configuration(config, os.environ)) as service:
        if command == "token":
            return await create(service.office, "proof", SCOPES)
        for partner in service.declarations.partners:
            await resume_partner(service.office, partner.name, actor="proof")
        return "resumed"


if __name__ == "__main__":
    print(asyncio.run(_run(sys.argv[1], Path(sys.argv[2]))))
