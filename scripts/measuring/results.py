"""What was measured: pairs of runs side by side, their ratios, and the table of it all."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.table import Table


@dataclass(frozen=True)
class Goal:
    """The ratio to reach, and the one to aim for."""

    reach: float
    aim: float


@dataclass(frozen=True)
class Result:
    """One benchmark: `ours[i]` was measured next to `beside[i]`."""

    name: str
    unit: str
    ours: tuple[float, ...]
    compared_with: str
    beside: tuple[float, ...]
    goal: Goal | None = None

    @property
    def ratios(self) -> tuple[float, ...]:
        return tuple(ours / beside for ours, beside in zip(self.ours, self.beside, strict=True))

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return ""
        ratio = statistics.median(self.ratios)
        if ratio >= self.goal.aim:
            return f"aim {self.goal.aim:g} met"
        return f"reach {self.goal.reach:g} {'met' if ratio >= self.goal.reach else 'MISSED'}, aim {self.goal.aim:g}"


@dataclass(frozen=True)
class Skipped:
    """What was not measured, and why."""

    name: str
    reason: str


def interleaved(
    pairs: int, ours: Callable[[], float], beside: Callable[[], float]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Measure A B A B …, so that whatever else the machine does falls on both."""
    measured = [(ours(), beside()) for _ in range(pairs)]
    return tuple(a for a, _ in measured), tuple(b for _, b in measured)


_HEADINGS = ("what", "unit", "ours", "compared with", "that", "ratio, pair by pair", "goal")


def rows(results: Sequence[Result]) -> list[tuple[str, ...]]:
    return [_row(result) for result in results]


def _row(result: Result) -> tuple[str, ...]:
    ours, beside = _spread(result.ours), _spread(result.beside)
    ratios = " ".join(f"{ratio:.2f}" for ratio in result.ratios)
    middle = f"{statistics.median(result.ratios):.2f}"
    return result.name, result.unit, ours, result.compared_with, beside, f"{middle} ({ratios})", result.verdict


def _spread(values: Sequence[float]) -> str:
    low, middle, high = (_number(value) for value in (min(values), statistics.median(values), max(values)))
    return f"{middle} ({low} to {high})"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def table(results: Sequence[Result]) -> Table:
    """Return the table for a terminal: medians, with the lowest and the highest."""
    shown = Table(show_lines=True)
    for heading in _HEADINGS:
        shown.add_column(heading)
    for row in rows(results):
        shown.add_row(*row)
    return shown


def markdown(results: Sequence[Result]) -> str:
    lines = [_HEADINGS, tuple("---" for _ in _HEADINGS), *rows(results)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
