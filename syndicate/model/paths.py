"""Paths in the configuration: relative to its file, absolute once read."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationInfo


def config_directory(info: ValidationInfo) -> Path:
    """Return the directory that paths are relative to; of what was read before, they are absolute already."""
    directory = (info.context or {}).get("directory")
    return directory if isinstance(directory, Path) else Path()


def beside_config(value: Path, info: ValidationInfo) -> Path:
    return config_directory(info) / value
