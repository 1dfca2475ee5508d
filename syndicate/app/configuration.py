"""Load a configuration for the connectors this program has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from syndicate.connectors.table import CONNECTORS
from syndicate.settings.declaring import Connectors
from syndicate.settings.loading import Loaded, load

KNOWN_CONNECTORS = Connectors(
    {name: kind.options for name, kind in CONNECTORS.items()},
    {name: kind.secrets for name, kind in CONNECTORS.items()},
)


def load_configuration(path: Path, environ: Mapping[str, str]) -> Loaded:
    """Read config.toml, the environment, the feed files and the secrets. Raises ConfigurationError."""
    return load(
        path,
        environ,
        connector_options=KNOWN_CONNECTORS.options,
        connector_secrets=KNOWN_CONNECTORS.secrets,
    )
