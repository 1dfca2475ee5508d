"""The numbers of /metrics, in the text format of Prometheus (version 0.0.4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from syndicate.actions.measures import Measures
from syndicate.model.alerts import AlertKind
from syndicate.model.delivery import Lane
from syndicate.policy.health import HealthState

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True)
class Counters:
    """Counts since the process began: requests by (feed, status), records by result."""

    feed_requests: Counter[tuple[str, int]] = field(default_factory=Counter)
    ingest: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Gauges:
    """What the process tells of itself. `attempts` counts hand-overs by (partner, outcome), `polls` by (feed, service).

    `wal_bytes` is None where the store is no SQLite file.
    """

    loop_lag_seconds: float
    wal_bytes: int | None
    attempts: Mapping[tuple[str, str], int]
    polls: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Metric:
    """One metric with its samples: label values in the order of `labels`, and a number."""

    name: str
    kind: Literal["counter", "gauge"]
    help: str
    labels: tuple[str, ...]
    samples: Iterable[tuple[tuple[str, ...], float]]


def exposition(
    counters: Counters, measures: Measures, feed_seqs: Mapping[str, int], gauges: Gauges, *, now: datetime
) -> str:
    """Write every metric; label values come from the configuration, never from a request."""
    serving = (*_serving(counters, measures, feed_seqs), *_reading(measures, gauges))
    metrics = [*_outgoing(measures, gauges, now=now), *serving, *_process(gauges)]
    return "".join(_metric(metric) for metric in metrics)


def _outgoing(measures: Measures, gauges: Gauges, *, now: datetime) -> list[Metric]:
    pending: Counter[tuple[str, ...]] = Counter({(partner,): 0 for partner in measures.states})
    retractions = pending.copy()
    oldest: dict[tuple[str, ...], float] = {(partner,): 0.0 for partner in measures.states}
    for owed in measures.owed:
        key = (owed.partner,)
        pending[key] += owed.number
        retractions[key] += owed.number if owed.lane is Lane.RETRACTION else 0
        oldest[key] = max(oldest.get(key, 0.0), (now - owed.oldest_at).total_seconds())
    states = [((partner, s), float(s is state)) for partner, state in measures.states.items() for s in HealthState]
    stops = [((by,), float(by in measures.stopped_by)) for by in ("brake", "halt")]
    alerts = [((kind.value,), float(measures.alerts.get(kind, 0))) for kind in AlertKind]
    partner = ("partner",)
    attempts = [(key, float(number)) for key, number in gauges.attempts.items()]
    return [
        Metric("outbox_pending", "gauge", "Deliveries not sent yet.", partner, pending.items()),
        Metric("outbox_oldest_seconds", "gauge", "Age of the oldest unsent delivery.", partner, oldest.items()),
        Metric("retract_undelivered", "gauge", "Retractions not acknowledged yet.", partner, retractions.items()),
        Metric("endpoint_state", "gauge", "1 for the state a partner is in.", (*partner, "state"), states),
        Metric("outgoing_stopped", "gauge", "1 where only retractions go out.", ("by",), stops),
        Metric("alerts", "gauge", "What is wrong now.", ("kind",), alerts),
        Metric("push_attempts_total", "counter", "Attempts at deliveries.", (*partner, "outcome"), attempts),
    ]


def _serving(counters: Counters, measures: Measures, feed_seqs: Mapping[str, int]) -> list[Metric]:
    purged = [] if measures.purge_lag is None else [((), measures.purge_lag.total_seconds())]
    requests = [((feed, str(status)), float(n)) for (feed, status), n in counters.feed_requests.items()]
    seqs = [((feed,), float(seq)) for feed, seq in feed_seqs.items()]
    ingest = [((result,), float(n)) for result, n in counters.ingest.items()]
    refused = [((feed,), float(n)) for feed, n in measures.refused.items()]
    return [
        Metric("feed_refused", "gauge", "Articles that a feed's dialect keeps out.", ("feed",), refused),
        Metric("feed_revision", "gauge", "The seq of a feed's last change.", ("feed",), seqs),
        Metric("feed_requests_total", "counter", "Requests for feeds.", ("feed", "status"), requests),
        Metric("ingest_total", "counter", "Records handed in.", ("result",), ingest),
        Metric("purge_lag_seconds", "gauge", "Age of the oldest change the CDN was not told of.", (), purged),
    ]


def _reading(measures: Measures, gauges: Gauges) -> list[Metric]:
    feed, partner = ("feed",), ("partner",)
    audiences, pollings = measures.audiences, measures.pollings
    subscribers = [((slug,), float(each.subscribers)) for slug, each in audiences.items()]
    unchanged = [((slug,), each.not_modified / each.polls) for slug, each in audiences.items()]
    # Of services only names that we know: a label is never a word of a request.
    polls = [(key, float(number)) for key, number in gauges.polls.items()]
    silent = [((name,), float(each.silent_since is not None)) for name, each in pollings.items()]
    lags = [((name,), each.lag.usual.total_seconds()) for name, each in pollings.items() if each.lag.usual is not None]
    return [
        Metric("feed_subscribers", "gauge", "Subscribers that readers of the last days claim.", feed, subscribers),
        Metric("feed_not_modified_ratio", "gauge", "Share of polls answered with 304.", feed, unchanged),
        Metric("feed_polls_total", "counter", "Polls by service.", (*feed, "service"), polls),
        Metric("partner_silent", "gauge", "1 for a partner that polled regularly and stopped.", partner, silent),
        Metric("partner_fetch_lag_seconds", "gauge", "Usual time from offer to first fetch.", partner, lags),
    ]


def _process(gauges: Gauges) -> list[Metric]:
    wal = [] if gauges.wal_bytes is None else [((), float(gauges.wal_bytes))]
    return [
        Metric("sqlite_wal_bytes", "gauge", "Size of the write-ahead log.", (), wal),
        Metric("loop_lag_seconds", "gauge", "How late the event loop last was.", (), [((), gauges.loop_lag_seconds)]),
    ]


def _metric(metric: Metric) -> str:
    lines = [f"# HELP {metric.name} {metric.help}", f"# TYPE {metric.name} {metric.kind}"]
    lines += [f"{metric.name}{_labels(metric.labels, values)} {number!r}" for values, number in metric.samples]
    return "\n".join(lines) + "\n"


def _labels(names: tuple[str, ...], values: tuple[str, ...]) -> str:
    pairs = [f'{name}="{_escaped(value)}"' for name, value in zip(names, values, strict=True)]
    return "{" + ",".join(pairs) + "}" if pairs else ""


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
