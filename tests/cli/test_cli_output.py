"""What commands print, and the one line and the status in which errors end."""

from __future__ import annotations

import json
from typing import Any

import click
import pytest

from syndicate.cli.exits import error_line, exit_status
from syndicate.cli.main import cli
from syndicate.cli.output import Column, fields, listed, text
from syndicate.errors import (
    ArticleNotFoundError,
    ConfigurationError,
    InvalidRecordError,
    StoreBusyError,
    SyndicateError,
    Violation,
)

COLUMNS: tuple[Column, ...] = (("NAME", "name"), ("SIZE", lambda row: row["size"] * 2))


def commands(group: click.Group = cli, path: str = "") -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = f"{path} {name}".strip()
        found |= commands(command, inner) if isinstance(command, click.Group) else {inner: command}
    return found


@pytest.mark.parametrize("name", [name for name in commands() if name.endswith("list")])
def test_every_listing_takes_json(name: str) -> None:
    assert "--json" in [option for parameter in commands()[name].params for option in parameter.opts]


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_says_what_it_does(name: str) -> None:
    assert commands()[name].help


def test_text_that_is_not_utf_8_is_wrong_usage_in_every_command() -> None:
    texts = [(name, param) for name, command in commands().items() for param in command.params if _is_text(param)]
    assert len(texts) > 20
    for name, param in texts:
        with pytest.raises(click.BadParameter, match="'caf\udce9' is not UTF-8"):
            param.type_cast_value(click.Context(commands()[name]), _in_its_place(param, "caf\udce9"))


@pytest.mark.parametrize("name", ["import", "articles put", "demo"])
def test_the_name_of_a_file_may_hold_any_bytes(name: str) -> None:
    path = next(param for param in commands()[name].params if isinstance(param.type, click.Path | click.File))
    assert not _is_text(path)


def _is_text(param: click.Parameter) -> bool:
    return isinstance(param.type, click.types.StringParamType)


def _in_its_place(param: click.Parameter, value: str) -> str | tuple[str, ...]:
    return (value,) if param.multiple or param.nargs != 1 else value


def test_a_pipe_gets_a_head_and_a_line_for_each_row_with_tabs(capsys: pytest.CaptureFixture[str]) -> None:
    listed([{"name": "a b", "size": 2}, {"name": None, "size": 3}], COLUMNS, as_json=False)
    assert capsys.readouterr().out == "NAME\tSIZE\na b\t4\n\t6\n"


def test_json_is_an_array_even_of_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    listed([], COLUMNS, as_json=True)
    assert json.loads(capsys.readouterr().out) == []


def test_an_empty_listing_puts_nothing_into_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    listed([], COLUMNS, as_json=False)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("value", "written"),
    [(None, ""), (True, "yes"), (False, "no"), (7, "7"), (["a", "b"], "a, b"), ({"waiting": 3}, "waiting 3"),
     ("\x1b[31mred\x9b", "\\u001b[31mred\\u009b"), ("two\nlines\tand", "two\\u000alines\\u0009and")],
)  # fmt: skip
def test_a_value_is_one_line_that_steers_no_terminal(value: object, written: str) -> None:
    assert text(value) == written


def test_fields_that_say_nothing_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    fields({"id": "a", "public_note": None, "related": [], "seq": 0})
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [["id", "a"], ["seq", "0"]]


@pytest.mark.parametrize(
    ("error", "status"),
    [(ConfigurationError("wrong"), 2), (ArticleNotFoundError("x"), 1), (StoreBusyError("busy"), 1)],
)
def test_only_a_wrong_configuration_counts_as_wrong_usage(error: SyndicateError, status: int) -> None:
    assert exit_status(error) == status


def test_an_error_is_one_line_with_its_reasons_and_its_cure() -> None:
    error = InvalidRecordError(
        "the record breaks a rule", [Violation("title", "is required"), Violation("x", "no\nkey")]
    )
    assert error_line(error) == (
        "syndicate: the record breaks a rule: title: is required; x: no\\u000akey. "
        "Correct the named keys and send it again."
    )


def test_an_error_with_many_reasons_names_the_first_and_counts_the_others() -> None:
    line = error_line(InvalidRecordError("bad", [Violation(f"key{number}", "is wrong") for number in range(9)]))
    assert "key4: is wrong; and 4 more." in line
    assert "key5" not in line


def test_what_a_message_says_already_is_not_said_twice() -> None:
    violation = Violation("store.url", "must be an address")
    line = error_line(ConfigurationError(f"config.toml: {violation}", [violation]))
    assert line.count("must be an address") == 1


def test_a_title_like_markup_is_shown_as_it_is(capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    listed([{"name": "[bold]News[/bold]", "size": 1}], COLUMNS, as_json=False)
    assert "[bold]News[/bold]" in capsys.readouterr().out
