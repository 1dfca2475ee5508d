"""Pictures as pages place them."""

from __future__ import annotations

from dataclasses import dataclass

from syndicate.model.article import Image

_CENTRE = (0.5, 0.5)


@dataclass(frozen=True)
class Picture:
    """A picture with its size, where known, so that its space is there before it is.

    `focus` names classes of the stylesheet that keep the focal point in sight where the picture is cropped:
    a style attribute would break the content security policy.
    """

    src: str
    alt: str
    width: int | None
    height: int | None
    caption: str
    credit: str
    focus: str


def picture(image: Image | None) -> Picture | None:
    """Show an image of a record; None for none."""
    if image is None:
        return None
    sized = image.width and image.height
    return Picture(
        src=image.url,
        alt=image.alt or "",
        width=image.width if sized else None,
        height=image.height if sized else None,
        caption=image.caption or "",
        credit=image.credit or "",
        focus=_focus(image.focal_point or _CENTRE),
    )


def _focus(point: tuple[float, float]) -> str:
    across, down = (round(share * 4) * 25 for share in point)
    return f"fx-{across} fy-{down}"
