"""What a partner is owed when an article changes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.model.delivery import EventType, Lane
from syndicate.model.journal import Cause, Kind
from syndicate.policy.planning import Nothing, Owe, Skip, Standing, plan


def standing(**changes: Any) -> Standing:
    known: dict[str, Any] = {"wants": True, "refusal": None, "begun": False, "unsent": None}
    return Standing(**known | changes)


@pytest.mark.parametrize("kind", [Kind.PUBLISHED, Kind.UPDATED, Kind.CORRECTED, Kind.RESTORED])
def test_the_first_event_to_a_partner_that_holds_nothing_is_a_publication(kind: Kind) -> None:
    assert plan(standing(), kind, None) == Owe(EventType.PUBLISHED, Lane.NORMAL)


def test_a_holder_gets_an_update_on_its_schedule() -> None:
    owed = plan(standing(begun=True), Kind.UPDATED, None)
    assert owed == Owe(EventType.UPDATED, Lane.NORMAL)
    assert isinstance(owed, Owe)
    assert not owed.at_once


def test_a_holder_gets_a_correction_at_once() -> None:
    owed = plan(standing(begun=True), Kind.CORRECTED, None)
    assert isinstance(owed, Owe)
    assert owed.type is EventType.CORRECTED
    assert owed.at_once


def test_a_partner_may_take_corrections_on_its_schedule() -> None:
    owed = plan(standing(begun=True, corrections_at_once=False), Kind.CORRECTED, None)
    assert owed == Owe(EventType.CORRECTED, Lane.NORMAL)


def test_a_correction_not_sent_yet_is_not_lost_in_a_later_update() -> None:
    owed = plan(standing(begun=True, unsent=EventType.CORRECTED), Kind.UPDATED, None)
    assert isinstance(owed, Owe)
    assert owed.type is EventType.CORRECTED


@pytest.mark.parametrize("cause", [Cause.RETRACTED, Cause.EXPIRED])
def test_a_holder_is_told_to_take_it_down(cause: Cause) -> None:
    owed = plan(standing(wants=False, begun=True), Kind.RETRACTED, cause)
    assert owed == Owe(EventType.RETRACTED, Lane.RETRACTION, cause)


def test_a_story_that_leaves_the_selection_is_withdrawn() -> None:
    owed = plan(standing(wants=False, begun=True), Kind.UPDATED, None)
    assert owed == Owe(EventType.RETRACTED, Lane.RETRACTION, Cause.DESELECTED)


def test_a_story_whose_rights_end_is_withdrawn() -> None:
    owed = plan(standing(begun=True, refusal="expired"), Kind.UPDATED, None)
    assert owed == Owe(EventType.RETRACTED, Lane.RETRACTION, Cause.RIGHTS)


def test_what_a_partner_may_not_have_is_skipped_with_the_reason() -> None:
    assert plan(standing(refusal="not licensed"), Kind.PUBLISHED, None) == Skip("not licensed")


def test_who_holds_nothing_is_not_told_of_a_retraction() -> None:
    assert plan(standing(unsent=EventType.PUBLISHED), Kind.RETRACTED, Cause.RETRACTED) == Nothing()


@given(
    st.builds(
        Standing,
        wants=st.booleans(),
        refusal=st.sampled_from([None, "no"]),
        begun=st.booleans(),
        unsent=st.sampled_from([None, *EventType]),
        corrections_at_once=st.booleans(),
    ),
    st.sampled_from(list(Kind)),
    st.sampled_from([None, *Cause]),
)
def test_a_copy_never_outlives_the_right_to_it(where: Standing, kind: Kind, cause: Cause | None) -> None:
    owed = plan(where, kind, cause)
    may_hold = where.wants and where.refusal is None and cause is None
    if isinstance(owed, Owe) and owed.type is not EventType.RETRACTED:
        assert may_hold
    if where.begun and not may_hold:
        assert isinstance(owed, Owe)
        assert owed.type is EventType.RETRACTED
        assert owed.cause is not None
