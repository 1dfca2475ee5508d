"""Findings: what stands between a document and who shall take it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing a partner or a reader would not take.

    `code` is stable; `path` names the key or element, and never holds a text of the article; `reason` is a sentence
    for people; `refuses` says that the article stays out, else it was repaired or may be shown worse.
    """

    code: str
    path: str
    reason: str
    refuses: bool
