"""What the demo shows: a small newspaper of its own."""
