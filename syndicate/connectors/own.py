"""Connectors of a user's own: `connector = "python:package.module"`."""

from __future__ import annotations

from importlib import import_module

from syndicate.connectors.means import ConnectorKind
from syndicate.errors import ConfigurationError, Violation

OWN = "python:"


def load_own(name: str) -> ConnectorKind:
    """Import the module and return its `CONNECTOR`. Raises ConfigurationError, which says what is missing."""
    module_name = name.removeprefix(OWN)
    try:
        module = import_module(module_name)
    except ImportError as error:
        reason = f"cannot import {module_name}: {error}; install it beside syndicate, or name it in PYTHONPATH"
        raise ConfigurationError("no such connector", [Violation("connector", reason)]) from error
    kind = getattr(module, "CONNECTOR", None)
    if not isinstance(kind, ConnectorKind):
        reason = f"{module_name} has no CONNECTOR; make one of syndicate.connectors.means.ConnectorKind"
        raise ConfigurationError("no such connector", [Violation("connector", reason)])
    return kind
