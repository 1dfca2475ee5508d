"""Write down what a connector has done so far, in the middle of an attempt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syndicate.actions.claim import Parcel, still_leased
from syndicate.actions.office import Office
from syndicate.errors import LeaseLostError
from syndicate.store import copies
from syndicate.store.tx import Tx


class Progress:
    """The progress of one attempt; `made` tells whether there was any."""

    def __init__(self, office: Office, parcel: Parcel) -> None:
        self._office = office
        self._parcel = parcel
        self.made = False

    async def keep(self, remote: Mapping[str, Any]) -> None:
        """Keep `remote` with the copy; on disk when this returns. Raises LeaseLostError, StoreError."""
        await self._office.store.write(_keep, self._parcel, remote)
        self.made = True


def _keep(tx: Tx, parcel: Parcel, remote: Mapping[str, Any]) -> None:
    held = still_leased(tx, [parcel])
    if not held:
        raise LeaseLostError(f"delivery {parcel.delivery.id} is another process's by now")
    copies.remember_remote(tx, held[0].delivery.partner, parcel.claimed.article_key, remote)
