"""What was, as JSON-ready values: a feed at a moment, what came between two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from syndicate.actions.compare import Difference
from syndicate.actions.held import Had
from syndicate.actions.past import Past
from syndicate.actions.payloads import Payload
from syndicate.actions.served import Comparison, Verdict
from syndicate.model.delivery import EventType
from syndicate.model.entry import Entry, Tombstone
from syndicate.web.api.documents import when


def feed(past: Past, comparisons: Mapping[str, Comparison]) -> dict[str, Any]:
    """Show a feed as it stood; `whole` is false where the walk ended before the feed was full."""
    shown = past.snapshot.content
    pairs = zip(shown.entries, past.revisions, strict=True)
    return {
        "feed": past.key,
        "as_of": when(past.moment.at),
        "seq": past.moment.seq,
        "whole": past.whole,
        "entries": [entry(each, revision=revision) for each, revision in pairs],
        "withdrawn": [tombstone(each) for each in shown.tombstones],
        "erased": [{"id": each.id, "revision": each.revision} for each in past.erased],
        "documents": {name: comparison(each) for name, each in comparisons.items()},
    }


def entry(each: Entry, *, revision: int) -> dict[str, Any]:
    source = each.article.source
    return {
        "id": each.id,
        "revision": revision,
        "url": each.url,
        "title": each.article.title,
        "source": None if source is None else source.name,
        "images": len(each.article.images),
        "published_at": when(each.published_at),
        "updated_at": when(each.updated_at),
    }


def tombstone(each: Tombstone) -> dict[str, Any]:
    return {"id": each.id, "left_at": when(each.left_at), "note": each.note}


def comparison(each: Comparison) -> dict[str, Any]:
    """Say whether what is shown is what went, for programs and in words."""
    words = {
        Verdict.SAME: f"same bytes as sent on {when(each.went_at)}",
        Verdict.OTHER: f"not what went on {when(each.went_at)}",
        Verdict.UNKNOWN: "unknown (no digest kept)",
        Verdict.UNREPEATABLE: "unknown (what went held what the partner had answered)",
    }
    return {
        "verdict": each.verdict,
        "says": words[each.verdict],
        "digest": each.digest,
        "went_at": when(each.went_at),
    }


def difference(each: Difference) -> dict[str, Any]:
    """Show what lies between two moments of a feed, in the order of the feed: what came, what changed, what went."""
    added = [_line("added", one.entry, [one.revision], why=one.why) for one in each.added]
    changed = [
        _line(
            "changed", one.after, list(one.revisions), members=list(one.members), title_before=one.before.article.title
        )
        for one in each.altered
    ]
    removed = [_line("removed", one.entry, [one.revision], why=one.why) for one in each.removed]
    return {
        "feed": each.end.key,
        "from": when(each.start.moment.at),
        "to": when(each.end.moment.at),
        "whole": each.start.whole and each.end.whole,
        "differences": [*added, *changed, *removed],
    }


def _line(kind: str, entry: Entry, revisions: list[int], **more: Any) -> dict[str, Any]:
    return {
        "change": kind,
        "id": entry.id,
        "url": entry.url,
        "title": entry.article.title,
        "revisions": revisions,
        "updated_at": when(entry.updated_at),
        **more,
    }


def held(partner: str, at: datetime, had: Sequence[Had]) -> dict[str, Any]:
    """Show what a partner had of our articles, the last delivered first."""
    items = [
        {
            "article": each.article_id,
            "holding": "withdrawn" if each.type == EventType.RETRACTED else "held",
            "revision": each.revision,
            "seq": each.seq,
            "since": when(each.taken_at),
            "delivery": each.delivery_id,
        }
        for each in had
    ]
    return {"partner": partner, "as_of": when(at), "copies": items}


def payload(made: Payload) -> dict[str, Any]:
    """Show a payload made again, and whether it is what went; `unshown` says why there is none."""
    compared = made.comparison
    return {
        "body": None if made.preview is None else made.preview.body.decode("utf-8", "backslashreplace"),
        "unshown": made.unshown,
        **({} if compared is None else comparison(compared)),
    }
