"""Surrogate keys: names under which a CDN keeps answers, so that one call removes all that show a story."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syndicate.policy.purging import joined


@dataclass(frozen=True)
class Tags:
    """Writes the header that the CDN reads; none where no CDN is configured."""

    header: str | None = None

    def __call__(self, *keys: str) -> Mapping[str, str]:
        """Return the header that files an answer under `keys`."""
        return {} if self.header is None else {self.header: joined(self.header, keys)}
