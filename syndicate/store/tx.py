"""A transaction as store functions see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, Select, bindparam, func, select, update

from syndicate.model.declarations import Declarations
from syndicate.store import schema

_NEXT_SEQ = (
    update(schema.counters)
    .where(schema.counters.c.name == bindparam("counter"))
    .values(value=schema.counters.c.value + 1)
    .returning(schema.counters.c.value)
)


@dataclass
class Effects:
    """What a transaction changed that others in this process wait for; told to listeners after the commit."""

    feeds: dict[str, int] = field(default_factory=dict)
    """Feeds that changed, with the seq of the change."""
    articles: set[str] = field(default_factory=set)
    instants: bool = False
    """Something waits for an instant that it did not wait for before, or no longer does."""
    deliveries: bool = False
    generation: int | None = None
    """The number of the generation it adopted."""
    seq: int = 0


@dataclass(frozen=True, eq=False)
class Generation:
    """The declarations in force, under their number; one object for each number in a process."""

    number: int
    declarations: Declarations


def parse_generation(number: int, declared: str) -> Generation:
    return Generation(number, Declarations.model_validate_json(declared))


class Generations:
    """The generation this process read last."""

    def __init__(self) -> None:
        self._known: Generation | None = None

    def at(self, number: int, declared: Callable[[], str]) -> Generation:
        """Return generation `number`; `declared` reads its JSON when it is not known yet."""
        # Read once: another thread may put a newer generation in its place.
        known = self._known
        if known is None or known.number != number:
            known = self._known = parse_generation(number, declared())
        return known


_NEWEST_GENERATION = select(func.max(schema.generations.c.number))
_DECLARED = select(schema.generations.c.declared).where(schema.generations.c.number == bindparam("number"))


class Tx:
    """One open transaction: runs statements, allots `seq`, collects effects. Store functions never commit it."""

    def __init__(self, connection: Connection, generations: Generations, *, locks: bool = False) -> None:
        self.connection = connection
        self.locks = locks
        self.effects = Effects()
        self._generations = generations
        self._generation: Generation | None = None
        self._adopting = False

    @property
    def generation(self) -> Generation:
        """The declarations in force for this transaction."""
        if self._generation is None:
            number = self.run(_NEWEST_GENERATION).scalar_one()
            assert number is not None, "no generation was adopted yet"
            self._generation = self._read_generation(number)
        return self._generation

    def _read_generation(self, number: int) -> Generation:
        # One that this transaction adopts may yet be undone, and its number given to another.
        if self._adopting:
            return parse_generation(number, self._declared(number))
        return self._generations.at(number, lambda: self._declared(number))

    @property
    def declarations(self) -> Declarations:
        return self.generation.declarations

    def forget_generation(self) -> None:
        """Look the generation up again: this transaction adopted another."""
        self._generation = None
        self._adopting = True

    def _declared(self, number: int) -> str:
        return str(self.run(_DECLARED, {"number": number}).scalar_one())

    def run(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> CursorResult[*tuple[Any, ...]]:
        return self.connection.execute(statement, parameters)

    def run_locking(
        self,
        statement: Select[*tuple[Any, ...]],
        parameters: Mapping[str, Any] | None = None,
        *,
        skip_locked: bool = False,
    ) -> CursorResult[*tuple[Any, ...]]:
        """Run a query whose rows a writing transaction keeps from other writers until its commit.

        SQLite has one writer, and a reading transaction locks nothing.
        """
        if self.locks:
            # Not the key: rows of other tables may go on naming this one meanwhile.
            statement = statement.with_for_update(key_share=True, skip_locked=skip_locked)
        return self.run(statement, parameters)

    def run_many(self, statement: Executable, parameters: Sequence[Mapping[str, Any]]) -> None:
        if parameters:
            self.connection.execute(statement, parameters)

    def next_seq(self) -> int:
        """Allot the next `seq`. Call it late: on PostgreSQL every other writer waits from here to the commit."""
        seq = int(self.run(_NEXT_SEQ, {"counter": "seq"}).scalar_one())
        self.effects.seq = seq
        # Whoever held the counter before may have put another generation in force.
        self._generation = None
        return seq
