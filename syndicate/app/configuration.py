"""Load a configuration for the connectors this program has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from syndicate.connectors.means import ConnectorKind
from syndicate.connectors.own import load_own
from syndicate.connectors.table import CONNECTORS
from syndicate.errors import ConfigurationError
from syndicate.settings.declaring import ConnectorOptions, Connectors
from syndicate.settings.environment import overridden
from syndicate.settings.findings import Findings
from syndicate.settings.loading import Loaded, load, read_document
from syndicate.settings.sections import Store


def options_of(kind: ConnectorKind) -> ConnectorOptions:
    """Return what a section with this connector may hold."""
    return ConnectorOptions(kind.options, kind.secrets, kind.optional)


CONNECTOR_OPTIONS = Connectors(
    known={name: options_of(kind) for name, kind in CONNECTORS.items()},
    own=lambda name: options_of(load_own(name)),
)


def connectors_for(path: Path) -> Connectors:
    """Return the connectors there are, with those of a user's own that stand beside the configuration at `path`."""
    directory = path.absolute().parent
    return replace(CONNECTOR_OPTIONS, own=lambda name: options_of(load_own(name, beside=directory)))


def load_configuration(path: Path, environ: Mapping[str, str]) -> Loaded:
    """Read config.toml, the environment, the feed files and the secrets. Raises ConfigurationError."""
    return load(path, environ, connectors=connectors_for(path))


def store_url(path: Path, environ: Mapping[str, str]) -> str:
    """Read only where the store is, whatever else is wrong. Raises ConfigurationError where that is wrong too."""
    document, _origins = overridden(read_document(path), environ)
    findings = Findings(context={"directory": path.absolute().parent})
    section = findings.check(Store, document.get("store", {}), "store")
    if section is None:
        raise ConfigurationError(f"{path.name}: {findings.violations[0]}", findings.violations)
    return section.url
