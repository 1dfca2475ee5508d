"""Shapes that several scenes share: land, water, stars, birds, boats, houses, people."""

from __future__ import annotations

from math import cos, pi, sin

import numpy as np

from sample_pictures.canvas import Canvas, Pen, Point


def ridge(canvas: Canvas, y: float, height: float, *, waves: float = 3, steepness: float = 0.55) -> list[Point]:
    """Return a skyline from edge to edge, closed along the bottom."""
    x = np.linspace(-10, canvas.width + 10, 260)
    line = np.full_like(x, y)
    for octave in range(6):
        size = height * steepness**octave
        line += size * np.sin(x / canvas.width * 2 * pi * waves * 1.9**octave / 2 + canvas.rng.uniform(0, 2 * pi))
    return [
        *zip(x.tolist(), line.tolist(), strict=True),
        (canvas.width + 10, canvas.height + 10),
        (-10, canvas.height + 10),
    ]


def headland(canvas: Canvas, x: float, y: float, width: float, height: float) -> list[Point]:
    """Return land that falls from `height` at x to the water at x + width (which may be negative)."""
    steps = np.linspace(0, 1, 60)
    fall = (1 - steps**1.7) * height
    bumps = sum(np.sin(steps * f + canvas.rng.uniform(0, 6)) * height / f / 1.6 for f in (9, 17, 31))
    top = y - np.clip(fall + bumps * (1 - steps), 0, None)
    line = list(zip((x + steps * width).tolist(), top.tolist(), strict=True))
    return [*line, (x, y)]


def stars(canvas: Canvas, below: float, count: int, name: str = "cream") -> None:
    """Sprinkle stars above a height, most of them faint."""
    for size, opacity, share in ((0.9, 0.55, 0.7), (1.4, 0.8, 0.24), (2.3, 0.95, 0.06)):
        with canvas.ink(name, opacity=opacity) as pen:
            for _ in range(int(count * share)):
                pen.oval(canvas.rng.uniform(0, canvas.width), below * canvas.rng.uniform(0, 1) ** 1.2, size)


def glints(
    canvas: Canvas, x: float, top: float, name: str, *, spread: float = 40, count: int = 160, opacity: float = 0.8
) -> None:
    """Lay the broken path of a light on the water below it, wider and coarser towards the viewer."""
    with canvas.ink(name, opacity=opacity) as pen:
        for _ in range(count):
            near = canvas.rng.uniform(0, 1) ** 1.3
            y = top + near * (canvas.height - top)
            middle = x + canvas.rng.normal(0, spread * (0.35 + 1.6 * near))
            half = (6 + 46 * near) * canvas.rng.uniform(0.4, 1.2)
            pen.oval(middle, y, half, 0.8 + 3.0 * near)


def swell(canvas: Canvas, top: float, name: str, *, count: int = 130, opacity: float = 0.35) -> None:
    """Lay long, thin strokes over the water, closer together towards the horizon."""
    with canvas.ink(name, opacity=opacity) as pen:
        for _ in range(count):
            near = canvas.rng.uniform(0, 1) ** 1.5
            y = top + 6 + near * (canvas.height - top)
            half = (20 + 110 * near) * canvas.rng.uniform(0.4, 1.2)
            pen.oval(canvas.rng.uniform(0, canvas.width), y, half, 0.7 + 2.6 * near)


def cloud(pen: Pen, x: float, y: float, width: float, rng: np.random.Generator) -> None:
    """Draw a flat-bottomed cloud, the painter's way: a long lens with a few humps."""
    pen.oval(x, y, width, width * 0.055)
    for _ in range(7):
        at = rng.uniform(-0.7, 0.7)
        size = width * rng.uniform(0.1, 0.24) * (1 - abs(at) * 0.6)
        pen.oval(x + at * width, y - size * 0.35, size * 1.5, size * 0.62)


def gull(pen: Pen, x: float, y: float, size: float, lift: float = 0.5) -> None:
    """Draw a gull on the wing, seen from afar."""
    for side in (-1, 1):
        wing = [
            (0, 0.05),
            (0.28, -0.42 * lift),
            (0.62, -0.5 * lift),
            (1.0, -0.18 * lift),
            (0.62, -0.33 * lift),
            (0.28, -0.1),
        ]
        pen.polygon([(x + side * u * size, y + v * size) for u, v in [*wing, (0, 0.2)]])


def mast(pen: Pen, x: float, y: float, height: float, width: float = 3) -> None:
    pen.line([(x, y), (x, y - height)], width)


def fishing_boat(canvas: Canvas, x: float, y: float, k: float, hull: str, flip: int = 1) -> None:
    """Print a small fishing boat whose waterline is at y; `k` is its size, 1 being about 200 pixels long."""

    def at(*points: Point) -> list[Point]:
        return [(x + flip * u * k, y + v * k) for u, v in points]

    with canvas.ink("tar", opacity=0.9) as pen:
        pen.line(at((-20, -30), (-20, -190)), 4 * k)
        pen.line(at((-20, -180), (95, -46)), 1.6 * k)
        pen.line(at((-20, -180), (-98, -36)), 1.6 * k)
        pen.line(at((-20, -70), (-90, -120)), 3 * k)
    with canvas.ink("paper", "sand") as pen:
        pen.polygon(at((12, -36), (16, -84), (66, -84), (72, -36)))
    with canvas.ink("navy") as pen:
        for left in (22, 42):
            pen.polygon(at((left, -74), (left + 14, -74), (left + 14, -58), (left, -58)))
    with canvas.ink(hull, "tar" if hull == "navy" else hull) as pen:
        pen.polygon(at((-104, -40), (-60, -32), (40, -34), (112, -54), (88, 0), (-88, 0)))
    with canvas.ink("cream") as pen:
        pen.polygon(at((-103, -36), (-60, -28), (40, -30), (110, -49), (108, -44), (40, -25), (-60, -23), (-101, -31)))


def person(pen: Pen, x: float, y: float, height: float, lean: float = 0) -> None:
    """Draw a standing figure, feet at y, as simple as a skittle."""
    h, tip = height, x + lean * height
    pen.polygon(
        [
            (x - 0.05 * h, y),
            (x - 0.11 * h, y - 0.5 * h),
            (tip - 0.1 * h, y - 0.8 * h),
            (tip + 0.1 * h, y - 0.8 * h),
            (x + 0.11 * h, y - 0.5 * h),
            (x + 0.06 * h, y),
            (x + 0.012 * h, y),
            (x, y - 0.34 * h),
            (x - 0.01 * h, y),
        ]
    )
    pen.oval(tip, y - 0.8 * h, 0.1 * h, 0.05 * h)
    pen.oval(tip + lean * 0.1 * h, y - 0.92 * h, 0.068 * h, 0.078 * h)


def house(canvas: Canvas, x: float, y: float, width: float, height: float, wall: str, *, lit: float = 0) -> None:
    """Print a gabled house front standing on y; `lit` is the share of windows with a lamp behind them."""
    roof = height * 0.26
    with canvas.ink(wall, wall, opacity=1) as pen:
        pen.polygon(
            [(x, y), (x, y - height), (x + width / 2, y - height - roof), (x + width, y - height), (x + width, y)]
        )
    with canvas.ink("umber", "tar", opacity=0.85) as pen:
        edge = width * 0.06
        pen.line(
            [
                (x - edge, y - height + edge * 0.9),
                (x + width / 2, y - height - roof),
                (x + width + edge, y - height + edge * 0.9),
            ],
            edge,
        )
    _windows(canvas, x, y, width, height, lit)


def _windows(canvas: Canvas, x: float, y: float, width: float, height: float, lit: float) -> None:
    columns, rows = (3 if width > 110 else 2), max(2, round(height / 85))
    panes = [
        (x + width * (c + 0.5) / columns, y - height * (r + 0.62) / rows) for c in range(columns) for r in range(rows)
    ]
    lamps = canvas.rng.uniform(0, 1, len(panes)) < lit
    w, h = width / columns * 0.23, height / rows * 0.27
    for name, wanted in (("butter", True), ("navy", False)):
        with canvas.ink(name, "ochre" if wanted else "denim") as pen:
            for (px, py), lamp in zip(panes, lamps, strict=True):
                if lamp == wanted:
                    pen.box(px - w, py - h, px + w, py + h)


def lighthouse(
    canvas: Canvas, x: float, y: float, height: float, *, bands: str = "coral", wall: str = "paper"
) -> Point:
    """Print a banded tower standing on y and return where its lamp is."""
    h, foot, neck = height, height * 0.115, height * 0.07
    with canvas.ink(wall, "fog", angle=0) as pen:
        pen.polygon([(x - foot, y), (x - neck, y - 0.78 * h), (x + neck, y - 0.78 * h), (x + foot, y)])
    with canvas.ink(bands, "brick", angle=0) as pen:
        for low in (0.12, 0.42, 0.66):
            a, b = foot + (neck - foot) * low / 0.78, foot + (neck - foot) * (low + 0.12) / 0.78
            pen.polygon(
                [
                    (x - a, y - low * h),
                    (x - b, y - (low + 0.12) * h),
                    (x + b, y - (low + 0.12) * h),
                    (x + a, y - low * h),
                ]
            )
    with canvas.ink("night") as pen:
        pen.box(x - neck * 1.45, y - 0.8 * h, x + neck * 1.45, y - 0.775 * h)
        pen.polygon([(x - neck * 1.1, y - 0.92 * h), (x, y - h), (x + neck * 1.1, y - 0.92 * h)])
        pen.line([(x, y - h), (x, y - 1.05 * h)], 0.012 * h)
    with canvas.ink("butter", "cream") as pen:
        pen.box(x - neck * 0.78, y - 0.92 * h, x + neck * 0.78, y - 0.8 * h)
    return x, y - 0.86 * h


def ring_of(x: float, y: float, radius: float, count: int, turn: float = 0) -> list[Point]:
    """Return points spaced evenly around a circle."""
    return [
        (x + radius * cos(turn + 2 * pi * n / count), y + radius * sin(turn + 2 * pi * n / count)) for n in range(count)
    ]
