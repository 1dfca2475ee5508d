"""Scenes in which the town is out of doors."""

from __future__ import annotations

from math import pi

import numpy as np

from sample_pictures.canvas import Canvas, Pen
from sample_pictures.motifs import cloud, fishing_boat, glints, house, person, ridge, ring_of, stars


def market(canvas: Canvas) -> None:
    canvas.wash((0, "sky"), (420, "cream"))
    for x, width, height, wall in (
        (-20, 180, 330, "blush"),
        (165, 150, 400, "butter"),
        (320, 190, 300, "sage"),
        (515, 160, 380, "paper"),
        (680, 180, 320, "rose"),
        (865, 150, 410, "cream"),
        (1020, 190, 310, "ochre"),
        (1215, 170, 390, "mist"),
        (1390, 220, 330, "apricot"),
    ):
        house(canvas, x, 640, width, height, wall)
    canvas.haze(560, 200, "cream", 0.35)
    canvas.wash((636, "sand"), (1067, "apricot"), top=636)
    with canvas.ink("umber", opacity=0.16) as pen:
        for _ in range(260):
            x, near = canvas.rng.uniform(0, 1600), canvas.rng.uniform(0, 1)
            pen.oval(x, 650 + near * 410, 10 + 24 * near, 2 + 5 * near)
    _bunting(canvas)
    for x, awning, fruit in ((60, "coral", "ochre"), (590, "teal", "coral"), (1120, "ochre", "moss")):
        _stall(canvas, x, 930, awning, fruit)
    for x, y, height, name in (
        (520, 960, 250, "navy"),
        (470, 970, 170, "coral"),
        (1060, 980, 260, "plum"),
        (1010, 950, 240, "teal"),
        (1570, 990, 270, "denim"),
    ):
        with canvas.ink("umber", opacity=0.3, soft=3) as pen:
            pen.oval(x + 40, y, 70, 9)
        with canvas.ink(name) as pen:
            person(pen, x, y, height)


def _bunting(canvas: Canvas) -> None:
    names = ["coral", "paper", "teal", "ochre"]
    for start, sag in ((90, 120), (190, 90)):
        x = np.linspace(0, 1600, 41)
        y = start + sag * np.sin(x / 1600 * 2 * pi) ** 2
        with canvas.ink("slate", opacity=0.7) as pen:
            pen.line(list(zip(x.tolist(), y.tolist(), strict=True)), 2)
        for turn, name in enumerate(names):
            with canvas.ink(name) as pen:
                for n in range(turn, 40, 4):
                    pen.polygon([(x[n] + 4, y[n]), (x[n] + 32, (y[n] + y[n + 1]) / 2), (x[n] + 18, y[n] + 38)])


def _stall(canvas: Canvas, x: float, y: float, awning: str, fruit: str) -> None:
    with canvas.ink("umber") as pen:
        for post in (x + 16, x + 394):
            pen.box(post - 6, y - 330, post + 6, y)
    with canvas.ink("plum", "umber", opacity=0.75) as pen:
        pen.box(x + 20, y - 320, x + 390, y - 130)
    with canvas.ink("navy") as pen:
        person(pen, x + 205, y - 40, 240)
    for column in range(4):
        name = [fruit, "butter", "brick", "sage"][column]
        with canvas.ink(name, "brick" if name in ("coral", "ochre") else name) as pen:
            for level, count in ((0, 4), (1, 3), (2, 2)):
                for n in range(count):
                    pen.oval(x + 54 + column * 100 + (n - (count - 1) / 2) * 22, y - 150 - level * 18, 12)
    with canvas.ink("ochre", "umber") as pen:
        pen.box(x, y - 140, x + 410, y)
    with canvas.ink("umber", opacity=0.5) as pen:
        for n in range(1, 4):
            pen.box(x, y - 140 + n * 35, x + 410, y - 137 + n * 35)
    for n in range(10):
        left = x - 25 + n * 46
        with canvas.ink(awning if n % 2 else "paper", angle=90) as pen:
            pen.polygon([(x + n * 41, y - 440), (x + (n + 1) * 41, y - 440), (left + 46, y - 320), (left, y - 320)])
            pen.oval(left + 23, y - 320, 23, 18)


def umbrellas(canvas: Canvas) -> None:
    canvas.wash((0, "slate"), (600, "denim"), (1067, "navy"))
    with canvas.ink("night", opacity=0.3) as pen:
        for row in range(16):
            for n in range(14):
                x, y = n * 130 - 60 + row % 2 * 65, row * 70
                pen.line([(x, y), (x + 126, y), (x + 126, y + 66)], 3)
    for x, y, r in ((300, 300, 200), (900, 760, 280), (1350, 240, 220), (560, 900, 150)):
        with canvas.ink("sky", "slate", opacity=0.28, rough=7) as pen:
            pen.oval(x, y, r, r * 0.42)
    crowd = (
        (330, 270, 168, "coral"),
        (760, 190, 132, "ochre"),
        (1240, 300, 178, "teal"),
        (560, 610, 150, "paper"),
        (980, 600, 188, "brick"),
        (1430, 700, 146, "butter"),
        (200, 820, 172, "sea"),
        (700, 930, 140, "rose"),
        (1180, 940, 158, "coral"),
    )
    for x, y, r, name in crowd:
        _umbrella(canvas, x, y, r, name)
    _downpour(canvas)


def _umbrella(canvas: Canvas, x: float, y: float, r: float, name: str) -> None:
    turn = canvas.rng.uniform(0, pi / 4)
    with canvas.ink("night", opacity=0.5, soft=9) as pen:
        pen.oval(x + r * 0.2, y + r * 0.3, r * 0.94)
    with canvas.ink(name, opacity=0.24, soft=10) as pen:
        pen.oval(x + r * 0.1, y + r * 1.15, r * 0.6, r * 0.3)
    rim = ring_of(x, y, r, 8, turn)
    for n in range(8):
        a, b = rim[n], rim[(n + 1) % 8]
        middle = (x + (a[0] + b[0] - 2 * x) * 0.46, y + (a[1] + b[1] - 2 * y) * 0.46)
        with canvas.ink(name, opacity=1) as pen:
            pen.polygon([(x, y), a, middle, b])
        with canvas.ink(
            "night" if n in (0, 1, 2, 7) else "paper", opacity=(0.26, 0.32, 0.2, 0.04, 0.12, 0.2, 0.1, 0.1)[n]
        ) as pen:
            pen.polygon([(x, y), a, middle, b])
    with canvas.ink("night", opacity=0.45) as pen:
        for tip in rim:
            pen.line([(x, y), tip], 2.4)
    with canvas.ink("night") as pen:
        pen.oval(x, y, r * 0.04)


def _downpour(canvas: Canvas) -> None:
    with canvas.ink("mist", opacity=0.4) as pen:
        for _ in range(360):
            x, y = canvas.rng.uniform(-40, 1640), canvas.rng.uniform(-40, 1080)
            reach = canvas.rng.uniform(20, 62)
            pen.line([(x, y), (x - reach * 0.34, y + reach)], 1.8)
    with canvas.ink("paper", opacity=0.5) as pen:
        for _ in range(70):
            pen.ring(canvas.rng.uniform(0, 1600), canvas.rng.uniform(0, 1067), canvas.rng.uniform(4, 10), 1.5)


def brass_band(canvas: Canvas) -> None:
    canvas.wash((0, "navy"), (300, "plum"), (560, "coral"), (760, "butter"))
    stars(canvas, 260, 90)
    with canvas.ink("plum", "brick", opacity=0.8) as pen:
        pen.polygon(ridge(canvas, 770, 26, waves=2))
    _bandstand(canvas)
    for x, play in ((350, _tuba), (500, _trumpet), (706, _drum), (900, _horn), (1000, _tuba), (1290, _trombone)):
        with canvas.ink("night") as pen:
            person(pen, x, 860, 290)
            pen.box(x - 22, 582, x + 22, 590)
            pen.box(x - 18, 566, x + 18, 586)
        with canvas.ink("butter", "ochre") as pen:
            play(pen, x, 640)
    _audience(canvas)


def _bandstand(canvas: Canvas) -> None:
    canvas.glow(800, 640, 560, "butter", 0.55)
    with canvas.ink("night") as pen:
        pen.polygon([(250, 400), (800, 190), (1350, 400), (1400, 440), (200, 440)])
        pen.line([(800, 190), (800, 130)], 8)
        pen.oval(800, 128, 14)
        for x in (270, 540, 1060, 1330):
            pen.box(x - 8, 430, x + 8, 880)
        pen.box(220, 858, 1380, 960)
    with canvas.ink("coral", opacity=0.9) as pen:
        for n in range(12):
            pen.polygon([(206 + n * 99.5, 440), (206 + (n + 1) * 99.5, 440), (206 + (n + 0.5) * 99.5, 476)])
    for x in np.linspace(290, 1310, 16):
        y = 500 + 26 * abs(np.sin((x - 270) / 265 * pi))
        canvas.glow(float(x), float(y), 34, "cream", 0.8)
        with canvas.ink("paper") as pen:
            pen.oval(float(x), float(y), 7)


def _tuba(pen: Pen, x: float, y: float) -> None:
    pen.polygon([(x - 10, y + 10), (x + 18, y - 110), (x + 84, y - 130), (x + 34, y + 30)])
    pen.turned(x + 52, y - 122, 58, 17, -14)
    pen.ring(x + 4, y + 46, 52, 16)


def _trumpet(pen: Pen, x: float, y: float) -> None:
    pen.line([(x + 14, y - 14), (x + 110, y - 36)], 8)
    pen.polygon([(x + 96, y - 40), (x + 140, y - 68), (x + 148, y - 18), (x + 98, y - 28)])
    pen.ring(x + 58, y - 14, 18, 6)


def _drum(pen: Pen, x: float, y: float) -> None:
    pen.ring(x + 6, y + 96, 74, 11)
    pen.oval(x + 6, y + 96, 54)
    pen.line([(x - 70, y + 10), (x - 20, y + 66)], 6)
    pen.oval(x - 18, y + 68, 13)


def _horn(pen: Pen, x: float, y: float) -> None:
    pen.ring(x - 10, y + 46, 40, 13)
    pen.polygon([(x - 44, y + 40), (x - 100, y + 66), (x - 70, y + 122), (x - 26, y + 76)])
    pen.line([(x - 4, y - 6), (x + 20, y + 20)], 7)


def _trombone(pen: Pen, x: float, y: float) -> None:
    pen.line([(x + 10, y - 12), (x - 170, y + 46)], 7)
    pen.line([(x + 16, y + 8), (x - 164, y + 66)], 7)
    pen.line([(x - 170, y + 46), (x - 164, y + 66)], 7)
    pen.polygon([(x - 4, y - 22), (x - 60, y - 46), (x - 84, y + 2), (x - 14, y - 2)])


def _audience(canvas: Canvas) -> None:
    with canvas.ink("tar", "night") as pen:
        for x in np.linspace(-20, 1620, 26):
            lean = canvas.rng.uniform(-16, 16)
            top = 960 + canvas.rng.uniform(-10, 40)
            pen.oval(x + lean, top, 25, 31)
            pen.box(x + lean - 11, top + 20, x + lean + 11, top + 50)
            pen.blob([(x - 90, 1200), (x - 72, top + 28), (x + 72, top + 28), (x + 90, 1200)])
        for x in (300, 1010):
            pen.oval(x, 960, 60, 13)
            pen.blob([(x - 34, 962), (x - 28, 914), (x + 28, 914), (x + 34, 962)])


def harbour_cat(canvas: Canvas) -> None:
    canvas.wash((0, "plum"), (330, "rose"), (640, "apricot"), (840, "butter"))
    with canvas.ink("paper", "butter") as pen:
        pen.oval(600, 620, 300)
    canvas.glow(600, 620, 700, "cream", 0.4)
    with canvas.ink("rose", "apricot", opacity=0.85, rough=3) as pen:
        cloud(pen, 250, 330, 280, canvas.rng)
        cloud(pen, 980, 240, 260, canvas.rng)
    with canvas.ink("mauve", "rose") as pen:
        pen.polygon(ridge(canvas, 846, 24, waves=2))
    canvas.wash((862, "butter"), (960, "rose"), (1500, "plum"), top=864)
    glints(canvas, 600, 870, "paper", spread=120, count=160)
    fishing_boat(canvas, 220, 950, 0.9, "navy")
    fishing_boat(canvas, 1000, 930, 0.7, "brick", -1)
    with canvas.ink("navy", "night") as pen:
        pen.box(0, 1390, 1200, 1500)
        pen.polygon([(440, 1400), (470, 1130), (730, 1130), (760, 1400)])
        pen.oval(600, 1130, 170, 40)
    with canvas.ink("mauve", opacity=0.4) as pen:
        pen.oval(600, 1116, 150, 22)
    _cat(canvas, 600, 1120)


def _cat(canvas: Canvas, x: float, y: float) -> None:
    with canvas.ink("night", "tar") as pen:
        pen.blob(
            [
                (x - 130, y + 6),
                (x - 150, y - 120),
                (x - 84, y - 290),
                (x - 40, y - 350),
                (x + 40, y - 350),
                (x + 84, y - 290),
                (x + 150, y - 120),
                (x + 130, y + 6),
            ]
        )
        pen.oval(x, y - 400, 92, 80)
        for side in (-1, 1):
            pen.polygon([(x + side * 20, y - 468), (x + side * 74, y - 540), (x + side * 92, y - 420)])
        tail = [
            (x + 96 + 130 * np.sin(t * 2.4), y - 30 + 210 * t + 26 * np.sin(t * 7)) for t in np.linspace(0, 1.1, 40)
        ]
        pen.line([(x + 60, y - 20), *tail], 34)
        pen.oval(*tail[-1], 17)
    with canvas.ink("apricot", opacity=0.55, soft=2) as pen:
        pen.line([(x - 84, y - 440), (x - 96, y - 396), (x - 80, y - 350)], 4)
        pen.line([(x - 76, y - 310), (x - 132, y - 170), (x - 142, y - 90)], 4)
    with canvas.ink("paper", opacity=0.7) as pen:
        for side in (-1, 1):
            for drop in (-4, 10, 24):
                pen.line([(x + side * 88, y - 386 + drop * 0.5), (x + side * 160, y - 396 + drop * 1.6)], 1.6)
