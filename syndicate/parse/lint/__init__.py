"""Whether readers and partners would take a document that somebody publishes already."""
