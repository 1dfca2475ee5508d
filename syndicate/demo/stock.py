"""What the demo's publisher starts with: pictures, sample articles, a token to try the API with."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from syndicate.actions import tokens
from syndicate.actions.accept import Submission, accept_in
from syndicate.actions.listings import list_articles
from syndicate.actions.office import Occasion
from syndicate.actions.pictures import keep_picture
from syndicate.app.service import Service
from syndicate.demo.homes import write_private
from syndicate.demo.samples import picture_files, sample_articles
from syndicate.parse.record import read_record
from syndicate.store.tx import Tx

ACTOR = "demo"


async def keep_pictures(service: Service) -> dict[str, str]:
    """Keep the sample pictures; returns their addresses by the names of their files."""
    root = service.declarations.publisher.root
    kept = {}
    for name, path in picture_files().items():
        picture = await keep_picture(service.office, service.pictures, await asyncio.to_thread(path.read_bytes))
        kept[name] = f"{root}/media/{picture.name}"
    return kept


async def load_samples(service: Service, pictures: Mapping[str, str]) -> None:
    """Publish the sample articles in an empty store, all or none: their times are counted back from now."""
    if await list_articles(service.office, status=None, before=None, limit=1):
        return
    publisher = service.declarations.publisher
    base = f"{publisher.root}/media"
    text = json.dumps(sample_articles(base, service.office.now().astimezone(ZoneInfo(publisher.timezone))))
    for name, address in pictures.items():
        text = text.replace(f"{base}/{name}", address)
    parsed = [read_record(record) for record in json.loads(text)]
    submissions = [Submission(record.article, record.changes) for record in parsed]
    await service.office.store.write(_accept_all, submissions, service.office.occasion(ACTOR))


def _accept_all(tx: Tx, submissions: Sequence[Submission], occasion: Occasion) -> None:
    for submission in submissions:
        accept_in(tx, submission, occasion)


async def token(service: Service, file: Path) -> str:
    """Return the demo's token for the API, kept in a file because the store has only its digest."""
    kept = await asyncio.to_thread(_read, file)
    if kept is None:
        kept = await tokens.create(service.office, ACTOR, frozenset({"operate"}))
        await asyncio.to_thread(write_private, file, kept)
    return kept


def _read(file: Path) -> str | None:
    return file.read_text("utf-8") if file.exists() else None
