"""The work that may be done in the sandbox, as one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any

from syndicate.errors import SyndicateError, UnreadableDocumentError

MIB = 1024 * 1024
# bytes and options (JSON) in, bytes out; pure, in a module that the worker imports.
Perform = Callable[[bytes, Mapping[str, Any]], bytes]


@dataclass(frozen=True)
class Job:
    """One kind of work: `module:function` of type Perform, and how much processor time it may take.

    A bulk import may be large: each further MiB buys `cpu_per_mib`, up to `max_cpu`.
    `refusal` is raised where the work was stopped.
    """

    function: str
    refusal: type[SyndicateError]
    cpu: timedelta = timedelta(seconds=3)
    cpu_per_mib: timedelta = timedelta(seconds=6)
    max_cpu: timedelta = timedelta(seconds=30)
    wall: timedelta = timedelta(seconds=10)

    def cpu_for(self, size: int) -> timedelta:
        return min(self.max_cpu, self.cpu + self.cpu_per_mib * (size / MIB))

    def wall_for(self, size: int) -> timedelta:
        """Return how long to wait: a busy machine gives a job a part of its time only."""
        return max(self.wall, 2 * self.cpu_for(size))


JOBS: Mapping[str, Job] = {
    "document": Job("syndicate.sandbox.documents:perform", UnreadableDocumentError),
    "page": Job("syndicate.sandbox.copy_pages:perform", UnreadableDocumentError),
    "lint": Job("syndicate.sandbox.linting:perform", UnreadableDocumentError),
}


def load(function: str) -> Perform:
    """Import the function of a job."""
    module, _, name = function.partition(":")
    perform: Perform = getattr(import_module(module), name)
    return perform
