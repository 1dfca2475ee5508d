"""AtomPub (RFC 5023): each article is one entry, each picture one media resource with its own entry."""

from __future__ import annotations

from syndicate.connectors.atompub.connector import KIND

__all__ = ["KIND"]
