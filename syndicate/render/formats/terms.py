"""Rights and subjects in the terms that news formats share."""

from __future__ import annotations

import re

from syndicate.model.article import Category, Correction, Rights

_MARKS = re.compile(r"^(?:©|\(c\)|copyright|by|[\s,]|(?P<year>\d{4})(?:\s*[-–]\s*\d{4})?(?!\d))+", re.IGNORECASE)
_RESERVED = re.compile(r"[.,;]?\s*all rights reserved\.?$", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
# Where a code follows its scheme at once.
_ENDS = ("/", "#", ":", "=")


def holder_of(rights: Rights | None) -> str | None:
    """Return who holds the copyright: its line without mark, years and "All rights reserved"."""
    line = rights.copyright if rights else None
    return (_RESERVED.sub("", _MARKS.sub("", line)).strip() or line) if line else None


def year_of(rights: Rights | None) -> str | None:
    """Return the first year that the copyright's line names."""
    found = _YEAR.search(rights.copyright) if rights and rights.copyright else None
    return found[0] if found else None


def terms_of(rights: Rights | None) -> str | None:
    """Return licence, usage terms and territories as one line for people."""
    if rights is None:
        return None
    where = f"Territories: {', '.join(rights.territories)}" if rights.territories else None
    return "; ".join(part for part in (rights.licence, rights.usage_terms, where) if part) or None


def concept_uri(category: Category) -> str | None:
    """Return the address of a subject in its scheme; None where it is of none."""
    scheme = category.scheme
    if scheme is None:
        return None
    return f"{scheme}{'' if scheme.endswith(_ENDS) else '#'}{'-'.join(category.term.split())}"


def note_of(correction: Correction) -> str:
    return f"Correction ({correction.at:%Y-%m-%d}): {correction.note}"
