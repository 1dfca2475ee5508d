"""Well-nested HTML: end tags are written where HTML implies them, and depth has a limit."""

from __future__ import annotations

from syndicate.errors import InvalidError, Violation
from syndicate.parse.html_elements import BLOCKS

MAX_DEPTH = 256
_CELLS = frozenset({"td", "th"})
_SECTIONS = frozenset({"thead", "tbody", "tfoot"})
_TABLE = frozenset({"table", "caption", "tr"}) | _CELLS | _SECTIONS
_SCOPES = frozenset({"table", "caption"}) | _CELLS
# What a start tag ends, if nothing but inline elements stands between (WHATWG HTML 13.1.2.4).
_IMPLIED_ENDS = (
    dict.fromkeys(BLOCKS, frozenset({"p"}))
    | {"a": frozenset({"a"}), "li": frozenset({"li", "p"})}
    | dict.fromkeys(("dt", "dd"), frozenset({"dt", "dd", "p"}))
    | dict.fromkeys(_CELLS, _CELLS | {"p"})
    | {"tr": _CELLS | {"tr", "p"}}
    | dict.fromkeys(_SECTIONS, _CELLS | _SECTIONS | {"tr", "p"})
)


class Nesting:
    """The elements that are open, and the output that their tags go to."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self._open: list[str] = []

    def __contains__(self, name: str) -> bool:
        return name in self._open

    @property
    def innermost(self) -> str | None:
        return self._open[-1] if self._open else None

    def open(self, name: str, tag: str) -> None:
        """Write a start tag; raises InvalidError where elements nest deeper than MAX_DEPTH."""
        self.end_implied_by(name)
        self._open.append(name)
        if len(self._open) > MAX_DEPTH:
            raise InvalidError(
                "the HTML is nested too deeply", [Violation("", f"nests elements deeper than {MAX_DEPTH} levels")]
            )
        self.out.append(tag)

    def close(self, name: str) -> None:
        """Write the end tag of the nearest open `name` and of all it holds; without one, nothing."""
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index] == name:
                self._close_down_to(index)
                return
            if self._open[index] in _SCOPES and name not in _TABLE:
                return

    def close_all(self) -> None:
        self._close_down_to(0)

    def end_implied_by(self, name: str) -> None:
        ends = _IMPLIED_ENDS.get(name, frozenset())
        index = len(self._open)
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place] in ends:
                index = place
            elif self._open[place] in BLOCKS:
                break
        self._close_down_to(index)

    def _close_down_to(self, index: int) -> None:
        while len(self._open) > index:
            name = self._open.pop()
            if name == "p" and self._drop_empty_paragraph():
                continue
            self.out.append(f"</{name}>")

    def _drop_empty_paragraph(self) -> bool:
        last = len(self.out) - 1
        while last > 0 and self.out[last].isspace():
            last -= 1
        if self.out[last] == "<p>":
            del self.out[last]
            return True
        return False
