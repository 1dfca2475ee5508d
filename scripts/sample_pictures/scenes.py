"""The table of scenes: what is painted, on what size of sheet, from which seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sample_pictures import indoors, night, people, sea, sky, sport, town
from sample_pictures.canvas import Canvas


@dataclass(frozen=True)
class Scene:
    paint: Callable[[Canvas], None]
    seed: int
    width: int = 1600
    height: int = 1067


def _portrait(paint: Callable[[Canvas], None], seed: int) -> Scene:
    return Scene(paint, seed, 1200, 1500)


SCENES = {
    "ferry-at-dawn": Scene(sea.ferry_at_dawn, 11),
    "gulls": _portrait(sea.gulls, 12),
    "lighthouse-beam": Scene(night.lighthouse_beam, 13),
    "fog-in-the-strait": Scene(sea.fog_in_the_strait, 14),
    "fishing-boats": Scene(sea.fishing_boats, 15),
    "regatta": Scene(sea.regatta, 16),
    "research-ship": Scene(night.research_ship, 17),
    "lantern-night": Scene(night.lantern_night, 18),
    "aurora": Scene(sky.aurora, 21),
    "moonset": Scene(sky.moonset, 22),
    "storm-front": Scene(sky.storm_front, 23),
    "kites": Scene(sky.kites, 24),
    "plankton": Scene(sky.plankton, 25),
    "bridge": Scene(town.bridge, 31),
    "cranes": Scene(town.cranes, 32),
    "town-clock": _portrait(town.town_clock, 33),
    "quay-houses": Scene(town.quay_houses, 34),
    "lit-windows": Scene(town.lit_windows, 35),
    "library": Scene(indoors.library, 36),
    "bakery-window": Scene(indoors.bakery_window, 37),
    "market": Scene(people.market, 41),
    "umbrellas": Scene(people.umbrellas, 42),
    "brass-band": Scene(people.brass_band, 43),
    "football-pitch": Scene(sport.football_pitch, 44),
    "bicycle-race": Scene(sport.bicycle_race, 45),
    "harbour-cat": _portrait(people.harbour_cat, 46),
}
