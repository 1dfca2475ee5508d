"""Draw the demo's sample pictures: `python scripts/draw_samples.py [NAME ...]`.

Needs Pillow and numpy; numpy is used by this script only and is no dependency of the project. The same seed gives
the same picture, so the files in `syndicate/demo/pictures` can be drawn again whenever a scene changes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sample_pictures.canvas import Canvas, jpeg
from sample_pictures.scenes import SCENES, Scene

PICTURES = Path(__file__).resolve().parents[1] / "syndicate" / "demo" / "pictures"


def draw(scene: Scene) -> bytes:
    """Print one scene and return it as JPEG."""
    canvas = Canvas(scene.width, scene.height, scene.seed)
    scene.paint(canvas)
    return jpeg(canvas.finish())


def main(names: list[str]) -> None:
    """Write the named pictures, or all of them, and tell their sizes."""
    for name in names or SCENES:
        content = draw(SCENES[name])
        (PICTURES / f"{name}.jpg").write_bytes(content)
        sys.stdout.write(f"{name}.jpg  {len(content):,} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1:])
