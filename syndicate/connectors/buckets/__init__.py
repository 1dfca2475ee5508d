"""Buckets of object stores, reached by obstore: where partners take packages from, and static copies are kept."""
