"""Every option is read by something: an option that does nothing is a promise that is not kept."""

from __future__ import annotations

import ast

import pytest

from syndicate.settings.reference import CONFIG_TABLES, FEED_TABLES
from tests.architecture.source import modules

TABLES = {**CONFIG_TABLES, "feed": FEED_TABLES[""], "select": FEED_TABLES["select"]}
# By which names code holds a table; `limits.connections` counts for [limits], `service.connections` does not.
HOLDERS = {
    "feeds": {"caching"},
    "service": {"service", "publisher", "site"},
    "rights.ap": {"rule"},
    "partners.gazette": {"partner"},
    "partners.gazette.select": {"select"},
    "partners.gazette.profile": {"profile"},
    "upstreams.wire": {"upstream"},
}
BY_NAME = "policy/selection.py reads it by its name, which stands in a table of keys there"
KEYS = ("categories", "keywords", "authors", "sources", "languages")
LISTS = (*KEYS, *(f"exclude_{key}" for key in KEYS))
# What no code outside the settings reads, each with its reason.
UNREAD = {
    **{(table, key): BY_NAME for table in ("partners.gazette.select", "select") for key in LISTS},
    ("pages", "content"): "the settings hand it on among the declarations, as page_content",
    ("limits", "changes_per_hour"): "the settings hand it on among the declarations",
    ("service", "feeds"): "the settings read the feed files and watch them",
    ("upstreams.wire", "schedule"): "nothing pulls feeds yet; config.toml and a warning at start say so",
}
OPTIONS = [(table, key) for table, model in TABLES.items() for key in model.model_fields]


def name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def read_in(tree: ast.AST) -> set[tuple[str, str]]:
    """Return (holder, option) of every `holder.option`, and of every secret's `option("section", "key")`."""
    found: set[tuple[str, ...]] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            found.add((name_of(node.value), node.attr))
        elif isinstance(node, ast.Call) and name_of(node.func) == "option":
            found.add(tuple(str(arg.value) for arg in node.args if isinstance(arg, ast.Constant)))
    return {(pair[0], pair[1]) for pair in found if len(pair) == 2}


READ = set().union(*(read_in(module.tree) for module in modules() if module.room != "settings"))


def is_read(table: str, key: str) -> bool:
    return any((holder, key) in READ for holder in HOLDERS.get(table, {table}))


@pytest.mark.parametrize(("table", "key"), [option for option in OPTIONS if option not in UNREAD])
def test_every_option_is_read_by_something(table: str, key: str) -> None:
    assert is_read(table, key)


def test_every_exception_is_an_option_and_still_needed() -> None:
    assert [option for option in UNREAD if option not in OPTIONS or is_read(*option)] == []
