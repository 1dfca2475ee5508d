"""The connectors of the partners declared now, rebuilt where a declaration or a secret changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from syndicate.connectors.contract import Connector, Outcome, Preview, Sending
from syndicate.connectors.means import Means
from syndicate.connectors.table import build, connector_kind
from syndicate.model.declarations import PartnerDeclaration
from syndicate.settings.loading import Loaded

logger = logging.getLogger(__name__)

Secrets = dict[str, tuple[str, ...]]
LONGEST_CLOSE = timedelta(seconds=5)


class Tended:
    """A connector that is closed when it is not needed any more and the last sending through it has ended."""

    def __init__(self, connector: Connector, partner: str) -> None:
        self._connector = connector
        self._partner = partner
        self._under_way = 0
        self._replaced = False

    @property
    def bounded(self) -> bool:
        return self._connector.bounded

    @property
    def gathers(self) -> bool:
        return self._connector.gathers

    async def send(self, sending: Sending) -> Outcome:
        # Written out, for it is done for every delivery.
        self._under_way += 1
        try:
            return await self._connector.send(sending)
        finally:
            await self._ended()

    async def test(self, *, delivery_id: str, at: datetime) -> Outcome:
        self._under_way += 1
        try:
            return await self._connector.test(delivery_id=delivery_id, at=at)
        finally:
            await self._ended()

    def preview(self, sending: Sending) -> Preview:
        return self._connector.preview(sending)

    async def aclose(self) -> None:
        """Close it now, or have whatever is under way through it close it when that ends."""
        self._replaced = True
        if self._under_way == 0:
            await self._close()

    async def _ended(self) -> None:
        self._under_way -= 1
        if self._replaced and self._under_way == 0:
            await self._close()

    async def _close(self) -> None:
        try:
            async with asyncio.timeout(LONGEST_CLOSE.total_seconds()):
                await self._connector.aclose()
        except Exception:  # a bug of a connector, or a server that hangs: it must not keep a configuration from taking
            logger.exception("connector.close_failed", extra={"partner": self._partner})


class Connections:
    """One connector for each partner; replaced whole when the configuration changes."""

    def __init__(self, means: Callable[[Loaded], Means]) -> None:
        self._means = means
        self._partners: dict[str, PartnerDeclaration] = {}
        self._connectors: dict[str, Connector] = {}

    def prepare(self, loaded: Loaded) -> dict[str, Connector]:
        """Make the connectors a configuration asks for. Raises ConfigurationError; changes nothing yet."""
        return {partner.name: self._build(partner, loaded) for partner in loaded.declarations.partners}

    async def replace(self, loaded: Loaded, connectors: dict[str, Connector]) -> None:
        """Use `connectors` from here on; those before end what they have begun."""
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
        return Tended(build(partner, loaded.declarations.publisher, secrets, self._means(loaded)), partner.name)
