"""Scenes in which the sky, or a drop of water, does the work."""

from __future__ import annotations

from math import pi

import numpy as np

from sample_pictures.canvas import Canvas, Pen
from sample_pictures.motifs import (
    cloud,
    glints,
    headland,
    lighthouse,
    person,
    ridge,
    ring_of,
    stars,
    swell,
)


def aurora(canvas: Canvas) -> None:
    canvas.wash((0, "night"), (420, "navy"), (700, "petrol"))
    stars(canvas, 660, 420)
    for base, height, name, strength in ((560, 420, "mint", 0.95), (470, 330, "sea", 0.8), (410, 300, "mauve", 0.55)):
        _curtain(canvas, base, height, name, strength)
    with canvas.ink("petrol", "navy") as pen:
        pen.polygon(ridge(canvas, 640, 46, waves=3))
    with canvas.ink("navy", "night") as pen:
        pen.polygon(ridge(canvas, 706, 24, waves=5))
    with canvas.ink("tar") as pen:
        pen.polygon([(1120, 738), (1120, 700), (1158, 674), (1196, 700), (1196, 738)])
    with canvas.ink("butter") as pen:
        pen.box(1136, 706, 1152, 722)
        pen.box(1166, 706, 1182, 722)
    canvas.reflect(742, "night", 0.3, ripple=14)
    swell(canvas, 746, "mint", count=120, opacity=0.12)
    with canvas.ink("night") as pen:
        pen.polygon(headland(canvas, 0, 1090, 700, 170))
        person(pen, 250, 944, 92)
        person(pen, 292, 950, 66)


def _curtain(canvas: Canvas, base: float, height: float, name: str, strength: float) -> None:
    x = np.linspace(0, 1, canvas.width)
    phase = canvas.rng.uniform(0, 2 * pi, 4)
    fold = base + 90 * np.sin(2 * pi * 0.8 * x + phase[0]) + 44 * np.sin(2 * pi * 2.1 * x + phase[1]) - 130 * x
    rays = (
        0.62
        + 0.24 * np.sin(2 * pi * 19 * x + 5 * np.sin(2 * pi * 2 * x + phase[2]))
        + 0.14 * np.sin(2 * pi * 47 * x + phase[3])
    )
    rise = (fold[None, :] - np.arange(canvas.height)[:, None]) / (height * (0.6 + 0.6 * rays[None, :]))
    light = np.where(rise > 0, np.exp(-2.6 * rise), np.exp(-((rise * 9) ** 2)))
    canvas.tint(name, (strength * light * rays[None, :] * (1 + 0.05 * canvas.grain)).astype(np.float32))


def moonset(canvas: Canvas) -> None:
    canvas.wash((0, "night"), (380, "navy"), (600, "denim"), (680, "mauve"))
    stars(canvas, 560, 300)
    canvas.glow(820, 520, 560, "sand", 0.5)
    with canvas.ink("paper", "butter") as pen:
        pen.oval(820, 520, 130)
    with canvas.ink("sand", opacity=0.5, rough=3) as pen:
        for x, y, r in ((780, 480, 34), (850, 560, 44), (870, 470, 20), (766, 560, 18)):
            pen.oval(x, y, r, r * 0.8)
    with canvas.ink("denim", "mauve", opacity=0.9, rough=2) as pen:
        cloud(pen, 640, 600, 320, canvas.rng)
        cloud(pen, 1130, 566, 260, canvas.rng)
    canvas.wash((668, "mauve"), (760, "denim"), (1067, "night"), top=670)
    glints(canvas, 820, 674, "butter", spread=66, count=240)
    swell(canvas, 676, "navy", count=120, opacity=0.4)
    for x, width, name in ((0, 560, "coral"), (1600, -520, "mint")):
        _pier_end(canvas, x, width, name)


def _pier_end(canvas: Canvas, x: float, width: float, name: str) -> None:
    tip = x + width
    with canvas.ink("night", "tar") as pen:
        pen.polygon([(x, 760), (tip, 760), (tip + width * 0.06, 830), (x, 830)])
        pen.polygon(
            [(tip - width * 0.1, 760), (tip - width * 0.09, 600), (tip - width * 0.03, 600), (tip - width * 0.02, 760)]
        )
    lamp = tip - width * 0.06
    canvas.glow(lamp, 582, 120, name, 0.9)
    with canvas.ink(name) as pen:
        pen.oval(lamp, 582, 15)
    glints(canvas, lamp, 836, name, spread=16, count=46, opacity=0.7)


def storm_front(canvas: Canvas) -> None:
    canvas.wash((0, "slate"), (300, "denim"), (470, "slate"), (560, "sand"), (640, "butter"))
    rolls = ((60, "navy", "slate"), (170, "denim", "navy"), (280, "slate", "navy"), (385, "navy", "denim"))
    for y, top, bottom in rolls:
        with canvas.ink(top, bottom, opacity=0.92, rough=6) as pen:
            for x in np.arange(-120, 1760, 115):
                size = canvas.rng.uniform(90, 150)
                pen.oval(x, y + canvas.rng.uniform(-26, 26) - (x - 500) * 0.05, size * 1.5, size * 0.62)
        with canvas.ink("fog", opacity=0.28, soft=7) as pen:
            pen.line([(x, y + 62 + 14 * np.sin(x / 190 + y) - (x - 500) * 0.05) for x in range(-20, 1640, 20)], 8)
    _rain(canvas, 1040, 1560, 420, 640)
    canvas.wash((636, "sand"), (700, "slate"), (840, "petrol"), (1067, "navy"), top=638)
    swell(canvas, 644, "butter", count=130, opacity=0.34)
    with canvas.ink("paper") as pen:
        pen.polygon([(560, 730), (560, 600), (640, 726)])
        pen.polygon([(552, 730), (552, 620), (500, 730)])
    with canvas.ink("brick") as pen:
        pen.polygon([(486, 738), (650, 734), (624, 762), (508, 764)])
    with canvas.ink("moss", "pine", rough=2) as pen:
        pen.polygon(ridge(canvas, 940, 26, waves=2))
    with canvas.ink("ochre", opacity=0.85) as pen:
        _grass(pen, canvas)
    lighthouse(canvas, 1350, 930, 300)


def _rain(canvas: Canvas, left: float, right: float, top: float, bottom: float) -> None:
    for share in (1.0, 0.75, 0.5):
        middle, half = (left + right) / 2, (right - left) / 2 * share
        with canvas.ink("slate", "denim", opacity=0.3, soft=34) as pen:
            pen.polygon(
                [
                    (middle - half, top),
                    (middle + half, top),
                    (middle + half - 110, bottom),
                    (middle - half - 110, bottom),
                ]
            )
    with canvas.ink("fog", opacity=0.22) as pen:
        for _ in range(130):
            x, y = canvas.rng.normal((left + right) / 2, (right - left) / 5), canvas.rng.uniform(top, bottom - 90)
            pen.line([(x - (y - top) * 0.4, y), (x - (y - top) * 0.4 - 28, y + 72)], 1.3)


def _grass(pen: Pen, canvas: Canvas) -> None:
    for _ in range(520):
        x, y = canvas.rng.uniform(0, 1600), canvas.rng.uniform(965, 1080)
        lean, tall = canvas.rng.uniform(12, 44), canvas.rng.uniform(26, 74)
        pen.polygon([(x - 2, y), (x + lean, y - tall), (x + 2.4, y)])


def kites(canvas: Canvas) -> None:
    canvas.wash((0, "sea"), (330, "sky"), (560, "mist"), (640, "cream"))
    with canvas.ink("paper", rough=4) as pen:
        for x, y, width in ((260, 500, 300), (1180, 440, 380), (760, 560, 200)):
            cloud(pen, x, y, width, canvas.rng)
    canvas.wash((630, "teal"), (740, "sea"), (800, "mist"), top=632)
    swell(canvas, 636, "paper", count=60, opacity=0.5)
    with canvas.ink("sand", "cream") as pen:
        pen.polygon(
            [(x, 800 + 16 * np.sin(x / 210) - x * 0.02) for x in range(-10, 1640, 20)] + [(1620, 1080), (-10, 1080)]
        )
    with canvas.ink("paper", opacity=0.9, soft=1) as pen:
        pen.line([(x, 797 + 16 * np.sin(x / 210) - x * 0.02) for x in range(-10, 1640, 20)], 9)
    flyers = (
        (330, 900, 560, 250, "coral"),
        (690, 880, 860, 150, "ochre"),
        (1010, 930, 1240, 300, "navy"),
        (1330, 890, 1450, 130, "brick"),
    )
    for x, y, kx, ky, name in flyers:
        _kite(canvas, x, y, kx, ky, name)


def _kite(canvas: Canvas, x: float, y: float, kx: float, ky: float, name: str) -> None:
    with canvas.ink("umber", opacity=0.3, soft=2) as pen:
        pen.polygon([(x - 8, y), (x + 8, y), (x + 210, y + 44), (x + 180, y + 52)])
    with canvas.ink("navy", opacity=0.55) as pen:
        pen.line(
            [(x + 14 + (kx - x) * t, y - 84 + (ky - y + 84) * t + 60 * t * (1 - t)) for t in np.linspace(0, 1, 30)], 1.6
        )
    for side, shade in ((-1, name), (1, "paper")):
        with canvas.ink(shade, "cream" if shade == "paper" else shade) as pen:
            pen.polygon([(kx, ky - 92), (kx + side * 62, ky - 20), (kx, ky + 84)])
    with canvas.ink(name) as pen:
        tail = [(kx - 26 * np.sin(t * 6) * t - 60 * t, ky + 84 + 190 * t) for t in np.linspace(0, 1, 30)]
        pen.line(tail, 2.5)
        for tx, ty in tail[6::6]:
            pen.polygon([(tx, ty), (tx - 17, ty - 10), (tx - 17, ty + 10)])
            pen.polygon([(tx, ty), (tx + 17, ty - 10), (tx + 17, ty + 10)])
    with canvas.ink("navy") as pen:
        person(pen, x, y, 104, lean=-0.08)
        pen.line([(x - 4, y - 76), (x + 14, y - 84)], 8)


def plankton(canvas: Canvas) -> None:
    canvas.wash((0, "night"), (1067, "night"))
    with canvas.ink("petrol", "navy", soft=2) as pen:
        pen.oval(800, 533, 500)
    canvas.glow(720, 440, 420, "teal", 0.75)
    _motes(canvas)
    for x, y, r, arms, name in (
        (610, 400, 120, 12, "mint"),
        (1010, 690, 96, 8, "butter"),
        (930, 300, 70, 16, "cream"),
        (520, 730, 64, 10, "apricot"),
    ):
        _radiolarian(canvas, x, y, r, arms, name)
    for x, y, turn, name in ((770, 620, -34, "sea"), (1130, 450, 62, "mint")):
        _chain(canvas, x, y, turn, name)
    _comet(canvas, 740, 850, "coral")
    _comet(canvas, 400, 520, "ochre")
    yy, xx = np.mgrid[0 : canvas.height, 0 : canvas.width]
    canvas.tint("night", np.clip((np.hypot(xx - 800, yy - 533) - 492) / 8, 0, 1).astype(np.float32))
    with canvas.ink("teal", opacity=0.7) as pen:
        pen.ring(800, 533, 500, 5)


def _motes(canvas: Canvas) -> None:
    for name, count, size in (("sea", 260, 2.2), ("mint", 120, 3), ("cream", 60, 2)):
        with canvas.ink(name, opacity=0.7) as pen:
            for _ in range(count):
                pen.oval(canvas.rng.normal(800, 240), canvas.rng.normal(533, 240), canvas.rng.uniform(0.6, 1.5) * size)


def _radiolarian(canvas: Canvas, x: float, y: float, r: float, arms: int, name: str) -> None:
    canvas.glow(x, y, r * 2, name, 0.35)
    with canvas.ink(name, "sea" if name != "coral" else name) as pen:
        for (ax, ay), (bx, by) in zip(ring_of(x, y, r * 0.4, arms), ring_of(x, y, r * 1.25, arms), strict=True):
            pen.line([(ax, ay), (bx, by)], r * 0.03)
            pen.oval(bx, by, r * 0.055)
        pen.ring(x, y, r * 0.82, r * 0.05)
        pen.ring(x, y, r * 0.45, r * 0.06)
        for cx, cy in ring_of(x, y, r * 0.64, arms, pi / arms):
            pen.ring(cx, cy, r * 0.13, r * 0.028)
        pen.oval(x, y, r * 0.2)


def _chain(canvas: Canvas, x: float, y: float, degrees: float, name: str) -> None:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    for n in range(-4, 5):
        cx, cy = x + 44 * n * c, y + 44 * n * s + 10 * np.sin(n)
        with canvas.ink(name, "petrol", opacity=0.85) as pen:
            pen.turned(cx, cy, 19, 27, degrees)
        with canvas.ink("cream", opacity=0.9) as pen:
            pen.oval(cx, cy, 6)


def _comet(canvas: Canvas, x: float, y: float, name: str) -> None:
    with canvas.ink(name, "butter", angle=0) as pen:
        pen.polygon([(x - 20, y - 50), (x + 34, y - 12), (x + 34, y + 12), (x - 20, y + 50), (x - 36, y)])
        pen.line([(x - 20, y - 46), (x - 92, y - 96)], 4)
        pen.line([(x - 20, y + 46), (x - 92, y + 96)], 4)
        pen.line([(x + 30, y), (x + 130, y + 8)], 4)
    with canvas.ink("night", opacity=0.6) as pen:
        pen.oval(x, y, 11)
