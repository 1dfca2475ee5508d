"""A folder, held to what every connector promises."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import pytest

from syndicate.connectors.suite.contract import ConnectorContract
from syndicate.connectors.suite.site import Mood, Site
from tests.connectors import dropped


class Inbox:
    """A partner that reads a folder of packages."""

    connector = "folder"
    networked = False
    moods = frozenset({Mood.WELL, Mood.REFUSING, Mood.DOWN})
    secrets: Mapping[str, Sequence[str]] = MappingProxyType({})
    canaries = ()

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.mood = Mood.WELL

    @property
    def mood(self) -> Mood:
        return self._mood

    @mood.setter
    def mood(self, mood: Mood) -> None:
        self._mood = mood
        if self._folder.is_dir():
            shutil.rmtree(self._folder)
        self._folder.unlink(missing_ok=True)
        match mood:
            case Mood.REFUSING:
                self._folder.write_bytes(b"")
            case Mood.WELL:
                self._folder.mkdir()

    @property
    def options(self) -> dict[str, str]:
        return {"path": str(self._folder)}

    async def shown(self) -> Sequence[str]:
        return dropped.shown(dropped.files_below(self._folder)) if self._folder.is_dir() else []


class TestFolder(ConnectorContract):
    @pytest.fixture
    def site(self, tmp_path: Path) -> Site:
        return Inbox(tmp_path / "inbox")
