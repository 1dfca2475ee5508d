"""The page for partners' engineers says what the code does."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from syndicate.connectors.answers import PERMANENT
from syndicate.model.delivery import EventType
from syndicate.model.durations import parse_duration
from syndicate.model.journal import Cause
from syndicate.policy import health, retry

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "integration.md").read_text("utf-8")


def cell(row: str) -> str:
    match = re.search(rf"^\| {row} \| (.+) \|$", PAGE, re.MULTILINE)
    assert match is not None, row
    return match[1]


def waits(text: str) -> tuple[timedelta, ...]:
    return tuple(parse_duration(part.replace("min", "m")) for part in text.partition(";")[0].split(","))


def test_the_waits_between_tries_are_the_table_that_is_obeyed() -> None:
    assert waits(cell("stories and changes")) == retry.PUSH_DELAYS
    assert waits(cell("retractions")) == retry.RETRACT_DELAYS


def test_the_answers_that_end_a_delivery_are_those_that_do() -> None:
    (row,) = re.findall(r"^\| (400, [\d, ]+) \|", PAGE, re.MULTILINE)
    assert {int(status) for status in row.split(",")} == PERMANENT - {410}


def test_the_numbers_of_patience_are_those_of_the_code() -> None:
    assert (health.OPEN_AT_CONSECUTIVE, health.OPEN_AT_REQUESTS, health.OPEN_AT_SHARE) == (5, 10, 0.5)
    assert (health.CLOSE_AFTER_OKS, health.PAUSE_AT_UNAUTHORISED) == (3, 3)
    assert timedelta(days=5) == health.DISABLE_AFTER
    assert timedelta(minutes=1) == retry.OVERLOAD_FLOOR
    assert timedelta(days=1) == retry.LONGEST_RETRY_AFTER
    assert retry.TRIES_OF_WHAT_IS_REFUSED_FOR_GOOD == 2
    assert timedelta(days=7) == retry.RETRACT_FOR


@pytest.mark.parametrize("word", [*EventType, *Cause])
def test_every_type_and_cause_is_explained(word: str) -> None:
    assert f"`{word}`" in PAGE


def test_the_example_fits_the_schema() -> None:
    (example,) = re.findall(r"```json\n(.+?)```", PAGE, re.DOTALL)
    schema = json.loads((DOCS / "schemas" / "event.schema.json").read_text("utf-8"))
    assert [error.message for error in Draft202012Validator(schema).iter_errors(json.loads(example))] == []


@pytest.mark.parametrize("link", re.findall(r"\]\(((?!http)[^)]+)\)", PAGE))
def test_every_file_that_is_linked_is_there(link: str) -> None:
    assert (DOCS / link).is_file()
