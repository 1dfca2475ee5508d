"""`syndicate articles takedown`: retract a story, and watch until every copy is gone."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import click

from syndicate.cli.output import Column, as_json, cell, listed, print_csv
from syndicate.cli.reach import Desk, reach
from syndicate.cli.running import quiet

LOOK_AGAIN_SECONDS = 0.5
COPIES: tuple[Column, ...] = (
    ("PARTNER", "partner"),
    ("COPY", "holding"),
    ("REV", "revision"),
    ("GONE", "gone"),
    ("KNOWN BY", "evidence"),
    ("DELIVERY", lambda row: (row["delivery"] or {}).get("state")),
    ("PROBLEM", lambda row: (row["delivery"] or {}).get("reason")),
    ("CONTACT", "contact"),
    ("ADDRESS", "url"),
    ("SINCE", "changed_at"),
)
Copies = list[dict[str, Any]]


@click.command()
@click.argument("article", metavar="ID")
@click.option("--reason", default="takedown", show_default=True, help="why; it stays in the journal")
@click.option("--public-note", help="the only text that leaves the house")
@click.option("--wait/--no-wait", default=True, help="wait until all are gone (Ctrl-C stops the waiting, nothing else)")
@click.option("--csv", "as_csv", is_flag=True, help="print CSV, for the lawyer")
@as_json
@click.pass_obj
def takedown(
    config: Path, article: str, reason: str, public_note: str | None, *, wait: bool, as_csv: bool, as_json: bool
) -> None:
    """Retract an article, then show every copy, its state and the partner's contact until all are gone."""
    quiet()
    order = {"article": article, "reason": reason, "public_note": public_note}
    copies = asyncio.run(_take_down(config, order, wait=wait))
    if as_csv:
        print_csv(copies, COPIES)
    else:
        listed(copies, COPIES, as_json=as_json)
    if any(not copy["gone"] for copy in copies):
        sys.exit(1)


async def _take_down(config: Path, order: dict[str, Any], *, wait: bool) -> Copies:
    async with reach(config) as desk:
        await desk.do("articles.retract", order, _silent)
        copies = await _copies(desk, order["article"])
        if not desk.sends and _left(copies):
            click.echo("No service runs here: partners are told when one does.", err=True)
        elif wait:
            copies = await _until_gone(desk, order["article"], copies)
        return copies


async def _until_gone(desk: Desk, article: str, copies: Copies) -> Copies:
    """Look again until no copy is left; says what is left whenever that changes."""
    told: list[str] = []
    while left := _left(copies):
        if left != told:
            click.echo("Still there: " + "; ".join(left), err=True)
            told = left
        try:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        except asyncio.CancelledError:
            # Ctrl-C: what is known so far is still to be shown.
            return copies
        copies = await _copies(desk, article)
    return copies


async def _copies(desk: Desk, article: str) -> Copies:
    found: Copies = await desk.do("articles.copies", {"article": article}, _silent)
    return found


def _left(copies: Copies) -> list[str]:
    return [_told(copy) for copy in copies if not copy["gone"]]


def _told(copy: dict[str, Any]) -> str:
    problem = cell(copy, COPIES[6][1])
    contact = f", write to {copy['contact']}" if copy["contact"] else ""
    return cell({"told": f"{copy['partner']} ({copy['holding']}{', ' + problem if problem else ''}{contact})"}, "told")


def _silent(_: Any) -> None:
    """Hear of no progress: these commands have none to tell."""
