"""The schema that partners check events with."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from scripts.event_schema import TARGET, document
from tests.events import a_test_event, an_event

Event = dict[str, Any]
KINDS = ["article.published", "article.updated", "article.corrected", "article.retracted"]


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    return Draft202012Validator(json.loads(TARGET.read_text("utf-8")))


def test_the_published_schema_is_what_the_types_say() -> None:
    assert TARGET.read_text("utf-8") == document(), "run: make schemas"


def test_the_schema_is_one(schema: Draft202012Validator) -> None:
    Draft202012Validator.check_schema(schema.schema)


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_of_every_kind_fits(schema: Draft202012Validator, kind: str) -> None:
    assert [error.message for error in schema.iter_errors(an_event(kind))] == []


def test_a_test_event_fits(schema: Draft202012Validator) -> None:
    assert [error.message for error in schema.iter_errors(a_test_event())] == []


def test_a_key_of_a_later_version_is_no_error(schema: Draft202012Validator) -> None:
    event = an_event()
    event["data"]["article"]["images"][0]["mood"] = "bright"
    event["later"] = event["data"]["later"] = True
    assert schema.is_valid(event)


def without(*path: str) -> Callable[[Event], None]:
    def change(event: Event) -> None:
        for key in path[:-1]:
            event = event[key]
        del event[path[-1]]

    return change


def with_data(**data: object) -> Callable[[Event], None]:
    return lambda event: event["data"].update(data)


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("article.published", without("type")),
        ("article.published", without("data", "seq")),
        ("article.published", without("data", "article", "source")),
        ("article.published", with_data(article=None)),
        ("article.published", with_data(cause="expired")),
        ("article.published", with_data(seq="1")),
        ("article.retracted", with_data(cause=None)),
        ("article.retracted", with_data(article=an_event()["data"]["article"])),
    ],
)
def test_an_event_that_breaks_the_contract_does_not_fit(
    schema: Draft202012Validator, kind: str, change: Callable[[Event], None]
) -> None:
    event = an_event(kind)
    change(event)
    assert not schema.is_valid(event)
