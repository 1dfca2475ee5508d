"""Articles to documents, without side effects."""
