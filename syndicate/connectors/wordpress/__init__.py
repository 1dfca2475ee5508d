"""WordPress by its REST API: each article is one post, each picture one attachment."""

from __future__ import annotations

from syndicate.connectors.wordpress.connector import KIND

__all__ = ["KIND"]
