"""The ways out: a new one is one file and one line here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from syndicate.connectors import apple_news, atompub, email, mastodon, pull, webhook, wordpress
from syndicate.connectors.contract import Connector
from syndicate.connectors.drops import folder, s3, sftp
from syndicate.connectors.means import ConnectorKind, Means, Secrets, Setting
from syndicate.connectors.own import OWN, load_own
from syndicate.errors import ConfigurationError, Violation
from syndicate.model.declarations import PartnerDeclaration, Publisher

CONNECTORS = {
    kind.name: kind
    for kind in (
        webhook.KIND,
        pull.KIND,
        folder.KIND,
        apple_news.KIND,
        atompub.KIND,
        email.KIND,
        mastodon.KIND,
        wordpress.KIND,
        sftp.KIND,
        s3.KIND,
    )
}


def build(partner: PartnerDeclaration, publisher: Publisher, secrets: Secrets, means: Means) -> Connector:
    """Make a partner's connector of its options and secrets.

    Raises ConfigurationError that names the wrong keys and never their values.
    """
    kind = connector_kind(partner.connector)
    options = check_options(kind, partner.options)
    given = {name for name, values in secrets.items() if values}
    missing = [sorted(each) for each in kind.secrets if not each & given]
    if missing:
        reason = 'is missing; give a reference such as "env:NAME" or "file:PATH"'
        violations = [Violation(" or ".join(names), reason) for names in missing]
        raise ConfigurationError(f"the {kind.name} connector lacks a secret", violations)
    return kind.make(options, Setting(partner, publisher, means, secrets))


def check_options(kind: ConnectorKind, options: Mapping[str, Any]) -> BaseModel:
    """Return a partner's options as the connector's own model; raises ConfigurationError as `build`."""
    try:
        return kind.options.model_validate(dict(options))
    except ValidationError as error:
        # Without the input, which may be a secret in the wrong place; unchained for the same reason.
        faults = error.errors(include_input=False, include_url=False, include_context=False)
        found = [
            Violation(".".join(map(str, fault["loc"])), fault["msg"].removeprefix("Value error, ")) for fault in faults
        ]
        raise ConfigurationError(f"wrong options for the {kind.name} connector", found) from None


def connector_kind(name: str) -> ConnectorKind:
    """Look a way out up; raises ConfigurationError that lists those there are."""
    if name.startswith(OWN):
        return load_own(name)
    if name not in CONNECTORS:
        known = ", ".join(sorted(CONNECTORS))
        raise ConfigurationError("no such connector", [Violation("connector", f"must be one of: {known}")])
    return CONNECTORS[name]
