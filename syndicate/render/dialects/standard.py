"""The standard dialect: nothing but what every reader knows."""

from __future__ import annotations

from syndicate.render.dialects.contract import Dialect

DIALECT = Dialect()
