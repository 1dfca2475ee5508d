"""Scenes of the town, by day and with the lamps lit."""

from __future__ import annotations

from math import pi

import numpy as np

from sample_pictures.canvas import Canvas, Point
from sample_pictures.motifs import cloud, fishing_boat, glints, gull, headland, house, ridge, ring_of, stars, swell


def bridge(canvas: Canvas) -> None:
    canvas.wash((0, "coral"), (260, "apricot"), (520, "butter"), (660, "cream"))
    with canvas.ink("paper") as pen:
        pen.oval(800, 420, 120)
    canvas.glow(800, 420, 420, "cream", 0.5)
    with canvas.ink("apricot", "blush") as pen:
        pen.polygon(ridge(canvas, 610, 34, waves=3))
    canvas.wash((660, "butter"), (780, "rose"), (1067, "plum"), top=662)
    glints(canvas, 800, 668, "paper", spread=60, count=200)
    swell(canvas, 670, "plum", opacity=0.25)
    for side in (-1, 1):
        _half_bridge(canvas, side)
    with canvas.ink("navy", "night") as pen:
        pen.polygon(headland(canvas, 0, 860, 330, 260))
        pen.polygon(headland(canvas, 1600, 860, -330, 300))
    fishing_boat(canvas, 800, 860, 0.62, "navy")


def _half_bridge(canvas: Canvas, side: int) -> None:
    def at(*points: Point) -> list[Point]:
        return [(800 + side * u, v) for u, v in points]

    rise = 0 if side < 0 else 22
    with canvas.ink("plum", "navy") as pen:
        pen.polygon(at((34, 540 + rise), (820, 560), (820, 590), (34, 566 + rise)))
        for left in (150, 370, 590):
            arch = [(left + 100 - 100 * np.cos(t), 700 - 126 * np.sin(t)) for t in np.linspace(0, pi, 30)]
            pen.polygon(
                at(
                    (left - 20, 560),
                    (left + 220, 560),
                    (left + 220, 780),
                    (left + 200, 780),
                    *arch[::-1],
                    (left, 780),
                    (left - 20, 780),
                )
            )
        for x in range(50, 800, 26):
            pen.line(
                at(
                    (x, 545 + rise * (1 - x / 400 if x < 400 else 0)), (x, 516 + rise * (1 - x / 400 if x < 400 else 0))
                ),
                3,
            )
        pen.line(at((34, 516 + rise), (400, 520), (820, 532)), 5)
        pen.line(at((230, 540), (230, 250)), 12)
        pen.line(at((60, 262), (330, 262)), 10)
        pen.line(at((230, 232), (60, 262)), 3)
        pen.line(at((230, 232), (330, 262)), 3)
        pen.line(at((84, 262), (84, 430)), 2.5)
        pen.polygon(at((62, 430), (106, 430), (106, 460), (62, 460)))
        pen.polygon(at((300, 262), (336, 262), (336, 300), (300, 300)))


def cranes(canvas: Canvas) -> None:
    canvas.wash((0, "denim"), (260, "mauve"), (480, "coral"), (640, "apricot"), (740, "butter"))
    with canvas.ink("rose", "coral", opacity=0.6, rough=3) as pen:
        for x, y, width in ((330, 330, 380), (1220, 240, 420), (820, 470, 300)):
            cloud(pen, x, y, width, canvas.rng)
    with canvas.ink("brick", "coral") as pen:
        pen.polygon(ridge(canvas, 716, 24, waves=2))
    for x, k, name in ((1330, 0.8, "plum"), (880, 1.0, "plum"), (390, 1.28, "navy")):
        _crane(canvas, x, 800, k, name)
    _containers(canvas, 800)
    with canvas.ink("night", "tar") as pen:
        pen.box(0, 800, 1600, 836)
    canvas.reflect(836, "plum", 0.35, ripple=18)
    swell(canvas, 842, "apricot", count=110, opacity=0.3)
    with canvas.ink("cream") as pen:
        for x, y, size in ((700, 250, 30), (770, 220, 22), (640, 300, 18)):
            gull(pen, x, y, size, 0.9)


def _crane(canvas: Canvas, x: float, y: float, k: float, name: str) -> None:
    def at(*points: Point) -> list[Point]:
        return [(x + u * k, y + v * k) for u, v in points]

    with canvas.ink(name, "night") as pen:
        for left in (-80, 80):
            pen.line(at((left, 0), (left * 0.5, -250)), 15 * k)
        pen.line(at((-72, -60), (72, -60)), 9 * k)
        pen.line(at((-66, -66), (48, -246)), 5 * k)
        pen.polygon(at((-70, -250), (70, -250), (64, -320), (-64, -320)))
        pen.polygon(at((-150, -262), (-64, -262), (-64, -306), (-150, -300)))
        pen.line(at((-10, -320), (-34, -420), (40, -320)), 8 * k)
        pen.line(at((40, -300), (300, -560)), 12 * k)
        pen.line(at((56, -264), (300, -560)), 5 * k)
        pen.line(at((-34, -420), (300, -560)), 3 * k)
        pen.line(at((300, -560), (300, -190)), 2.4 * k)
        pen.polygon(at((268, -190), (332, -190), (332, -158), (268, -158)))
        for n in range(8):
            u, v = 56 + 30 * n, -284 - 34 * n
            pen.line(at((u, v), (u + 24, v - 4)), 3 * k)
    with canvas.ink("butter") as pen:
        pen.polygon(at((28, -306), (56, -306), (58, -280), (28, -280)))


def _containers(canvas: Canvas, y: float) -> None:
    names = ["coral", "teal", "ochre", "denim", "brick", "petrol", "sand"]
    for column in range(9):
        for level in range(int(canvas.rng.integers(1, 4))):
            x, top = 560 + column * 108, y - 44 * (level + 1)
            name = str(canvas.rng.choice(names))
            with canvas.ink(name, "plum", opacity=0.95) as pen:
                pen.box(x, top + 2, x + 104, top + 44)
            with canvas.ink("night", opacity=0.22) as pen:
                for rib in range(1, 10):
                    pen.box(x + rib * 10.4, top + 6, x + rib * 10.4 + 2, top + 40)


def town_clock(canvas: Canvas) -> None:
    canvas.wash((0, "teal"), (500, "sky"), (900, "cream"), (1200, "apricot"))
    with canvas.ink("paper", "cream", opacity=0.9, rough=3) as pen:
        for x, y, width in ((250, 420, 300), (1010, 300, 280), (960, 780, 340)):
            cloud(pen, x, y, width, canvas.rng)
    with canvas.ink("sea", "sky") as pen:
        pen.polygon(ridge(canvas, 1080, 36, waves=2))
    _tower(canvas, 600, 1500)
    for x, y, w, h, wall in (
        (-40, 1500, 190, 250, "ochre"),
        (150, 1500, 170, 190, "paper"),
        (310, 1500, 180, 130, "rose"),
        (1040, 1500, 210, 270, "brick"),
        (880, 1500, 170, 200, "butter"),
        (720, 1500, 170, 120, "sage"),
    ):
        house(canvas, x, y, w, h, wall)
    with canvas.ink("slate") as pen:
        for x, y, size, lift in (
            (300, 620, 36, 1.1),
            (378, 570, 28, 0.6),
            (240, 690, 22, 1.2),
            (870, 540, 30, 0.9),
            (940, 600, 20, 1.2),
        ):
            gull(pen, x, y, size, lift)


def _tower(canvas: Canvas, x: float, y: float) -> None:
    with canvas.ink("cream", "sand", angle=20) as pen:
        pen.box(x - 150, 560, x + 150, y)
    with canvas.ink("sand", opacity=0.75) as pen:
        pen.box(x + 92, 560, x + 150, y)
        for row in range(26):
            for n in range(3):
                left = x - 140 + n * 96 + (row % 2) * 30 + canvas.rng.uniform(-9, 9)
                pen.box(left, 940 + row * 24, left + 34, 943 + row * 24)
    with canvas.ink("brick", "umber") as pen:
        pen.polygon([(x - 172, 566), (x - 40, 300), (x, 180), (x + 40, 300), (x + 172, 566)])
    with canvas.ink("umber", opacity=0.55) as pen:
        pen.polygon([(x + 60, 566), (x, 180), (x + 40, 300), (x + 172, 566)])
    with canvas.ink("ochre") as pen:
        pen.line([(x, 186), (x, 96)], 6)
        pen.polygon([(x - 52, 104), (x + 30, 96), (x + 66, 118), (x + 30, 132), (x - 52, 124)])
        pen.box(x - 176, 556, x + 176, 582)
        pen.box(x - 166, 892, x + 166, 910)
    with canvas.ink("navy") as pen:
        pen.polygon([(x - 30, 500), (x - 30, 430), (x, 396), (x + 30, 430), (x + 30, 500)])
        for left in (-90, 50):
            pen.polygon(
                [
                    (x + left, 1200),
                    (x + left, 1040),
                    (x + left + 20, 1012),
                    (x + left + 40, 1040),
                    (x + left + 40, 1200),
                ]
            )
    with canvas.ink("butter") as pen:
        pen.oval(x, 462, 18)
    _clock_face(canvas, x, 738, 128)


def _clock_face(canvas: Canvas, x: float, y: float, r: float) -> None:
    with canvas.ink("navy") as pen:
        pen.oval(x, y, r)
    with canvas.ink("paper", "cream") as pen:
        pen.oval(x, y, r * 0.88)
    with canvas.ink("navy") as pen:
        for (ax, ay), (bx, by) in zip(ring_of(x, y, r * 0.66, 12), ring_of(x, y, r * 0.8, 12), strict=True):
            pen.line([(ax, ay), (bx, by)], r * 0.05)
        for angle, reach, width in ((-pi / 2 + pi / 6 * 7.08, 0.42, 0.075), (-pi / 2 + pi / 30 * 5, 0.68, 0.05)):
            pen.line(
                [
                    (x - np.cos(angle) * r * 0.12, y - np.sin(angle) * r * 0.12),
                    (x + np.cos(angle) * r * reach, y + np.sin(angle) * r * reach),
                ],
                r * width,
            )
        pen.oval(x, y, r * 0.07)
    with canvas.ink("coral") as pen:
        pen.oval(x, y, r * 0.032)


def quay_houses(canvas: Canvas) -> None:
    canvas.wash((0, "sea"), (330, "sky"), (560, "cream"))
    with canvas.ink("paper", rough=4) as pen:
        for x, y, width in ((420, 150, 330), (1240, 210, 360)):
            cloud(pen, x, y, width, canvas.rng)
    with canvas.ink("sage", "moss") as pen:
        pen.polygon(ridge(canvas, 400, 40, waves=1.6))
    walls = ["coral", "cream", "ochre", "teal", "blush", "brick", "paper", "denim", "butter", "rose", "sage", "coral"]
    x = -30.0
    for wall in walls:
        width = canvas.rng.uniform(118, 164)
        house(canvas, x, 690, width, canvas.rng.uniform(190, 320), wall, lit=0.08)
        x += width + 2
    with canvas.ink("stone", "slate") as pen:
        pen.box(0, 690, 1600, 736)
    with canvas.ink("tar", opacity=0.35) as pen:
        for row in range(3):
            for n in range(28):
                pen.box(n * 60 + row % 2 * 30, 694 + row * 14, n * 60 + row % 2 * 30 + 56, 696 + row * 14)
    canvas.reflect(736, "petrol", 0.3, ripple=20)
    swell(canvas, 742, "mist", count=120, opacity=0.35)
    fishing_boat(canvas, 420, 850, 1.0, "paper")
    fishing_boat(canvas, 1180, 900, 1.2, "brick", -1)


def lit_windows(canvas: Canvas) -> None:
    canvas.wash((0, "night"), (300, "navy"), (560, "denim"))
    stars(canvas, 420, 240)
    with canvas.ink("paper", "butter") as pen:
        pen.oval(1310, 170, 62)
    with canvas.ink("night") as pen:
        pen.oval(1286, 156, 56)
    with canvas.ink("navy", "night") as pen:
        pen.polygon(
            [(x, 700 - 430 * np.exp(-(((x - 700) / 520) ** 2))) for x in range(-20, 1640, 20)]
            + [(1620, 800), (-20, 800)]
        )
    walls = ["plum", "denim", "petrol", "slate", "navy", "umber"]
    for row in range(7):
        base = 380 + row * 56
        reach = 120 + row * 120
        for x in np.arange(700 - reach, 700 + reach, 84):
            left = x + canvas.rng.uniform(-16, 16)
            house(
                canvas,
                left,
                base + canvas.rng.uniform(0, 22),
                74,
                canvas.rng.uniform(70, 104),
                str(canvas.rng.choice(walls)),
                lit=0.5,
            )
    canvas.glow(700, 560, 700, "ochre", 0.16)
    with canvas.ink("night") as pen:
        pen.box(0, 742, 1600, 764)
    canvas.reflect(764, "night", 0.3, ripple=22)
    swell(canvas, 770, "butter", count=70, opacity=0.16)
