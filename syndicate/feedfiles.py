"""Feed files: one feed per `feeds/<slug>.toml`, its slug being the file's name."""

from __future__ import annotations

import tomllib
from pathlib import Path

from syndicate.errors import Violation
from syndicate.model.declarations import FeedDeclaration
from syndicate.settings.findings import Findings, join


def read_feeds(directory: Path) -> tuple[tuple[FeedDeclaration, ...], tuple[Violation, ...]]:
    """Read every feed file in order of its name; returns the feeds that are right and what is wrong with the others.

    Paths of violations name the file and the key: `feeds/world.toml: items`.
    """
    findings = Findings()
    feeds = [_read_feed(file, findings) for file in feed_files(directory)]
    if not directory.is_dir():
        findings.refuse(f"{directory.name}/:", "no such directory beside config.toml; make it, one file per feed")
    return tuple(feed for feed in feeds if feed is not None), tuple(findings.violations)


def feed_files(directory: Path) -> tuple[Path, ...]:
    """List the feed files of a directory; hidden ones are an editor's."""
    return tuple(sorted(file for file in directory.glob("*.toml") if not file.name.startswith(".")))


def _read_feed(file: Path, findings: Findings) -> FeedDeclaration | None:
    path = f"{file.parent.name}/{file.name}:"
    try:
        table = tomllib.loads(file.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        findings.refuse(path, f"is not TOML: {error}")
        return None
    except (OSError, UnicodeDecodeError) as error:
        findings.refuse(path, f"cannot be read: {error}")
        return None
    if "slug" in table:
        findings.refuse(join(path, "slug"), "is the file's name; rename the file instead")
    return findings.check(FeedDeclaration, {**table, "slug": file.stem}, path)
