"""The demo's own newspaper: its articles, dated back from now, and its pictures."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from PIL import Image

from syndicate.model.addresses import normalise_web_url, origin
from syndicate.model.durations import parse_duration
from syndicate.model.instants import format_instant

_HERE = Path(__file__).resolve().parent


def picture_files() -> dict[str, Path]:
    """Return where each sample picture lies, by the name it has below `media_base`."""
    return {path.name: path for path in sorted((_HERE / "pictures").glob("*.jpg"))}


def sample_articles(media_base: str, now: datetime) -> tuple[dict[str, Any], ...]:
    """Return the sample articles as records ready for `PUT`, oldest first.

    Pictures are addressed as `media_base/NAME`, with NAME as in `picture_files`; their type, size in pixels and
    length in bytes are the files' own. Times are so long before `now`, an aware time, as the sample's file says, in
    the zone of `now`. Links between articles lead to `/articles/<slug>` on the host of `media_base`.
    """
    base = normalise_web_url(media_base).rstrip("/")
    minute = now.replace(second=0, microsecond=0)
    read = [_read(path, base) for path in sorted((_HERE / "samples").glob("*.json"))]
    read.sort(key=lambda record: parse_duration(record["published_at"]), reverse=True)
    return tuple(_settled(record, base, minute) for record in read)


def _read(path: Path, base: str) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8").replace("{media}", base).replace("{site}", origin(base))
    record: dict[str, Any] = json.loads(text)
    return record


def _settled(record: dict[str, Any], base: str, now: datetime) -> dict[str, Any]:
    facts = {f"{base}/{name}": _facts(path) for name, path in picture_files().items()}
    ages = {key: record[key] for key in ("published_at", "updated_at") if key in record}
    times = {key: format_instant(now - parse_duration(age)) for key, age in ages.items()}
    images = [image | facts[image["url"]] for image in record["images"]]
    attached = [file | _enclosed(facts[file["url"]]) for file in record.get("attachments", ())]
    return record | times | {"images": images} | ({"attachments": attached} if attached else {})


def _facts(path: Path) -> dict[str, Any]:
    with Image.open(path) as picture:
        width, height = picture.size
        return {"type": picture.get_format_mimetype(), "width": width, "height": height, "length": path.stat().st_size}


def _enclosed(facts: dict[str, Any]) -> dict[str, Any]:
    return {key: facts[key] for key in ("type", "length")}
