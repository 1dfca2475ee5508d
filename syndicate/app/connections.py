"""The connectors of the partners declared now, rebuilt where a declaration or a secret changed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from syndicate.connectors.contract import Connector
from syndicate.connectors.means import Means
from syndicate.connectors.table import build, connector_kind
from syndicate.model.declarations import PartnerDeclaration
from syndicate.settings.loading import Loaded

Secrets = dict[str, tuple[str, ...]]


class Connections:
    """One connector for each partner; replaced whole when the configuration changes."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._partners: dict[str, PartnerDeclaration] = {}
        self._connectors: dict[str, Connector] = {}

    def prepare(self, loaded: Loaded) -> dict[str, Connector]:
        """Make the connectors a configuration asks for. Raises ConfigurationError; changes nothing yet."""
        return {partner.name: self._build(partner, loaded) for partner in loaded.declarations.partners}

    async def replace(self, loaded: Loaded, connectors: dict[str, Connector]) -> None:
        """Use `connectors` from here on."""
        old = self._connectors
        self._connectors = connectors
        self._partners = {partner.name: partner for partner in loaded.declarations.partners}
        await asyncio.gather(*(connector.aclose() for connector in old.values()))

    def connector(self, partner: str) -> Connector | None:
        return self._connectors.get(partner)

    def partners(self) -> Mapping[str, PartnerDeclaration]:
        return self._partners

    async def aclose(self) -> None:
        await asyncio.gather(*(connector.aclose() for connector in self._connectors.values()))

    def _build(self, partner: PartnerDeclaration, loaded: Loaded) -> Connector:
        kind = connector_kind(partner.connector)
        secrets = {name: loaded.secrets.partner(partner.name, name) for name in kind.all_secrets}
        return build(partner, loaded.declarations.publisher, secrets, self._means)
