"""Every connector of the table is held to the contract: a new one needs a class of its own here or beside."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from syndicate.connectors.table import CONNECTORS

CALLED = sorted(name for name, kind in CONNECTORS.items() if kind.called)


@pytest.mark.parametrize("name", CALLED)
def test_every_connector_is_held_to_the_contract(name: str) -> None:
    text = Path(__file__).with_name(f"test_{name.replace('-', '_')}_contract.py").read_text("utf-8")
    assert re.search(r"^class Test\w+\(ConnectorContract\):", text, re.MULTILINE)
