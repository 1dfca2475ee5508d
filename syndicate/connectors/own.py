"""Connectors of a user's own: `connector = "python:package.module"`."""

from __future__ import annotations

import importlib
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from traceback import extract_tb
from typing import Any

from pydantic import BaseModel

from syndicate.connectors.contract import Connector
from syndicate.connectors.means import ConnectorKind, Setting
from syndicate.errors import ConfigurationError, SyndicateError, Violation

OWN = "python:"
# What the service asks of a connector outside of any attempt, where an error would cost every partner.
_MEMBERS = ("bounded", "gathers", "send", "test", "preview", "aclose")
# Where Python, the libraries and this file are.
_NOT_THEIRS = (*(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")), "<", __file__)


def load_own(name: str, *, beside: Path | None = None) -> ConnectorKind:
    """Import the module and return its `CONNECTOR`; modules in the directory `beside` are found too, last of all.

    Raises ConfigurationError, which says what is missing or where the module is broken. A module is read once: a
    change of its code counts from the next start.
    """
    module_name = name.removeprefix(OWN)
    module = _imported(module_name, beside)
    kind = getattr(module, "CONNECTOR", None)
    if not isinstance(kind, ConnectorKind):
        raise _wrong(f"{module_name} has no CONNECTOR; make one of syndicate.connectors.means.ConnectorKind")
    if not (isinstance(kind.options, type) and issubclass(kind.options, BaseModel)):
        raise _wrong(f"{module_name}: the options of CONNECTOR must be a pydantic model")
    if not _are_secrets(kind):
        raise _wrong(f'{module_name}: the secrets of CONNECTOR must be written as (frozenset({{"token"}}),)')
    return replace(kind, make=_told_apart(module_name, kind.make))


def _imported(name: str, beside: Path | None) -> object:
    if beside is not None and str(beside) not in sys.path:
        sys.path.append(str(beside))
    # A module that was written since the last look.
    importlib.invalidate_caches()
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        cure = "put it beside config.toml, install it beside syndicate, or name its directory in PYTHONPATH"
        raise _wrong(f"cannot import {name}: {error}; {cure}") from error
    except (Exception, SystemExit) as error:  # a user's module may do anything wrong: it may not stop the service
        raise _wrong(f"cannot import {name}: {_place(error)}{type(error).__name__}: {error}") from error


def _told_apart(name: str, make: Callable[[Any, Setting], Connector]) -> Callable[[Any, Setting], Connector]:
    """Have what goes wrong in a user's `make` told as a problem of the configuration, which it is."""

    def made(options: Any, setting: Setting) -> Connector:
        try:
            connector = make(options, setting)
            missing = [each for each in _MEMBERS if not hasattr(connector, each)]
        except SyndicateError:
            raise
        except Exception as error:  # as above
            # Not what the error says: a secret that was at hand may stand in it.
            raise _wrong(f"{name} cannot be made: {_place(error)}{type(error).__name__}") from error
        if missing:
            raise _wrong(f"{name}: what its CONNECTOR makes has no {', '.join(missing)}")
        return connector

    return made


def _are_secrets(kind: ConnectorKind) -> bool:
    groups = (*kind.secrets, kind.optional) if isinstance(kind.secrets, tuple) else (None,)
    return all(isinstance(each, (set, frozenset)) and all(isinstance(name, str) for name in each) for each in groups)


def _place(error: BaseException) -> str:
    """Name the line of the user's own code that an error came from; a syntax error names its own."""
    frames = [frame for frame in extract_tb(error.__traceback__) if not frame.filename.startswith(_NOT_THEIRS)]
    return f"{Path(frames[-1].filename).name}, line {frames[-1].lineno}: " if frames else ""


def _wrong(reason: str) -> ConfigurationError:
    return ConfigurationError("no such connector", [Violation("connector", reason)])
