"""The one shelf of inks that every sample picture is printed with."""

from __future__ import annotations

import numpy as np

INKS = {
    # papers and lights
    "paper": "#fbf4e4",
    "cream": "#f6e8cb",
    "butter": "#f5d489",
    "sand": "#dfc59b",
    "blush": "#f3cbb2",
    "mist": "#d3dfd8",
    # warm
    "ochre": "#e2a13f",
    "apricot": "#f0a673",
    "coral": "#df654b",
    "brick": "#a5402f",
    "rose": "#cf8489",
    "umber": "#5d3a2c",
    "plum": "#46304f",
    "mauve": "#8b7799",
    # cool
    "sky": "#a3cad0",
    "sea": "#4697a0",
    "teal": "#2b7478",
    "petrol": "#17505d",
    "denim": "#2b4a69",
    "navy": "#162b43",
    "night": "#0c1829",
    # greens and greys
    "mint": "#9fd8b9",
    "sage": "#93ab86",
    "moss": "#566f4a",
    "pine": "#23443b",
    "fog": "#b5c2c2",
    "stone": "#8c877c",
    "slate": "#4b5b67",
    "tar": "#1d2127",
}


def ink(name: str) -> np.ndarray:
    """Return an ink of the shelf as three floats from 0 to 255."""
    return np.array([int(INKS[name][at : at + 2], 16) for at in (1, 3, 5)], np.float32)
