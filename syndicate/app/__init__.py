"""The composition root: from settings to a running service."""
