"""Text on the command line: UTF-8, as everything that we keep or send."""

from __future__ import annotations

from typing import Any

import click


class Utf8(click.types.StringParamType):
    """Text as people type it. A path is none: its name may hold any bytes."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        text = super().convert(value, param, ctx)
        try:
            text.encode()
        except UnicodeEncodeError:
            self.fail(f"'{text}' is not UTF-8", param, ctx)
        return text


def in_utf_8(command: click.Command) -> click.Command:
    """Let a command, and those below it, refuse text that is not UTF-8."""
    for param in command.params:
        if param.type is click.STRING:
            param.type = Utf8()
    for inner in command.commands.values() if isinstance(command, click.Group) else ():
        in_utf_8(inner)
    return command
