"""One WordPress for all tests of this folder, emptied before each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.wordpress.site import WordPress, a_wordpress, why_not


@pytest.fixture(scope="session")
def the_wordpress() -> Iterator[WordPress]:
    if reason := why_not():
        pytest.skip(reason)
    with a_wordpress() as site:
        yield site


@pytest.fixture
def wordpress(the_wordpress: WordPress) -> WordPress:
    the_wordpress.empty()
    return the_wordpress
