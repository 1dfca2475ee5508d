"""A command as it runs, in the service that holds the store or in the process that was called."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from syndicate.actions.office import Office
from syndicate.app.service import Service


@dataclass(frozen=True)
class Call:
    """One call of a command: over which service, with which arguments, by whom (`cli:ann`).

    `report` tells of progress: JSON-ready, in order, before the result.
    """

    service: Service
    args: Mapping[str, Any]
    actor: str
    report: Callable[[Any], None]

    @property
    def office(self) -> Office:
        return self.service.office


# Raises SyndicateError for what the caller can mend.
Command = Callable[[Call], Awaitable[Any]]
