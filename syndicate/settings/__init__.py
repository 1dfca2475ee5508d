"""The configuration: config.toml, the environment and the feed files, checked whole and turned into frozen values."""
