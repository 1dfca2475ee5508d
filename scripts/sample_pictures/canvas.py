"""A canvas that prints flat and graded inks through masks, with the grain of a screen print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from math import cos, radians, sin

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from sample_pictures.inks import ink

Point = tuple[float, float]
SUPERSAMPLING = 4
MAX_JPEG_BYTES = 150_000


class Pen:
    """Draws shapes into the mask of one ink; lengths in pixels of the finished picture."""

    def __init__(self, mask: Image.Image) -> None:
        self._draw = ImageDraw.Draw(mask)

    def polygon(self, points: Sequence[Point]) -> None:
        self._draw.polygon([self._at(point) for point in points], fill=255)

    def blob(self, points: Sequence[Point]) -> None:
        """Draw a polygon with its corners rounded off (Chaikin's corner cutting)."""
        for _ in range(3):
            pairs = zip(points, [*points[1:], points[0]], strict=True)
            points = [(a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t) for a, b in pairs for t in (0.25, 0.75)]
        self.polygon(points)

    def box(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.polygon([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])

    def oval(self, x: float, y: float, rx: float, ry: float | None = None) -> None:
        ry = rx if ry is None else ry
        self._draw.ellipse([self._at((x - rx, y - ry)), self._at((x + rx, y + ry))], fill=255)

    def ring(self, x: float, y: float, r: float, width: float) -> None:
        box = [self._at((x - r, y - r)), self._at((x + r, y + r))]
        self._draw.ellipse(box, outline=255, width=round(width * SUPERSAMPLING))

    def line(self, points: Sequence[Point], width: float) -> None:
        scaled = [self._at(point) for point in points]
        self._draw.line(scaled, fill=255, width=max(1, round(width * SUPERSAMPLING)), joint="curve")

    def turned(self, x: float, y: float, rx: float, ry: float, degrees: float) -> None:
        """Draw an oval turned clockwise."""
        c, s = cos(radians(degrees)), sin(radians(degrees))
        around = [(rx * cos(t / 24 * 3.14159), ry * sin(t / 24 * 3.14159)) for t in range(48)]
        self.polygon([(x + u * c - v * s, y + u * s + v * c) for u, v in around])

    @staticmethod
    def _at(point: Point) -> Point:
        return point[0] * SUPERSAMPLING, point[1] * SUPERSAMPLING


class Canvas:
    """A picture being printed; `rng` is the only source of chance, so that a seed always gives the same picture."""

    def __init__(self, width: int, height: int, seed: int) -> None:
        self.width, self.height = width, height
        self.rng = np.random.default_rng(seed)
        self.pixels = np.zeros((height, width, 3), np.float32)
        self.grain = self.rng.standard_normal((height, width)).astype(np.float32)
        self.blotch = self.clouds(7, 4)

    def clouds(self, cells: int, octaves: int, stretch: float = 1.0) -> np.ndarray:
        """Return smooth noise between about -1 and 1; `stretch` above 1 draws it out sideways."""
        total = np.zeros((self.height, self.width), np.float32)
        for octave in range(octaves):
            n = cells * 2**octave
            small = self.rng.uniform(-1, 1, (n, max(2, round(n * 1.4 / stretch)))).astype(np.float32)
            layer = Image.fromarray(small).resize((self.width, self.height), Image.Resampling.BICUBIC)
            total += np.asarray(layer) / 2**octave
        return total / 1.5

    def wash(self, *stops: tuple[float, str], top: float = 0, bottom: float | None = None) -> None:
        """Cover a band from edge to edge with a graded wash; each stop is a height in pixels and an ink."""
        rows = slice(int(top), self.height if bottom is None else int(bottom))
        y = np.arange(self.height, dtype=np.float32)[rows, None] + 9 * self.grain[rows] + 16 * self.blotch[rows]
        heights = [at for at, _ in stops]
        inks = np.stack([ink(name) for _, name in stops])
        for channel in range(3):
            self.pixels[rows, :, channel] = np.interp(y, heights, inks[:, channel])

    @contextmanager
    def ink(
        self,
        top: str,
        bottom: str | None = None,
        *,
        opacity: float = 1,
        soft: float = 0,
        rough: float = 0,
        angle: float = 90,
    ) -> Iterator[Pen]:
        """Print what is drawn inside with one ink, or graded from `top` to `bottom` along `angle` (90 is downwards).

        `soft` blurs the edge by so many pixels; `rough` breaks it up like a dry brush.
        """
        mask = Image.new("L", (self.width * SUPERSAMPLING, self.height * SUPERSAMPLING))
        yield Pen(mask)
        small = mask.reduce(SUPERSAMPLING)
        if soft or rough:
            small = small.filter(ImageFilter.GaussianBlur(float(soft or rough)))
        if box := small.getbbox():
            coverage = np.asarray(small.crop(box), np.float32) / 255
            self._print(box, self._worn(coverage, box, rough), (top, bottom or top), opacity, angle)

    def _worn(self, coverage: np.ndarray, box: tuple[int, int, int, int], rough: float) -> np.ndarray:
        if not rough:
            return coverage
        x0, y0, x1, y1 = box
        noise = self.grain[y0:y1, x0:x1] * 0.22 + self.blotch[y0:y1, x0:x1] * 0.3
        return np.clip((coverage - 0.5 + noise * 0.6) * 3 + 0.5, 0, 1) * (coverage > 0.02)

    def _print(
        self, box: tuple[int, int, int, int], coverage: np.ndarray, inks: tuple[str, str], opacity: float, angle: float
    ) -> None:
        x0, y0, x1, y1 = box
        along_x, along_y = cos(radians(angle)), sin(radians(angle))
        reach = along_x * np.linspace(-0.5, 0.5, x1 - x0)[None, :] + along_y * np.linspace(-0.5, 0.5, y1 - y0)[:, None]
        t = 0.5 + reach / (abs(along_x) + abs(along_y)) + 0.07 * self.grain[y0:y1, x0:x1]
        t = np.clip(t + 0.05 * self.blotch[y0:y1, x0:x1], 0, 1)[..., None].astype(np.float32)
        colour = ink(inks[0]) * (1 - t) + ink(inks[1]) * t
        share = (coverage * opacity)[..., None]
        self.pixels[y0:y1, x0:x1] += (colour - self.pixels[y0:y1, x0:x1]) * share

    def glow(self, x: float, y: float, radius: float, name: str, strength: float = 0.6, squash: float = 1) -> None:
        """Add light that falls off from a point."""
        yy, xx = np.mgrid[0 : self.height, 0 : self.width].astype(np.float32)
        far = np.hypot(xx - x, (yy - y) * squash) / radius
        share = strength * np.exp(-3 * far**1.5) * np.clip(1 + 0.1 * self.grain, 0.6, 1.4)
        self.tint(name, share)

    def tint(self, name: str, share: np.ndarray) -> None:
        """Blend an ink in, pixel by pixel, by a share from 0 to 1."""
        self.pixels += (ink(name) - self.pixels) * np.clip(share, 0, 1)[..., None]

    def haze(self, y: float, depth: float, name: str, strength: float = 0.7) -> None:
        """Lay a bank of mist around a height."""
        rows = np.arange(self.height, dtype=np.float32)[:, None]
        drift = self.clouds(4, 3, stretch=5)
        self.tint(name, strength * np.exp(-(((rows - y + 40 * drift) / depth) ** 2)) * (0.82 + 0.35 * drift))

    def reflect(self, shore: int, name: str, strength: float = 0.35, ripple: float = 6) -> None:
        """Mirror everything above `shore` in the water below it, broken by ripples and tinted with an ink."""
        depth = self.height - shore
        source = self.pixels[np.clip(shore - 1 - np.arange(depth), 0, None)]
        waves = self.clouds(60, 1, stretch=9)[shore:] * np.linspace(0.3, 1.6, depth)[:, None]
        columns = np.clip(np.arange(self.width)[None, :] + (waves * ripple).astype(int), 0, self.width - 1)
        mirrored = np.take_along_axis(source, columns[..., None], axis=1)
        fade = np.linspace(strength, min(1.0, strength + 0.35), depth)[:, None, None]
        self.pixels[shore:] = mirrored * (1 - fade) + ink(name) * fade

    def finish(self) -> Image.Image:
        """Return the picture with the paper's grain, uneven ink and slightly darker corners."""
        yy, xx = np.mgrid[-1 : 1 : self.height * 1j, -1 : 1 : self.width * 1j].astype(np.float32)
        light = 1.015 - 0.075 * np.clip(np.hypot(xx, yy) - 0.55, 0, 1) + 0.012 * self.blotch
        printed = self.pixels * light[..., None] + (2.6 * self.grain)[..., None]
        return Image.fromarray(np.clip(printed, 0, 255).astype(np.uint8))


def jpeg(picture: Image.Image) -> bytes:
    """Encode at the best quality that stays within `MAX_JPEG_BYTES`."""
    for quality in range(90, 30, -3):
        buffer = BytesIO()
        picture.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
        if buffer.tell() <= MAX_JPEG_BYTES:
            break
    return buffer.getvalue()
