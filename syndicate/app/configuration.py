"""Load a configuration for the connectors this program has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from syndicate.connectors.table import CONNECTORS
from syndicate.errors import ConfigurationError
from syndicate.settings.declaring import Connectors
from syndicate.settings.environment import overridden
from syndicate.settings.findings import Findings
from syndicate.settings.loading import Loaded, load, read_document
from syndicate.settings.sections import Store

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


def store_url(path: Path, environ: Mapping[str, str]) -> str:
    """Read only where the store is, whatever else is wrong. Raises ConfigurationError where that is wrong too."""
    document, _origins = overridden(read_document(path), environ)
    findings = Findings()
    context = {"directory": path.absolute().parent}
    section = findings.check(Store, document.get("store", {}), "store", context=context)
    if section is None:
        raise ConfigurationError(f"{path.name}: {findings.violations[0]}", findings.violations)
    return section.url
