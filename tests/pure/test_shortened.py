"""Text cut to a number of characters: between words, or within them where there are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.model.text import shortened


@pytest.mark.parametrize(
    ("text", "characters", "short"),
    [
        ("The ferry left", 14, "The ferry left"),
        ("The  ferry\nleft", 14, "The ferry left"),
        ("The ferry left at nine", 15, "The ferry …"),
        ("The ferry left at nine", 16, "The ferry left …"),
        ("The ferry left", 4, ""),
        ("The ferry left", 0, ""),
        ("船" * 400, 300, "船" * 298 + " …"),
        ("The " + "船" * 400, 300, "The " + "船" * 294 + " …"),
    ],
)
def test_text_is_cut_between_words_where_there_are_any(text: str, characters: int, short: str) -> None:
    assert shortened(text, characters) == short


@given(st.text(), st.integers(0, 60))
def test_it_never_exceeds_what_it_may(text: str, characters: int) -> None:
    assert len(shortened(text, characters)) <= characters
