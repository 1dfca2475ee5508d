"""Connectors made of options and secrets, as tests of one need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syndicate.connectors.contract import Connector
from syndicate.connectors.means import Means, Pictures
from syndicate.connectors.suite.site import GivenPictures
from syndicate.connectors.table import build
from syndicate.model.declarations import PartnerDeclaration
from syndicate.net.client import Client
from syndicate.net.dialer import Dialer
from syndicate.net.guard import Guard
from tests.builders import NOON, a_publisher
from tests.connectors.conftest import LOOPBACK


def built(
    connector: str,
    options: Mapping[str, Any],
    secrets: Mapping[str, Sequence[str]],
    client: Client,
    *,
    pictures: Pictures | None = None,
    **declared: Any,
) -> Connector:
    """Make a connector that may call loopback; `declared` are other keys of its partner, such as `profile`."""
    values = {"name": "gazette", "connector": connector, "options": dict(options), **declared}
    dialer = Dialer(Guard(allow_private=LOOPBACK, base_url="http://127.0.0.1:9"))
    means = Means(client=client, dialer=dialer, pictures=pictures or GivenPictures(), clock=lambda: NOON)
    return build(PartnerDeclaration.model_validate(values), a_publisher(), secrets, means)
