"""How often a feed says it changes: what is declared, where validators want it, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from syndicate.render.feeds import render
from tests.builders import feed_content

SY = "{http://purl.org/rss/1.0/modules/syndication/}"


def head_of(name: str, **feed: Any) -> etree._Element:
    root = etree.fromstring(render(feed_content(**feed), name))
    return root[0] if name == "rss" else root


@pytest.mark.parametrize("name", ["rss", "atom"])
def test_a_feed_says_how_often_it_changes_in_its_head_where_it_is_declared(name: str) -> None:
    head = head_of(name, update_period="hourly", update_frequency=4)
    hints = [child for child in head if str(child.tag).startswith(SY)]
    assert [(child.tag, child.text) for child in hints] == [
        (f"{SY}updatePeriod", "hourly"),
        (f"{SY}updateFrequency", "4"),
    ]
    tags = [etree.QName(child).localname for child in head]
    assert tags.index("updateFrequency") < min(tags.index(each) for each in tags if each in ("item", "entry"))


@pytest.mark.parametrize("name", ["rss", "atom"])
def test_a_feed_that_declares_nothing_says_nothing(name: str) -> None:
    document = render(feed_content(), name)
    assert b"modules/syndication/" not in document
    assert b"ttl" not in document


def test_a_ttl_is_in_whole_minutes_as_declared() -> None:
    assert head_of("rss", ttl=45).findtext("ttl") == "45"
