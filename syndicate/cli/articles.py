"""`syndicate articles`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from syndicate.cli.output import Column, as_json, fields, listed, print_json, text
from syndicate.cli.running import run
from syndicate.cli.takedown import takedown
from syndicate.errors import SyndicateError
from syndicate.model.article import Status

LIST: tuple[Column, ...] = (
    ("STATUS", "status"),
    ("REV", "revision"),
    ("UPDATED", "updated_at"),
    ("TITLE", "title"),
    ("SOURCE", "source"),
    ("SLUG", "slug"),
)
HISTORY: tuple[Column, ...] = (
    ("TIME", "at"),
    ("SEQ", "seq"),
    ("REV", "revision"),
    ("WHAT", "kind"),
    ("BY", "actor"),
    ("REASON", "reason"),
)


@click.group()
def articles() -> None:
    """Articles: list, write, correct, retract. ID is an id, a url or a slug."""


articles.add_command(takedown)


@articles.command("list")
@click.option("--status", type=click.Choice([status.value for status in Status]))
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="how many, the last changed first")
@as_json
@click.pass_obj
def listing(config: Path, status: str | None, limit: int, *, as_json: bool) -> None:
    """List articles, the last changed first."""
    listed(run(config, "articles.list", status=status, limit=limit), LIST, as_json=as_json)


@articles.command()
@click.argument("article", metavar="ID")
@as_json
@click.pass_obj
def show(config: Path, article: str, *, as_json: bool) -> None:
    """Show an article as it stands."""
    found = run(config, "articles.show", article=article)
    if as_json:
        print_json(found)
    else:
        fields(_readable(found))


def _readable(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record as people read it: the body's length instead of the body, pictures by their captions."""
    shown = {key: value for key, value in record.items() if key not in ("schema", "extensions", "provenance")}
    if body := shown.pop("body_html", None):
        shown["body"] = f"{len(body):,} characters of HTML (--json shows it)"
    categories = [each.get("label") or each["term"] for each in record.get("categories", ())]
    pictures = [_picture(each) for each in record.get("images", ())]
    return shown | {"categories": categories, "images": "; ".join(pictures)}


def _picture(image: dict[str, Any]) -> str:
    return f"{image.get('caption') or image['url']} ({image.get('credit') or 'no credit'})"


@articles.command()
@click.argument("article", metavar="ID")
@as_json
@click.pass_obj
def history(config: Path, article: str, *, as_json: bool) -> None:
    """List what happened to an article: its revisions, by whom and why."""
    listed(run(config, "articles.history", article=article), HISTORY, as_json=as_json)


@articles.command()
@click.argument("file", type=click.File("rb"))
@click.pass_obj
def put(config: Path, file: Any) -> None:
    """Accept the article record in FILE ("-": standard input); the same again changes nothing."""
    try:
        record = file.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise SyndicateError(f"{file.name} is not UTF-8", remedy="Save it as UTF-8.") from error
    done = run(config, "articles.put", record=record)
    for notice in done["notices"]:
        click.echo(text(f"{notice['path']}: {notice['message']}"), err=True)
    said(done)


@articles.command()
@click.argument("article", metavar="ID")
@click.option("--note", required=True, help="what was wrong, for readers and partners")
@click.option("--title", help="the title it should have had")
@click.pass_obj
def correct(config: Path, article: str, note: str, title: str | None) -> None:
    """Publish a correction: a note that readers see, and a new title if there is one."""
    said(run(config, "articles.correct", article=article, note=note, title=title))


@articles.command()
@click.argument("article", metavar="ID")
@click.option("--reason", required=True, help="why; it stays in the journal")
@click.option("--public-note", help="the only text that leaves the house")
@click.pass_obj
def retract(config: Path, article: str, reason: str, public_note: str | None) -> None:
    """Take an article back everywhere: pages, feeds and every copy."""
    said(run(config, "articles.retract", article=article, reason=reason, public_note=public_note))


@articles.command()
@click.argument("article", metavar="ID")
@click.pass_obj
def restore(config: Path, article: str) -> None:
    """Bring a retracted article back."""
    said(run(config, "articles.restore", article=article))


@articles.command()
@click.argument("article", metavar="ID")
@click.pass_obj
def release(config: Path, article: str) -> None:
    """Let a held article go out."""
    said(run(config, "articles.release", article=article))


@articles.command()
@click.argument("article", metavar="ID")
@click.option("--to", "partner", required=True, help="the partner")
@click.pass_obj
def send(config: Path, article: str, partner: str) -> None:
    """Send one story to one partner now, whatever it selects."""
    run(config, "articles.send", article=article, partner=partner)
    click.echo(f"owed to {partner}")


@articles.command()
@click.argument("article", metavar="ID")
@click.option("--from", "partner", required=True, help="the partner")
@click.pass_obj
def withdraw(config: Path, article: str, partner: str) -> None:
    """Withdraw one story from one partner; the others keep it."""
    run(config, "articles.withdraw", article=article, partner=partner)
    click.echo(f"withdrawn from {partner}")


@articles.command()
@click.argument("article", metavar="ID")
@click.option("--case", required=True, help="on whose request: the reference that stays")
@click.pass_obj
def erase(config: Path, article: str, case: str) -> None:
    """Remove every text of a retracted article; id, times and the case stay."""
    said({"outcome": "erased"} | run(config, "articles.erase", article=article, case=case))


def said(done: dict[str, Any]) -> None:
    """Say what became of an article."""
    click.echo(text(f"{done['outcome']}: {done['id']} is {done['status']}, revision {done['revision']}"))
