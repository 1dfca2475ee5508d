"""Scenes behind glass: the library and the bakery."""

from __future__ import annotations

from math import pi

import numpy as np

from sample_pictures.canvas import Canvas
from sample_pictures.motifs import cloud


def library(canvas: Canvas) -> None:
    canvas.wash((0, "pine"), (1067, "petrol"))
    _sea_window(canvas)
    for left, right in ((0, 500), (1100, 1600)):
        _bookcase(canvas, left, right)
    with canvas.ink("umber", "tar") as pen:
        pen.box(0, 872, 1600, 1067)
    with canvas.ink("ochre", "umber", opacity=0.5) as pen:
        for n in range(-8, 9):
            pen.polygon([(800 + n * 120, 872), (802 + n * 120, 872), (806 + n * 210, 1067), (800 + n * 210, 1067)])
    canvas.glow(800, 900, 520, "butter", 0.35, squash=2)
    _ladder(canvas, 1190)
    with canvas.ink("umber", "tar") as pen:
        pen.polygon([(380, 850), (1220, 850), (1260, 884), (340, 884)])
        for x in (400, 1160):
            pen.box(x, 884, x + 34, 1050)
    for x in (560, 1040):
        _reading_lamp(canvas, x, 850)
    _open_book(canvas, 800, 848)


def _sea_window(canvas: Canvas) -> None:
    arch = [(800 + 230 * np.cos(t), 330 - 230 * np.sin(t)) for t in np.linspace(0, pi, 50)]
    with canvas.ink("sand", "stone") as pen:
        pen.polygon([(1060, 820), *[(800 + (x - 800) * 1.12, 330 + (y - 330) * 1.12) for x, y in arch], (540, 820)])
    with canvas.ink("sky", "cream") as pen:
        pen.polygon([(1030, 800), *arch, (570, 800)])
    with canvas.ink("teal", "sea") as pen:
        pen.box(570, 600, 1030, 800)
    with canvas.ink("paper") as pen:
        cloud(pen, 700, 400, 110, canvas.rng)
        pen.polygon([(880, 640), (880, 530), (930, 632)])
        pen.polygon([(874, 640), (874, 548), (838, 634)])
    with canvas.ink("coral") as pen:
        pen.polygon([(832, 644), (934, 642), (920, 660), (846, 660)])
    with canvas.ink("umber") as pen:
        for x in (685, 800, 915):
            pen.box(x - 5, 110 if x == 800 else 140, x + 5, 800)
        for y in (330, 480, 640):
            pen.box(570, y - 4, 1030, y + 4)
        pen.box(530, 798, 1070, 826)


def _bookcase(canvas: Canvas, left: int, right: int) -> None:
    with canvas.ink("umber", "tar", angle=0 if left else 180) as pen:
        pen.box(left, 0, right, 880)
    spines = ["coral", "brick", "ochre", "cream", "teal", "denim", "sage", "plum", "sand", "petrol", "rose"]
    books: dict[str, list[tuple[float, ...]]] = {name: [] for name in spines}
    for shelf in range(6):
        base, x = 136 + shelf * 144, left + 24.0
        while x < right - 50:
            width, height = canvas.rng.uniform(13, 32), canvas.rng.uniform(78, 118)
            if canvas.rng.uniform() > 0.06:
                books[str(canvas.rng.choice(spines))].append((x, base - height, x + width - 2, base))
            x += width
    for name, boxes in books.items():
        with canvas.ink(name, opacity=0.92) as pen:
            for box in boxes:
                pen.box(*box)
    with canvas.ink("butter", opacity=0.6) as pen:
        for x0, y0, x1, _ in (box for name in ("brick", "denim", "plum", "petrol") for box in books[name]):
            pen.box(x0 + 3, y0 + 16, x1 - 3, y0 + 20)
    with canvas.ink("ochre", "umber") as pen:
        for shelf in range(6):
            pen.box(left, 136 + shelf * 144, right, 148 + shelf * 144)


def _ladder(canvas: Canvas, x: float) -> None:
    with canvas.ink("sand", "ochre") as pen:
        pen.line([(x, 980), (x + 120, 20)], 12)
        pen.line([(x + 100, 990), (x + 210, 20)], 12)
        for n in range(11):
            y = 930 - n * 84
            shift = (980 - y) / 960
            pen.line([(x + 120 * shift, y), (x + 100 + 110 * shift, y + 4)], 9)


def _reading_lamp(canvas: Canvas, x: float, y: float) -> None:
    canvas.glow(x, y - 60, 190, "butter", 0.75)
    with canvas.ink("ochre") as pen:
        pen.box(x - 4, y - 90, x + 4, y)
        pen.oval(x, y, 40, 8)
    with canvas.ink("mint", "moss") as pen:
        pen.polygon([(x - 34, y - 134), (x + 34, y - 134), (x + 80, y - 84), (x - 80, y - 84)])
    with canvas.ink("paper") as pen:
        pen.oval(x, y - 84, 78, 7)


def _open_book(canvas: Canvas, x: float, y: float) -> None:
    with canvas.ink("brick") as pen:
        pen.polygon([(x - 104, y - 2), (x + 104, y - 2), (x + 92, y - 18), (x - 92, y - 18)])
    for side, name in ((-1, "paper"), (1, "cream")):
        with canvas.ink(name, "sand", angle=0 if side < 0 else 180) as pen:
            pen.polygon(
                [
                    (x, y - 14),
                    (x + side * 40, y - 40),
                    (x + side * 96, y - 30),
                    (x + side * 98, y - 8),
                    (x + side * 40, y - 14),
                ]
            )


def bakery_window(canvas: Canvas) -> None:
    canvas.wash((0, "petrol"), (1067, "navy"))
    with canvas.ink("night", opacity=0.25) as pen:
        for x in range(0, 1600, 80):
            pen.box(x, 0, x + 3, 1067)
    with canvas.ink("umber", "tar") as pen:
        pen.box(170, 190, 1430, 930)
    with canvas.ink("butter", "ochre") as pen:
        pen.box(200, 220, 1400, 900)
    canvas.glow(800, 470, 620, "paper", 0.65)
    for y, loaves in ((420, 7), (620, 6)):
        _shelf(canvas, y, loaves)
    _baker(canvas, 1170, 900)
    _baskets(canvas)
    with canvas.ink("umber", "tar") as pen:
        for x in (600, 1000):
            pen.box(x - 7, 220, x + 7, 900)
        pen.box(140, 896, 1460, 946)
    _awning(canvas)
    canvas.glow(800, 1010, 700, "apricot", 0.35, squash=3.4)


def _shelf(canvas: Canvas, y: float, loaves: int) -> None:
    for n in range(loaves):
        x = 290 + n * (1020 / (loaves - 1)) + canvas.rng.uniform(-10, 10)
        wide, high = canvas.rng.uniform(58, 76), canvas.rng.uniform(34, 50)
        with canvas.ink("apricot", "brick") as pen:
            pen.blob(
                [
                    (x - wide, y),
                    (x - wide, y - high * 1.5),
                    (x, y - high * 2.1),
                    (x + wide, y - high * 1.5),
                    (x + wide, y),
                ]
            )
        with canvas.ink("cream", opacity=0.85) as pen:
            for slash in (-0.45, 0, 0.45):
                pen.turned(x + slash * wide, y - high * 1.15, 5, high * 0.36, 24)
    with canvas.ink("umber") as pen:
        pen.box(200, y, 1400, y + 15)


def _baker(canvas: Canvas, x: float, y: float) -> None:
    with canvas.ink("denim", "navy") as pen:
        pen.blob(
            [
                (x - 110, y + 30),
                (x - 96, y - 200),
                (x - 50, y - 250),
                (x + 50, y - 250),
                (x + 96, y - 200),
                (x + 110, y + 30),
            ]
        )
    with canvas.ink("paper", "mist") as pen:
        pen.polygon([(x - 60, y), (x - 50, y - 170), (x + 50, y - 170), (x + 60, y)])
        pen.blob([(x - 58, y - 350), (x - 84, y - 420), (x - 10, y - 450), (x + 76, y - 424), (x + 58, y - 350)])
    with canvas.ink("blush", "apricot") as pen:
        pen.oval(x, y - 300, 52, 62)
    with canvas.ink("paper") as pen:
        pen.box(x - 56, y - 372, x + 56, y - 336)
    with canvas.ink("umber") as pen:
        pen.oval(x - 18, y - 300, 5)
        pen.oval(x + 18, y - 300, 5)
        pen.blob([(x - 30, y - 272), (x, y - 284), (x + 30, y - 272), (x, y - 262)])


def _baskets(canvas: Canvas) -> None:
    for x in (340, 560, 780):
        for n in range(6):
            with canvas.ink("butter", "brick", angle=0) as pen:
                pen.turned(x - 62 + n * 25, 770 - (n % 3) * 14, 15, 104, -16 + n * 6)
        with canvas.ink("ochre", "umber") as pen:
            pen.polygon([(x - 96, 790), (x + 96, 790), (x + 78, 900), (x - 78, 900)])
        with canvas.ink("umber", opacity=0.5) as pen:
            for row in range(5):
                for n in range(7):
                    left = x - 84 + n * 25 + row % 2 * 12
                    pen.box(left, 800 + row * 20, left + 14, 806 + row * 20)


def _awning(canvas: Canvas) -> None:
    for n in range(14):
        left, right = 100 + n * 100, 200 + n * 100
        with canvas.ink("coral" if n % 2 else "paper", "brick" if n % 2 else "sand") as pen:
            pen.polygon([(150 + n * 92.9, 40), (150 + (n + 1) * 92.9, 40), (right, 220), (left, 220)])
            pen.oval((left + right) / 2, 220, 50, 34)
    with canvas.ink("night") as pen:
        pen.box(130, 22, 1470, 44)
