"""The ways out: a new one is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ValidationError

from syndicate.connectors.contract import Connector
from syndicate.connectors.pull import Pull, PullOptions
from syndicate.connectors.webhook import Webhook, WebhookOptions
from syndicate.errors import ConfigurationError, Violation
from syndicate.model.views import PULL
from syndicate.net.client import Client
from syndicate.policy.signing import decode_secret

Clock = Callable[[], datetime]
# The values of secret options by name, newest first: `{"signing_secret": ("whsec_…",)}`.
Secrets = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class ConnectorKind:
    """One way out: the model of its options, which secrets it needs, and how one is made of them."""

    name: str
    options: type[BaseModel]
    secrets: frozenset[str]
    make: Callable[[Any, Secrets, Client, Clock], Connector]
    called: bool = True
    """Whether it calls the partner; who polls is not called."""


def _webhook(options: WebhookOptions, secrets: Secrets, client: Client, clock: Clock) -> Connector:
    keys = tuple(decode_secret(text) for text in secrets["signing_secret"])
    return Webhook(options, keys, client=client, clock=clock)


def _pull(options: PullOptions, secrets: Secrets, client: Client, clock: Clock) -> Connector:
    return Pull()


CONNECTORS = {
    kind.name: kind
    for kind in (
        ConnectorKind("webhook", WebhookOptions, frozenset({"signing_secret"}), _webhook),
        ConnectorKind(PULL, PullOptions, frozenset({"token"}), _pull, called=False),
    )
}


def build(name: str, options: Mapping[str, Any], secrets: Secrets, client: Client, clock: Clock) -> Connector:
    """Make the connector `name` of a partner's options and secrets.

    Raises ConfigurationError that names the wrong keys and never their values.
    """
    kind = connector_kind(name)
    checked = check_options(name, options)
    missing = sorted(key for key in kind.secrets if not secrets.get(key))
    if missing:
        reason = 'is missing; give a reference such as "env:NAME" or "file:PATH"'
        raise ConfigurationError(f"the {name} connector lacks a secret", [Violation(key, reason) for key in missing])
    return kind.make(checked, secrets, client, clock)


def check_options(name: str, options: Mapping[str, Any]) -> BaseModel:
    """Return a partner's options as the connector's own model; raises ConfigurationError as `build`."""
    try:
        return connector_kind(name).options.model_validate(dict(options))
    except ValidationError as error:
        # Without the input, which may be a secret in the wrong place; unchained for the same reason.
        faults = error.errors(include_input=False, include_url=False, include_context=False)
        found = [
            Violation(".".join(map(str, fault["loc"])), fault["msg"].removeprefix("Value error, ")) for fault in faults
        ]
        raise ConfigurationError(f"wrong options for the {name} connector", found) from None


def connector_kind(name: str) -> ConnectorKind:
    """Look a way out up; raises ConfigurationError that lists those there are."""
    if name not in CONNECTORS:
        known = ", ".join(sorted(CONNECTORS))
        raise ConfigurationError("no such connector", [Violation("connector", f"must be one of: {known}")])
    return CONNECTORS[name]
