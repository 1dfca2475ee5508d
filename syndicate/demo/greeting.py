"""What the demo prints when it is ready: addresses to open and commands to paste."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from syndicate.demo.homes import Homes
from syndicate.demo.run import Show

# JSON without apostrophes needs no more quoting than the quotes around it.
_RECORD = (
    '{"title": "Hello from the command line", "kicker": "Letters", "categories": ["Harbour"], '
    '"summary": "A reader writes, and two papers print it.", "body_html": "<p>It works.</p>"}'
)
_ID = "tag:you.example,2026:hello"


def greeting(show: Show, *, program: str) -> str:
    """Return the text; every command in it works as it stands, from any directory. `program` runs our commands."""
    parts = [*_found_busy(show), *_addresses(show), "", *_calls(show), *_commands(show.homes, program)]
    return "\n".join([*parts, "", "Ctrl-C stops the demo."])


def _found_busy(show: Show) -> Iterator[str]:
    for busy, taken in show.busy:
        yield f"Port {busy} is busy; taking {taken} instead."


def _addresses(show: Show) -> Iterator[str]:
    first, second = show.papers
    yield "Open:"
    yield f"  {first.root}/demo   the stage: both papers, and buttons to try them"
    yield f"  {first.root}/       {first.title}, the publisher"
    yield f"  {second.root}/       {second.title}, which republishes it every few seconds"
    yield f"  {first.root}/feeds  the feeds, such as {first.root}/feeds/latest.rss, .atom and .json"


def _calls(show: Show) -> Iterator[str]:
    article = f"{show.papers[0].root}/api/v1/articles/{_ID}"
    allowed = f"-H 'Authorization: Bearer {show.token}'"
    yield "Paste into another terminal, to publish a story, retract it, and bring it back:"
    yield f"  curl -X PUT '{article}' \\\n    {allowed} \\\n    -d '{_RECORD}'"
    yield f"  curl -X DELETE '{article}?reason=test&public_note=Withdrawn.' \\\n    {allowed}"
    yield f"  curl -X POST '{article}/restore' \\\n    {allowed}"


def _commands(homes: Homes, program: str) -> Iterator[str]:
    config = shlex.quote(str((homes.folder("harbour") / "config.toml").resolve()))
    yield "To see what happened to it, and who holds a copy:"
    yield f"  {program} --config {config} articles history {_ID}"
    yield f"  {program} --config {config} copies list"
