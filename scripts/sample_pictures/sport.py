"""Scenes of sport."""

from __future__ import annotations

from math import pi

import numpy as np

from sample_pictures.canvas import Canvas, Point
from sample_pictures.motifs import gull, ridge, ring_of, swell


def football_pitch(canvas: Canvas) -> None:
    canvas.wash((0, "moss"), (1067, "pine"))
    for n in range(10):
        with canvas.ink("sage" if n % 2 else "moss", "moss" if n % 2 else "pine", opacity=0.85) as pen:
            pen.polygon(_turf((n * 0.1, 0), (n * 0.1 + 0.1, 0), (n * 0.1 + 0.1, 1), (n * 0.1, 1)))
    _markings(canvas)
    rng = canvas.rng
    for name in ("coral", "paper"):
        spots = [_turf((rng.uniform(0.12, 0.88), rng.uniform(0.1, 0.9)))[0] for _ in range(10)]
        with canvas.ink("night", opacity=0.45, soft=2) as pen:
            for x, y in spots:
                pen.turned(x + 32, y + 17, 38, 8, 28)
        with canvas.ink(name) as pen:
            for x, y in spots:
                pen.oval(x, y, 12, 15)
        with canvas.ink("umber") as pen:
            for x, y in spots:
                pen.oval(x, y - 2, 6)
    with canvas.ink("paper") as pen:
        pen.oval(842, 486, 8)
    _fog_over_pitch(canvas)


def _turf(*places: Point) -> list[Point]:
    """Turn places on the pitch, from 0 to 1 along and across, into places on the sheet."""
    return [(170 + u * 1210 + v * 60 - 10, 130 + v * 800 - u * 70 + 40) for u, v in places]


def _markings(canvas: Canvas) -> None:
    def circle(u: float, v: float, r: float, start: float, end: float) -> list[Point]:
        return _turf(*[(u + r * np.cos(t), v + 1.5 * r * np.sin(t)) for t in np.linspace(start, end, 60)])

    with canvas.ink("paper", opacity=0.9) as pen:
        outline = [(0.03, 0.05), (0.97, 0.05), (0.97, 0.95), (0.03, 0.95), (0.03, 0.05), (0.97, 0.05)]
        pen.line(_turf(*outline), 5)
        pen.line(_turf((0.5, 0.05), (0.5, 0.95)), 5)
        pen.line(circle(0.5, 0.5, 0.1, 0, 2 * pi + 0.1), 5)
        for goal, way in ((0.03, 1), (0.97, -1)):
            for reach, half in ((0.15, 0.3), (0.055, 0.14)):
                edge = goal + way * reach
                pen.line(_turf((goal, 0.5 - half), (edge, 0.5 - half), (edge, 0.5 + half), (goal, 0.5 + half)), 5)
            middle = 0 if way > 0 else pi
            pen.line(circle(goal + way * 0.11, 0.5, 0.09, middle - 1.05, middle + 1.05), 5)
            pen.line(_turf((goal, 0.42), (goal - way * 0.022, 0.42), (goal - way * 0.022, 0.58), (goal, 0.58)), 4)


def _fog_over_pitch(canvas: Canvas) -> None:
    drift = canvas.clouds(4, 4, stretch=2)
    sides = np.linspace(-0.5, 1.1, canvas.width)[None, :]
    canvas.tint("paper", (0.95 * np.clip((drift + sides - 0.1) * 1.5, 0, 1)).astype(np.float32))


def bicycle_race(canvas: Canvas) -> None:
    canvas.wash((0, "coral"), (300, "apricot"), (600, "butter"), (760, "cream"))
    with canvas.ink("paper") as pen:
        pen.oval(1080, 450, 230)
    with canvas.ink("apricot", "butter") as pen:
        pen.polygon(ridge(canvas, 560, 60, waves=2))
    with canvas.ink("rose", "apricot") as pen:
        pen.polygon(ridge(canvas, 650, 44, waves=3))
    canvas.wash((700, "sea"), (770, "teal"), top=712)
    swell(canvas, 712, "cream", count=60, opacity=0.5)
    slope = [(x, _hill(x)) for x in range(-20, 1640, 20)]
    with canvas.ink("teal", "navy") as pen:
        pen.polygon([*slope, (1640, 1080), (-20, 1080)])
    with canvas.ink("cream", opacity=0.8) as pen:
        for x in range(-60, 1640, 120):
            pen.line([(x, _hill(x) + 70), (x + 60, _hill(x + 60) + 70)], 5)
    for x, jersey in ((210, "ochre"), (430, "brick"), (640, "paper"), (850, "teal"), (1150, "coral"), (1390, "denim")):
        _rider(canvas, x, jersey)
    with canvas.ink("plum") as pen:
        gull(pen, 420, 240, 34, 0.9)
        gull(pen, 500, 200, 24, 0.9)


def _hill(x: float) -> float:
    return 900 - 0.12 * x + 24 * np.sin(x / 260)


def _rider(canvas: Canvas, x: float, jersey: str) -> None:
    y, k = _hill(x) - 38, 1.15
    tilt = -0.12 + 24 / 260 * np.cos(x / 260)

    def at(*points: Point) -> list[Point]:
        return [(x + u * k, y + (v + u * tilt) * k) for u, v in points]

    with canvas.ink("night") as pen:
        for wx, wy in at((-46, 0), (46, 0)):
            pen.ring(wx, wy, 35 * k, 3.6)
            for sx, sy in ring_of(wx, wy, 33 * k, 8, x):
                pen.line([(wx, wy), (sx, sy)], 0.9)
        pen.line(at((-46, 0), (-16, -58), (34, -56), (2, 0), (-46, 0)), 4.6)
        pen.line(at((-18, -66), (2, 0)), 4.6)
        pen.line(at((46, 0), (32, -66), (50, -70), (52, -58)), 4.6)
        pen.line(at((-16, -70), (16, -40), (4, 16)), 13)
        pen.line(at((-16, -70), (8, -44), (-6, -14)), 13)
        pen.oval(*at((48, -124))[0], 14 * k, 15 * k)
    with canvas.ink(jersey, jersey if jersey != "teal" else "petrol") as pen:
        pen.blob(at((-32, -66), (-22, -104), (16, -124), (38, -116), (34, -96), (4, -72), (-10, -58)))
        pen.line(at((28, -108), (36, -84), (50, -70)), 9)
        pen.blob(at((30, -126), (40, -146), (62, -136), (66, -124), (48, -130)))
