"""Looks of a paper: the stylesheet has one set of colours, faces and mastheads for each."""

from __future__ import annotations

from enum import StrEnum
from hashlib import sha256


class Skin(StrEnum):
    HARBOUR = "harbour"
    """A broadsheet: centred nameplate between rules, warm paper, blue ink."""
    MERIDIAN = "meridian"
    """A modern daily: a coloured band, heavy sans headlines, vermilion."""


def skin_for(title: str, wanted: str | None = None) -> Skin:
    """Return the look asked for, else one that the paper's title always gets; ValueError for an unknown name."""
    if wanted:
        return Skin(wanted)
    looks = list(Skin)
    # Any byte of the digest would do; by this one, Harbour Daily and The Meridian look like themselves.
    return looks[sha256(title.encode()).digest()[11] % len(looks)]
