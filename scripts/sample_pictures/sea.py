"""Scenes on the water."""

from __future__ import annotations

from math import cos, sin

import numpy as np

from sample_pictures.canvas import Canvas, Pen, Point
from sample_pictures.motifs import cloud, fishing_boat, glints, gull, headland, ridge, swell


def ferry_at_dawn(canvas: Canvas) -> None:
    canvas.wash((0, "mauve"), (230, "rose"), (430, "apricot"), (590, "butter"), (640, "cream"))
    canvas.glow(1090, 560, 620, "cream", 0.75)
    with canvas.ink("paper") as pen:
        pen.oval(1090, 548, 78)
    for y, x, width in ((180, 420, 330), (265, 1250, 260), (330, 760, 200), (385, 1420, 180)):
        with canvas.ink("blush", "mauve", opacity=0.75, rough=2) as pen:
            cloud(pen, x, y, width, canvas.rng)
    with canvas.ink("rose", "blush") as pen:
        pen.polygon(ridge(canvas, 585, 22, waves=2))
    with canvas.ink("mauve", "rose") as pen:
        pen.polygon(headland(canvas, 0, 640, 760, 150))
        pen.polygon(headland(canvas, 1600, 640, -330, 100))
    canvas.wash((630, "butter"), (690, "apricot"), (840, "mauve"), (1067, "denim"), top=632)
    glints(canvas, 1090, 640, "cream", spread=60, count=220, opacity=0.85)
    swell(canvas, 650, "plum", opacity=0.22)
    _ferry(canvas, 620, 792, 1.5)
    with canvas.ink("navy", "night") as pen:
        pen.polygon(headland(canvas, 0, 1080, 620, 160))
    with canvas.ink("paper") as pen:
        for x, y, size in ((300, 420, 44), (400, 372, 30), (216, 486, 26), (520, 452, 20)):
            gull(pen, x, y, size, 0.8)


def _ferry(canvas: Canvas, x: float, y: float, k: float) -> None:
    def at(*points: Point) -> list[Point]:
        return [(x + u * k, y + v * k) for u, v in points]

    with canvas.ink("plum", "navy", opacity=0.45, soft=5) as pen:
        pen.polygon(at((-200, 0), (215, 0), (160, 46), (-150, 46)))
    with canvas.ink("cream", "blush", angle=0) as pen:
        pen.polygon(at((-176, -40), (-168, -78), (160, -78), (178, -40)))
        pen.polygon(at((-130, -78), (-124, -106), (104, -106), (122, -78)))
        pen.polygon(at((40, -106), (46, -130), (90, -130), (100, -106)))
    with canvas.ink("coral", "brick") as pen:
        pen.polygon(at((-60, -106), (-54, -146), (-16, -146), (-22, -106)))
    with canvas.ink("navy") as pen:
        pen.polygon(at((-56, -134), (-54, -146), (-16, -146), (-18, -134)))
        pen.line(at((72, -130), (72, -172)), 3 * k)
        pen.polygon(at((48, -126), (96, -126), (98, -115), (46, -115)))
    with canvas.ink("denim", "plum") as pen:
        for n in range(20):
            pen.polygon(at((-158 + n * 16, -68), (-148 + n * 16, -68), (-148 + n * 16, -56), (-158 + n * 16, -56)))
        for n in range(11):
            pen.polygon(at((-112 + n * 19, -98), (-102 + n * 19, -98), (-102 + n * 19, -88), (-112 + n * 19, -88)))
    with canvas.ink("navy", "night") as pen:
        pen.polygon(at((-206, -44), (210, -44), (186, 0), (-186, 0)))
    with canvas.ink("coral") as pen:
        pen.polygon(at((-202, -36), (206, -36), (203, -30), (-199, -30)))
    with canvas.ink("cream", opacity=0.8, soft=1) as pen:
        pen.polygon(at((180, 0), (250, 5), (120, 8), (-330, 9), (-186, -2)))


def gulls(canvas: Canvas) -> None:
    canvas.wash((0, "teal"), (500, "sea"), (900, "sky"), (1120, "cream"))
    for y, x, width in ((960, 260, 380), (1040, 900, 420), (860, 1050, 260)):
        with canvas.ink("paper", "mist", opacity=0.85, rough=3) as pen:
            cloud(pen, x, y, width, canvas.rng)
    with canvas.ink("sea", "sky") as pen:
        pen.polygon(headland(canvas, 1200, 1140, -700, 110))
    canvas.wash((1135, "sea"), (1500, "petrol"), top=1138)
    swell(canvas, 1140, "mist", count=90, opacity=0.5)
    with canvas.ink("coral") as pen:
        pen.polygon([(208, 1150), (208, 1050), (268, 1150)])
    with canvas.ink("paper") as pen:
        pen.polygon([(202, 1150), (202, 1030), (150, 1150)])
    for x, y, size, tilt in ((640, 470, 430, -14), (300, 850, 230, 8), (930, 800, 190, -24), (250, 190, 110, 4)):
        _big_gull(canvas, x, y, size, tilt)


def _big_gull(canvas: Canvas, x: float, y: float, size: float, degrees: float) -> None:
    c, s = cos(np.radians(degrees)) * size, sin(np.radians(degrees)) * size

    def at(*points: Point) -> list[Point]:
        return [(x + u * c - v * s, y + u * s + v * c) for u, v in points]

    far = at((-0.05, -0.04), (-0.3, -0.34), (-0.62, -0.5), (-1.05, -0.46), (-0.72, -0.34), (-0.42, -0.1), (-0.12, 0.08))
    near = at((0.05, -0.06), (0.22, -0.4), (0.5, -0.66), (0.98, -0.78), (0.66, -0.5), (0.46, -0.2), (0.2, 0.06))
    with canvas.ink("fog", "mist", angle=20) as pen:
        pen.blob(far)
    with canvas.ink("mist", "paper", angle=120) as pen:
        pen.blob(near)
    with canvas.ink("night") as pen:
        pen.polygon(at((-0.84, -0.485), (-1.05, -0.46), (-0.72, -0.34), (-0.79, -0.4)))
        pen.polygon(at((0.78, -0.735), (0.98, -0.78), (0.66, -0.5), (0.74, -0.62)))
    with canvas.ink("paper", "mist") as pen:
        pen.blob(
            at(
                (0.34, -0.02),
                (0.3, -0.08),
                (0.22, -0.09),
                (0, -0.09),
                (-0.22, 0.02),
                (-0.42, 0.1),
                (-0.36, 0.17),
                (-0.1, 0.15),
                (0.16, 0.1),
                (0.3, 0.04),
            )
        )
    with canvas.ink("ochre") as pen:
        pen.polygon(at((0.335, -0.035), (0.43, 0.0), (0.32, 0.02)))
    with canvas.ink("night") as pen:
        ex, ey = at((0.285, -0.035))[0]
        pen.oval(ex, ey, size * 0.012)


def fog_in_the_strait(canvas: Canvas) -> None:
    canvas.wash((0, "sky"), (300, "mist"), (520, "cream"), (1067, "mist"))
    canvas.glow(520, 330, 420, "paper", 0.8)
    with canvas.ink("paper") as pen:
        pen.oval(520, 318, 64)
    layers = (
        (470, 1600, -1150, 190, "fog"),
        (560, 0, 900, 210, "fog"),
        (660, 1600, -820, 250, "sea"),
        (770, 0, 640, 260, "teal"),
    )
    for y, x, width, height, name in layers:
        with canvas.ink(name, "mist", opacity=0.85) as pen:
            pen.polygon(headland(canvas, x, y, width, height))
        canvas.haze(y + 12, 60, "paper", 0.75)
    swell(canvas, 790, "sea", count=80, opacity=0.3)
    fishing_boat(canvas, 900, 838, 0.9, "coral")
    with canvas.ink("coral", opacity=0.16, soft=6) as pen:
        pen.polygon([(810, 842), (1000, 842), (960, 900), (850, 900)])
    canvas.haze(900, 70, "paper", 0.55)
    with canvas.ink("petrol", "navy") as pen:
        pen.polygon(headland(canvas, 1600, 1080, -760, 300))
    with canvas.ink("navy") as pen:
        for x in (1380, 1425, 1475, 1520, 1566):
            _pine(pen, x, 830 + canvas.rng.uniform(-14, 30), canvas.rng.uniform(130, 230))


def _pine(pen: Pen, x: float, y: float, height: float) -> None:
    for step in range(5):
        top = y - height + step * height * 0.17
        half = height * (0.07 + 0.042 * step)
        pen.polygon([(x, top - height * 0.02), (x + half, top + height * 0.24), (x - half, top + height * 0.24)])


def fishing_boats(canvas: Canvas) -> None:
    canvas.wash((0, "sky"), (250, "mist"), (430, "blush"), (540, "apricot"))
    with canvas.ink("paper", opacity=0.7, rough=3) as pen:
        cloud(pen, 1240, 190, 300, canvas.rng)
        cloud(pen, 380, 300, 240, canvas.rng)
    with canvas.ink("rose", "blush") as pen:
        pen.polygon(ridge(canvas, 470, 36, waves=3))
    with canvas.ink("mauve", "rose") as pen:
        pen.polygon(ridge(canvas, 520, 20, waves=4))
    for x, y, k, hull, flip in (
        (270, 556, 0.8, "teal", 1),
        (640, 560, 0.72, "ochre", -1),
        (1290, 560, 0.85, "navy", -1),
    ):
        fishing_boat(canvas, x, y, k, hull, flip)
    fishing_boat(canvas, 960, 572, 1.5, "coral")
    canvas.reflect(572, "mauve", 0.22, ripple=16)
    swell(canvas, 580, "cream", count=110, opacity=0.35)
    with canvas.ink("umber", "tar") as pen:
        pen.box(0, 990, 1600, 1067)
        for x in (120, 420, 1180, 1490):
            pen.box(x, 900, x + 44, 1067)
            pen.oval(x + 22, 900, 22, 9)
    with canvas.ink("paper") as pen:
        gull(pen, 420, 250, 40, 0.9)
        gull(pen, 520, 210, 28, 0.9)


def regatta(canvas: Canvas) -> None:
    canvas.wash((0, "sea"), (200, "sky"), (330, "cream"))
    with canvas.ink("paper", "mist", rough=3) as pen:
        cloud(pen, 330, 170, 300, canvas.rng)
        cloud(pen, 1220, 120, 380, canvas.rng)
    with canvas.ink("sage", "mint") as pen:
        pen.polygon(headland(canvas, 1600, 372, -900, 110))
    canvas.wash((350, "sea"), (560, "teal"), (1067, "petrol"), top=360)
    swell(canvas, 365, "mist", count=240, opacity=0.4)
    fleet = (
        (1420, 430, 0.5, "paper", "coral"),
        (1210, 470, 0.62, "cream", "ochre"),
        (250, 450, 0.55, "paper", "navy"),
        (960, 560, 0.95, "paper", "butter"),
        (470, 640, 1.25, "cream", "coral"),
        (1270, 860, 2.0, "paper", "ochre"),
    )
    for boat in fleet:
        _yacht(canvas, *boat)


def _yacht(canvas: Canvas, x: float, y: float, k: float, sail: str, spinnaker: str) -> None:
    def at(*points: Point) -> list[Point]:
        return [(x + (u - v * 0.1) * k, y + v * k) for u, v in points]

    with canvas.ink("night", opacity=0.3, soft=3) as pen:
        pen.polygon(at((-90, 6), (110, 6), (10, 60), (-110, 40)))
    with canvas.ink(sail, "fog", angle=10) as pen:
        pen.polygon(at((-4, -300), (-40, -190), (-82, -40), (-4, -36)))
    with canvas.ink(spinnaker, "brick" if spinnaker == "coral" else spinnaker, angle=150) as pen:
        pen.blob(at((0, -290), (64, -276), (124, -200), (140, -110), (108, -30), (60, -62), (22, -130)))
    with canvas.ink("paper", opacity=0.85) as pen:
        pen.blob(at((52, -270), (84, -258), (98, -150), (90, -44), (70, -56), (72, -150)))
    with canvas.ink("night") as pen:
        pen.line(at((0, -306), (0, -10)), 4 * k)
        pen.line(at((0, -34), (-86, -36)), 3 * k)
    with canvas.ink("paper", "fog") as pen:
        pen.polygon(at((-100, -22), (118, -26), (76, 6), (-80, 8)))
    with canvas.ink("coral") as pen:
        pen.polygon(at((-92, -12), (104, -15), (98, -9), (-90, -6)))
    with canvas.ink("paper", opacity=0.8, soft=1.5) as pen:
        pen.polygon(at((-190, 14), (-90, 2), (120, 0), (90, 12)))
