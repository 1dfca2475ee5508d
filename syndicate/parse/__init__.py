"""Documents to articles, without side effects."""
