"""Scenes on the water after dark."""

from __future__ import annotations

import numpy as np

from sample_pictures.canvas import Canvas, Point
from sample_pictures.motifs import fishing_boat, glints, headland, lighthouse, ridge, stars, swell


def lighthouse_beam(canvas: Canvas) -> None:
    canvas.wash((0, "night"), (360, "navy"), (620, "denim"), (730, "teal"))
    stars(canvas, 640, 380)
    lamp = (1130.0, 348.0)
    for spread, opacity, soft in ((90, 0.2, 14), (58, 0.3, 8), (26, 0.5, 4)):
        with canvas.ink("cream", "butter", opacity=opacity, soft=soft, angle=0) as pen:
            pen.polygon([lamp, (-60, 190 - spread), (-60, 190 + spread)])
            pen.polygon([lamp, (1700, 470 - spread * 0.4), (1700, 470 + spread * 0.4)])
    canvas.wash((728, "denim"), (800, "navy"), (1067, "night"), top=728)
    glints(canvas, 760, 735, "butter", spread=190, count=160, opacity=0.34)
    swell(canvas, 735, "teal", count=160, opacity=0.5)
    with canvas.ink("slate", "night", angle=70) as pen:
        pen.polygon(headland(canvas, 1080, 860, -430, 176))
        pen.polygon(headland(canvas, 1078, 860, 620, 186))
    with canvas.ink("pine", "night", rough=2) as pen:
        pen.polygon(headland(canvas, 1180, 930, -560, 120))
        pen.polygon(headland(canvas, 1176, 930, 560, 150))
    lighthouse(canvas, 1130, 715, 420)
    canvas.glow(*lamp, 210, "cream", 0.95)
    with canvas.ink("paper", "fog") as pen:
        pen.polygon([(1210, 742), (1210, 694), (1252, 664), (1294, 694), (1294, 742)])
    with canvas.ink("butter") as pen:
        pen.box(1228, 704, 1244, 722)
        pen.box(1262, 704, 1278, 722)
    fishing_boat(canvas, 330, 850, 0.7, "brick")


def research_ship(canvas: Canvas) -> None:
    canvas.wash((0, "night"), (330, "navy"), (520, "petrol"), (585, "teal"))
    stars(canvas, 540, 420)
    canvas.wash((580, "petrol"), (700, "navy"), (1067, "night"), top=582)
    swell(canvas, 590, "teal", count=150, opacity=0.5)
    canvas.glow(760, 800, 620, "sea", 0.5, squash=2.6)
    for name, count, spread in (("sea", 420, 300), ("mint", 320, 200), ("paper", 90, 140)):
        with canvas.ink(name, opacity=0.85) as pen:
            for _ in range(count):
                near = canvas.rng.uniform(0, 1)
                y, x = 706 + near * 340, 700 + canvas.rng.normal(0, spread) * (0.6 + near)
                pen.oval(x, y, canvas.rng.uniform(2, 12) * (0.4 + near), 0.9 + 1.8 * near)
    _survey_vessel(canvas, 760, 706, 1.55)


def _survey_vessel(canvas: Canvas, x: float, y: float, k: float) -> None:
    def at(*points: Point) -> list[Point]:
        return [(x + u * k, y + v * k) for u, v in points]

    with canvas.ink("fog", "slate") as pen:
        pen.line(at((60, -120), (60, -236)), 5 * k)
        pen.line(at((34, -190), (86, -190)), 3 * k)
        pen.line(at((-196, -50), (-214, -150), (-252, -138)), 6 * k)
        pen.line(at((-160, -50), (-214, -150)), 4 * k)
    with canvas.ink("cream", "fog", angle=60) as pen:
        pen.polygon(at((-60, -50), (-60, -100), (120, -100), (140, -50)))
        pen.polygon(at((-20, -100), (-16, -142), (98, -142), (112, -100)))
        pen.polygon(at((20, -142), (24, -172), (92, -172), (100, -142)))
    with canvas.ink("ochre", "coral") as pen:
        pen.polygon(at((-52, -100), (-48, -156), (-24, -156), (-26, -100)))
    with canvas.ink("butter") as pen:
        for row, left, count in ((-84, -44, 8), (-128, -2, 5), (-164, 32, 3)):
            for n in range(count):
                pen.polygon(
                    at(
                        (left + n * 21, row),
                        (left + 11 + n * 21, row),
                        (left + 11 + n * 21, row + 14),
                        (left + n * 21, row + 14),
                    )
                )
    with canvas.ink("coral", "brick") as pen:
        pen.polygon(at((-250, -50), (120, -52), (170, -86), (262, -96), (206, 0), (-236, 0)))
    with canvas.ink("paper") as pen:
        pen.polygon(
            at((-248, -42), (120, -44), (172, -76), (256, -86), (252, -78), (172, -68), (120, -37), (-247, -36))
        )
    canvas.glow(x + 60 * k, y - 238 * k, 70, "cream", 0.9)
    canvas.glow(x - 250 * k, y - 136 * k, 90, "butter", 0.8)
    with canvas.ink("paper", opacity=0.7) as pen:
        pen.line(at((-252, -138), (-262, 14)), 1.4 * k)


def lantern_night(canvas: Canvas) -> None:
    canvas.wash((0, "night"), (300, "plum"), (470, "mauve"), (540, "rose"))
    stars(canvas, 320, 150)
    with canvas.ink("plum", "navy") as pen:
        pen.polygon(ridge(canvas, 470, 34, waves=2))
    with canvas.ink("navy", "night") as pen:
        pen.polygon(ridge(canvas, 530, 14, waves=5))
    with canvas.ink("butter") as pen:
        for _ in range(60):
            x = canvas.rng.uniform(0, 1600)
            pen.box(x, 530 + canvas.rng.uniform(-8, 10), x + 5, 540 + canvas.rng.uniform(-2, 10))
    canvas.wash((552, "plum"), (700, "navy"), (1067, "night"), top=553)
    swell(canvas, 560, "mauve", count=150, opacity=0.35)
    near = np.sort(canvas.rng.uniform(0, 1, 46) ** 1.5)
    for depth in near:
        x = 800 + canvas.rng.uniform(-1, 1) * (360 + 560 * depth)
        _paper_lantern(
            canvas,
            x,
            580 + 400 * depth,
            9 + 54 * depth,
            str(canvas.rng.choice(["butter", "apricot", "coral", "cream"])),
        )


def _paper_lantern(canvas: Canvas, x: float, y: float, size: float, name: str) -> None:
    canvas.glow(x, y - size * 0.5, size * 3.6, "apricot", 0.34)
    with canvas.ink(name, opacity=0.3, soft=size * 0.08) as pen:
        for n in range(7):
            drop = y + size * (0.22 + 0.3 * n)
            pen.oval(x + canvas.rng.normal(0, size * 0.08), drop, size * (0.5 - 0.045 * n), size * 0.07)
    with canvas.ink("cream", name) as pen:
        pen.polygon(
            [(x - size * 0.42, y), (x - size * 0.5, y - size), (x + size * 0.5, y - size), (x + size * 0.42, y)]
        )
    with canvas.ink("brick", opacity=0.55) as pen:
        pen.box(x - size * 0.5, y - size * 1.04, x + size * 0.5, y - size * 0.95)
        pen.box(x - size * 0.55, y - size * 0.03, x + size * 0.55, y + size * 0.08)
        pen.line([(x, y - size), (x, y)], size * 0.04)
