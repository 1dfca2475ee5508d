"""The examples of docs/connectors.md are right: each is read as a configuration, with the secrets that it names."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from syndicate.app.configuration import load_configuration
from syndicate.connectors.table import CONNECTORS, check_options

PAGE = (Path(__file__).parents[2] / "docs" / "connectors.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
SERVICE = '[service]\nbase_url = "https://harbour.example"\ntitle = "Harbour Daily"\n'


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_can_be_copied(tmp_path: Path, example: str) -> None:
    (tmp_path / "feeds").mkdir()
    (tmp_path / "config.toml").write_text(("" if "[service]" in example else SERVICE) + example, "utf-8")
    for name in re.findall(r'"file:([^"]+)"', example):
        (tmp_path / name).write_text("a secret", "utf-8")
    environ = dict.fromkeys(re.findall(r'"env:(\w+)"', example), "a secret")
    for partner in load_configuration(tmp_path / "config.toml", environ).declarations.partners:
        if partner.connector in CONNECTORS:
            check_options(CONNECTORS[partner.connector], partner.options)


def test_every_example_is_of_a_partner() -> None:
    assert [example for example in EXAMPLES if not tomllib.loads(example).get("partners")] == []


@pytest.mark.parametrize("name", sorted(set(CONNECTORS) - {"webhook", "pull"}))
def test_the_section_of_a_connector_names_all_its_options(name: str) -> None:
    sections = re.findall(r"^## ([^\n]*)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    told = "".join(text for heading, text in sections if f"`{name}`" in heading)
    options = {*CONNECTORS[name].options.model_fields, *CONNECTORS[name].all_secrets}
    assert {option for option in options if not re.search(rf"\b{option}\b", told)} == set()
