"""Apple News: each article is one article of the channel, found again by its identifier."""

from __future__ import annotations

from syndicate.connectors.apple_news.connector import KIND

__all__ = ["KIND"]
