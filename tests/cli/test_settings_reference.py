from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from syndicate.app.configuration import CONNECTOR_OPTIONS
from syndicate.feedfiles import read_feeds
from syndicate.model.declarations import FeedDeclaration
from syndicate.settings.loading import compose, load
from syndicate.settings.reference import CONFIG_TABLES, FEED_TABLES, Heading, Option, read_example, render_reference
from syndicate.settings.sections import SECTIONS

PROJECT = Path(__file__).resolve().parents[2]
CONFIG = (PROJECT / "config.toml").read_text("utf-8")
FEED = (PROJECT / "feeds" / "latest.toml").read_text("utf-8")
# Who publishes has no default worth the name; the files show a publisher.
IDENTITY = {("service", key) for key in ("language", "timezone", "contact")} | {("", "description")}
# Keys that are tables of their own, or that stand in a heading or a file's name.
NOT_OPTIONS = {"name", "options", "slug", "select", "profile"}
ENVIRON = dict.fromkeys(re.findall(r"env:(\w+)", CONFIG), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")


def everything(text: str) -> str:
    """Turn every commented-out line of an example into a live one."""
    return re.sub(r"^#(?=[\[a-z])", "", text, flags=re.MULTILINE)


def options(text: str) -> list[Option]:
    return [item for item in read_example(text) if isinstance(item, Option)]


def test_the_configuration_as_shipped_is_valid_and_serves_the_demos_sections() -> None:
    loaded = load(PROJECT / "config.toml", {}, connectors=CONNECTOR_OPTIONS)
    assert loaded.declarations.partners == ()
    slugs = {feed.slug for feed in loaded.declarations.feeds}
    assert slugs >= {"world", "harbour", "science", "culture", "sport", "latest"}


def test_the_configuration_with_every_example_in_it_is_valid() -> None:
    document = tomllib.loads(everything(CONFIG))
    loaded = compose(document, path=PROJECT / "config.toml", environ=ENVIRON, connectors=CONNECTOR_OPTIONS)
    assert [partner.name for partner in loaded.declarations.partners] == ["gazette"]
    assert [upstream.name for upstream in loaded.declarations.upstreams] == ["wire"]


def test_the_feed_file_with_every_example_in_it_is_valid(tmp_path: Path) -> None:
    (tmp_path / "latest.toml").write_text(everything(FEED), "utf-8")
    assert read_feeds(tmp_path)[1] == ()


@pytest.mark.parametrize("table", [*CONFIG_TABLES])
def test_every_option_is_in_config_toml(table: str) -> None:
    shown = {option.key for option in options(CONFIG) if option.table == table}
    declared = set(CONFIG_TABLES[table].model_fields) - NOT_OPTIONS
    # A partner's selection is that of a feed, and shown in full there.
    assert shown >= declared if table != "partners.gazette.select" else shown <= declared


@pytest.mark.parametrize("table", [*FEED_TABLES])
def test_every_option_of_a_feed_is_in_the_example(table: str) -> None:
    shown = {option.key for option in options(FEED) if option.table == table}
    assert shown == set(FEED_TABLES[table].model_fields) - NOT_OPTIONS


@pytest.mark.parametrize("option", options(CONFIG) + options(FEED), ids=lambda option: f"{option.table}.{option.key}")
def test_every_option_says_what_it_is_for(option: Option) -> None:
    assert option.meaning


@pytest.mark.parametrize("heading", [item for item in read_example(CONFIG) if isinstance(item, Heading)], ids=str)
def test_every_section_says_what_it_is_for(heading: Heading) -> None:
    assert heading.table in CONFIG_TABLES
    assert heading.meaning


@pytest.mark.parametrize("option", options(CONFIG), ids=lambda option: f"{option.table}.{option.key}")
def test_what_config_toml_sets_is_the_default(option: Option) -> None:
    if option.table not in SECTIONS or (option.table, option.key) in IDENTITY:
        return
    model = SECTIONS[option.table]
    field = model.model_fields[option.key]
    if field.is_required():
        assert option.active
    elif option.active:
        shown: dict[str, Any] = {"base_url": "https://a.example", "title": "T"} if option.table == "service" else {}
        checked = model.model_validate(shown | tomllib.loads(f"{option.key} = {option.literal}"))
        assert getattr(checked, option.key) == getattr(model.model_validate(shown), option.key)
    else:
        assert field.default in (None, ())


def test_a_feed_needs_no_more_than_a_title() -> None:
    assert FeedDeclaration.model_validate({"slug": "latest", "title": "Latest"}).items == 50


def test_the_reference_is_what_models_and_examples_say() -> None:
    written = (PROJECT / "docs" / "configuration.md").read_text("utf-8")
    assert written == render_reference(CONFIG, FEED), "python -m syndicate.settings.reference > docs/configuration.md"
