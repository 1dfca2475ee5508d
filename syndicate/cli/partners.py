"""`syndicate partners`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from syndicate.cli.auditing import audit
from syndicate.cli.instants import Time
from syndicate.cli.output import Column, as_json, fields, listed, print_json, text
from syndicate.cli.reporting import report
from syndicate.cli.running import run
from syndicate.errors import SyndicateError

# Why it gets nothing, or not all: everything is stopped, its state, what went wrong last.
REASONS = ("stopped", "reason", "last_failure")
PARTNERS: tuple[Column, ...] = (
    ("NAME", "name"),
    ("HEALTH", "health"),
    ("REASON", lambda row: "; ".join(dict.fromkeys(filter(None, map(row.get, REASONS))))),
    ("FAILING SINCE", "failing_since"),
    ("NEXT TRY", "next_try_at"),
    ("CONNECTOR", "connector"),
    ("SCHEDULE", "schedule"),
    ("DELIVERIES", "deliveries"),
    ("OLDEST WAITING", "oldest_waiting_at"),
    ("LAST POLL", lambda row: (row["polling"] or {}).get("last_at")),
    ("SILENT SINCE", lambda row: (row["polling"] or {}).get("silent_since")),
    ("CONTACT", "contact"),
)
HAD: tuple[Column, ...] = (
    ("SINCE", "since"),
    ("HOLDING", "holding"),
    ("REV", "revision"),
    ("ARTICLE", "article"),
    ("DELIVERY", "delivery"),
)


@click.group()
def partners() -> None:
    """Partners: how they fare, what they would get and what they got, pause, resume, replay."""


partners.add_command(report)
partners.add_command(audit)


@partners.command("list")
@as_json
@click.pass_obj
def listing(config: Path, *, as_json: bool) -> None:
    """List partners and how they fare."""
    listed(run(config, "partners.list"), PARTNERS, as_json=as_json)


@partners.command()
@click.argument("name")
@click.option("--as-of", type=Time(), help="what it had then: 2026-01-31T09:50:00Z, or how long ago: 48h")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="with --as-of: how many")
@as_json
@click.pass_obj
def show(config: Path, name: str, as_of: str | None, limit: int, *, as_json: bool) -> None:
    """Show a partner as declared and as it fares, or what it had of our articles at a moment."""
    if as_of is not None:
        then = run(config, "partners.show_as_of", partner=name, as_of=as_of, limit=limit)
        listed(then["copies"], HAD, as_json=as_json)
        return
    found = run(config, "partners.show", partner=name)
    if as_json:
        print_json(found)
    else:
        fields(found)


@partners.command()
@click.argument("name")
@as_json
@click.pass_obj
def test(config: Path, name: str, *, as_json: bool) -> None:
    """See that a partner can be reached and takes our credentials: a signed event, or what its kind has instead."""
    done = run(config, "partners.test", partner=name)
    if as_json:
        print_json(done)
    if not done["accepted"]:
        remedy = "Check the address and the secret on both sides."
        raise SyndicateError(f"{name} did not take the test: {done['reason']}{_told(done)}", remedy=remedy)
    if not as_json:
        click.echo(f"{name} took the test in {done['duration_ms']} ms{_told(done)}")


def _told(done: dict[str, Any]) -> str:
    """Return what the partner said to a test, in so far as it said anything."""
    said = [text(each)[:200] for each in (done["status"], done["answer"]) if each]
    return f": {' '.join(said)}" if said else ""


@partners.command()
@click.argument("name")
@click.argument("article", metavar="ID")
@as_json
@click.pass_obj
def preview(config: Path, name: str, article: str, *, as_json: bool) -> None:
    """Print exactly what a partner would be sent of an article now; nothing is sent."""
    found = run(config, "partners.preview", partner=name, article=article)
    if as_json:
        print_json(found)
        return
    for each in (*found["before"], found):
        _print_request(each)
    if not found["owed"]:
        click.echo(f"{name} does not select this article; only `articles send` would make it go.", err=True)


def _print_request(request: dict[str, Any]) -> None:
    click.echo(f"{request['method']} {request['url']}")
    for header, value in request["headers"].items():
        click.echo(f"{header}: {value}")
    if request["body"] is None:
        click.echo("\n(no text; --json shows it in base64)")
    elif request["body"]:
        click.echo("\n" + request["body"])


@partners.command()
@click.argument("name")
@click.option("--reason", default="paused by an operator", show_default=True)
@click.pass_obj
def pause(config: Path, name: str, reason: str) -> None:
    """Send a partner nothing, not even retractions, until it is resumed."""
    run(config, "partners.pause", partner=name, reason=reason)
    click.echo(f"{name} is paused")


@partners.command()
@click.argument("name")
@click.pass_obj
def resume(config: Path, name: str) -> None:
    """Let a partner have everything again."""
    run(config, "partners.resume", partner=name)
    click.echo(f"{name} is healthy")


@partners.command()
@click.argument("name")
@click.option("--since", type=Time(), required=True, help="2026-01-31T09:50:00Z, or how long ago: 48h")
@click.pass_obj
def replay(config: Path, name: str, since: str) -> None:
    """Bring a partner to the newest state of what changed since then, retractions first."""
    done = run(config, "partners.replay", partner=name, since=since)
    click.echo(f"{done['articles']} articles changed; owed: {done['retractions']} retractions, {done['others']} others")
