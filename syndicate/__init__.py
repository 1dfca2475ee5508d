"""Syndicate a news publisher's articles: keep them, publish them as feeds, republish them to partners."""

__version__ = "0.1.0"
