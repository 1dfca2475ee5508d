"""Stylesheet, skins and times: what can be measured of how a page looks."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from syndicate.web.pages.assets import static_files, static_name
from syndicate.web.pages.moments import clock_and_date, time_or_date
from syndicate.web.pages.skins import Skin, skin_for

CSS = static_files()[static_name("paper.css")][0].decode()
PAIRS = [
    ("ink", "paper"),
    ("quiet", "paper"),
    ("accent", "paper"),
    ("band-ink", "band"),
    ("ink", "tint"),
    ("quiet", "tint"),
]


def _colours(skin: Skin, theme: int) -> dict[str, str]:
    blocks = re.findall(rf'^\s*\[data-skin="{skin}"\] \{{(.*?)\}}', CSS, re.DOTALL | re.MULTILINE)
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", blocks[theme]))


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("skin", Skin)
def test_text_can_be_read_in_every_skin_by_day_and_by_night(skin: Skin, theme: int, pair: tuple[str, str]) -> None:
    colours = _colours(skin, theme)
    # WCAG 2.2, 1.4.3.
    assert _contrast(colours[pair[0]], colours[pair[1]]) >= 4.5


def test_the_stylesheet_asks_nobody_else_for_anything() -> None:
    assert "url(" not in CSS
    assert "@import" not in CSS
    assert "@font-face" not in CSS


def test_the_stylesheet_knows_print_phones_night_and_people_who_want_no_motion() -> None:
    for feature in (
        "@media print",
        "(max-width:",
        "prefers-color-scheme: dark",
        "prefers-reduced-motion",
        ":focus-visible",
    ):
        assert feature in CSS


def test_static_names_change_with_their_content_and_carry_their_media_type() -> None:
    files = static_files()
    assert all(re.fullmatch(r"[a-z]+\.[0-9a-f]{12}\.(css|svg)", name) for name in files)
    assert {media_type for _, media_type in files.values()} == {"text/css; charset=utf-8", "image/svg+xml"}


def test_a_title_always_gets_the_same_skin_and_titles_get_different_ones() -> None:
    assert (skin_for("Harbour Daily"), skin_for("The Meridian")) == (Skin.HARBOUR, Skin.MERIDIAN)
    assert {skin_for(f"Paper {number}") for number in range(50)} == set(Skin)
    assert skin_for("Harbour Daily", "meridian") is Skin.MERIDIAN
    with pytest.raises(ValueError, match="tabloid"):
        skin_for("Harbour Daily", "tabloid")


INSTANT = datetime(2026, 1, 5, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("America/New_York", "18:30 EST, 5 January 2026"),
        ("Europe/Paris", "00:30 CET, 6 January 2026"),
        ("America/Sao_Paulo", "20:30 UTC-03, 5 January 2026"),
        ("UTC", "23:30 UTC, 5 January 2026"),
    ],
)
def test_a_time_carries_the_name_of_its_zone(zone: str, text: str) -> None:
    assert clock_and_date(INSTANT, ZoneInfo(zone)).text == text


def test_today_is_a_day_of_the_papers_zone() -> None:
    now = datetime(2026, 1, 6, 0, 10, tzinfo=UTC)
    assert time_or_date(INSTANT, ZoneInfo("Europe/Paris"), now=now).text == "00:30 CET"
    assert time_or_date(INSTANT, ZoneInfo("Europe/London"), now=now).text == "5 January"
    assert time_or_date(INSTANT, ZoneInfo("UTC"), now=now.replace(year=2027)).text == "5 January 2026"
