"""Instants on the command line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from syndicate.model.durations import parse_duration
from syndicate.model.instants import parse_instant, rfc3339


class Time(click.ParamType[str]):
    """An instant (RFC 3339), or how long ago: `48h`."""

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return rfc3339(datetime.now(UTC) - parse_duration(value))
        except ValueError:
            pass
        try:
            return rfc3339(parse_instant(value))
        except ValueError as error:
            self.fail(f'{error}; or how long ago, such as "48h"', param, ctx)
