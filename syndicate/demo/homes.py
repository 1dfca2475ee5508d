"""Where the demo's two papers live: a folder each with configuration, feeds, store and pictures."""

from __future__ import annotations

import base64
import json
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from string import Template

from syndicate.app.configuration import load_configuration
from syndicate.errors import ConfigurationError
from syndicate.settings.loading import Loaded

PAPERS = ("harbour", "meridian")
USUAL_PORTS = (8080, 8081)
_OURS = "# Written by `syndicate demo`"
_TEMPLATES = Path(__file__).resolve().parent / "papers"


@dataclass(frozen=True)
class Homes:
    """The folders of both papers, for the ports they have: addresses of pictures and copies hold the port."""

    root: Path
    ports: tuple[int, int]

    @classmethod
    def below(cls, data: Path, ports: tuple[int, int]) -> Homes:
        """Choose the folders below `data`; those of other ports than the usual ones stand apart."""
        return cls(data if ports == USUAL_PORTS else data / f"ports-{ports[0]}-{ports[1]}", ports)

    def folder(self, paper: str) -> Path:
        return self.root / paper

    @property
    def token_file(self) -> Path:
        return self.folder("harbour") / "token"

    def empty(self) -> None:
        """Remove both papers with all they hold. Raises ConfigurationError for a folder the demo did not make."""
        folders = [self.folder(paper) for paper in PAPERS if self.folder(paper).exists()]
        for folder in folders:
            _require_ours(folder)
        for folder in folders:
            shutil.rmtree(folder)

    def furnish(self, project: Path) -> None:
        """Write what is not there yet; the publisher has the feeds of `project` if that declares any."""
        for paper in PAPERS:
            self.folder(paper).mkdir(parents=True, exist_ok=True)
        secret = self.folder("harbour") / "signing-secret"
        if not secret.exists():
            write_private(secret, "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode())
        declared = any((project / "feeds").glob("*.toml"))
        self._configure("harbour", feeds=(project / "feeds").resolve() if declared else None)
        self._configure("meridian", feeds=None)

    def load(self, paper: str) -> Loaded:
        """Load a paper's configuration. Raises ConfigurationError."""
        # No environment: what is set there for another service must not lead the demo into that one's store.
        try:
            return load_configuration(self.folder(paper) / "config.toml", {})
        except ConfigurationError as error:
            remedy = "Correct the file, or start anew: syndicate demo --fresh."
            raise ConfigurationError(error.message, error.violations, remedy=remedy) from error

    def _configure(self, paper: str, *, feeds: Path | None) -> None:
        home = self.folder(paper)
        if (home / "config.toml").exists():
            _require_ours(home)
            return
        if feeds is None:
            shutil.copytree(_TEMPLATES / paper / "feeds", home / "feeds", dirs_exist_ok=True)
        template = Template((_TEMPLATES / paper / "config.toml").read_text("utf-8"))
        values = dict(zip(PAPERS, self.ports, strict=True))
        named = json.dumps(str(feeds or "feeds"), ensure_ascii=False)
        (home / "config.toml").write_text(template.substitute(values, feeds=named), "utf-8")


def _require_ours(folder: Path) -> None:
    config = folder / "config.toml"
    if not config.is_file() or not config.read_text("utf-8", "replace").startswith(_OURS):
        raise ConfigurationError(
            f"{folder} was not made by the demo", remedy="Move it away, or name another folder with --data."
        )


def write_private(path: Path, text: str) -> None:
    """Write a new file that only its owner may read."""
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(text, "utf-8")
