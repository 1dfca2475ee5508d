from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from syndicate.errors import ConfigurationError
from syndicate.settings.loading import NAMED_SECTIONS, compose
from syndicate.settings.reference import CONFIG_TABLES, FEED_TABLES
from syndicate.settings.sections import SECTIONS
from tests.cli.test_settings import CONNECTORS

WORDS = ["", "env:A", "file:none", "file:", "https://a.example/", "5m", "UTC", "webhook", "feeds", "\x00", "canary"]
KEYS = sorted({key for model in (*CONFIG_TABLES.values(), *FEED_TABLES.values()) for key in model.model_fields})
VALUES: SearchStrategy[Any] = st.recursive(
    st.one_of(st.sampled_from(WORDS), st.text(), st.integers(), st.floats(), st.booleans(), st.datetimes(), st.times()),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.sampled_from(KEYS) | st.text(), inner, max_size=4),
    max_leaves=6,
)
TABLES = st.dictionaries(st.sampled_from([*KEYS, "token", "signing_secret"]), VALUES, max_size=8)
NAMED = st.dictionaries(st.sampled_from(["gazette", "wire", "Ö"]), TABLES | VALUES, max_size=3)
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(SECTIONS, TABLES | VALUES),
        **dict.fromkeys(NAMED_SECTIONS, NAMED | VALUES),
        "unknown": VALUES,
    },
)


@given(document=DOCUMENTS, variable=st.text())
@example(document={"limits": {"record_bytes": float("inf")}}, variable="")
@example(document={"service": {"feeds": "\x00"}}, variable="")
@example(document={"partners": {"gazette": {"connector": []}}}, variable="inf")
def test_whatever_a_file_holds_what_is_wrong_is_told_and_nothing_breaks(
    document: dict[str, Any], variable: str
) -> None:
    # There are no feed files, so that something is always wrong.
    with tempfile.TemporaryDirectory() as directory, pytest.raises(ConfigurationError) as caught:
        compose(
            document,
            path=Path(directory) / "config.toml",
            environ={"SYNDICATE_SERVICE__TITLE": variable, "SYNDICATE_PARTNERS__GAZETTE__URL": variable},
            connectors=CONNECTORS,
        )
    assert caught.value.violations
    assert all(violation.reason for violation in caught.value.violations)
