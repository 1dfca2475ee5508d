"""Mastodon: each article is one status of the account, found again by its link."""

from __future__ import annotations

from syndicate.connectors.mastodon.connector import KIND

__all__ = ["KIND"]
