"""Partners that change their names: who takes over from whom."""

from __future__ import annotations

import pytest

from syndicate.model.declarations import Declarations, PartnerDeclaration, Publisher
from syndicate.policy.heirs import heirs


def partners(**former: str | None) -> Declarations:
    """Declare partners, each with the name it had before."""
    publisher = Publisher(base_url="https://harbour.example", title="Harbour Daily")
    declared = tuple(PartnerDeclaration(name=name, renamed_from=old) for name, old in former.items())
    return Declarations(publisher=publisher, partners=declared)


@pytest.mark.parametrize(
    ("before", "after", "taken"),
    [
        (partners(b=None), partners(a="b"), {"a": "b"}),
        (partners(), partners(a="b"), {"a": "b"}),
        (partners(b=None, c=None), partners(a="b", b="c"), {"a": "b", "b": "c"}),
        (partners(a=None, b=None), partners(a="b", b="a"), {"a": "b", "b": "a"}),
        (partners(a=None, b=None, c=None), partners(a="b", b="c", c="a"), {"a": "b", "b": "c", "c": "a"}),
    ],
    ids=["one", "one that was gone", "a chain", "a swap", "a ring"],
)
def test_a_new_name_takes_over_from_the_former(
    before: Declarations, after: Declarations, taken: dict[str, str]
) -> None:
    assert heirs(before, after) == taken
    assert heirs(after, after) == {}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (partners(a=None, b=None), partners(a="b")),
        (partners(b=None), partners(a="b", b=None)),
        (partners(b="c"), partners(a="b", b="c")),
        (partners(a=None, b=None, c=None), partners(a="b", b="c")),
    ],
    ids=["onto one that exists", "from one that stays", "from one whose name is old", "a chain onto one that exists"],
)
def test_nobody_takes_a_name_or_copies_from_a_partner_that_keeps_them(
    before: Declarations, after: Declarations
) -> None:
    assert heirs(before, after) == {}
