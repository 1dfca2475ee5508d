"""User-Agents: every shape in which services count their subscribers, and what invented ones come to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.policy.readers import (
    KNOWN_SERVICES,
    MAX_AGENT_CHARACTERS,
    MAX_NAME_CHARACTERS,
    MAX_SUBSCRIBERS,
    MAX_SUBSCRIBERS_OF_OTHERS,
    Agent,
    household,
    read_agent,
)

SHAPES = {
    "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 462 subscribers; )": ("Feedly", None, 462),
    "Feedbin feed-id:1697787 - 102 subscribers": ("Feedbin", "1697787", 102),
    "Mozilla/5.0 (compatible; inoreader.com; 114 subscribers)": ("Inoreader", None, 114),
    "NewsBlur Feed Fetcher - 27 subscribers - https://www.newsblur.com/site/1/harbour": ("NewsBlur", None, 27),
    "Mozilla/5.0 (compatible; theoldreader.com; 1 subscribers; feed-id=cead0123)": ("The Old Reader", "cead0123", 1),
    "Mozilla/5.0 (compatible; BazQux/2.4; +https://bazqux.com/fetcher; 1 subscribers)": ("BazQux", None, 1),
    "Dreamwidth Studios/1.0 (webmaster@dreamwidth.org; for https://h.example/; 2 readers)": ("Dreamwidth", None, 2),
    "LiveJournal.com (webmaster@livejournal.com; for https://h.example/; 1 reader)": ("LiveJournal", None, 1),
}
OTHERS = {
    "Harvest/2 (9 users)": ("Harvest", 9),
    "Gatherer/3; aggregating on behalf of 12 subscriber(s)": ("Gatherer", 12),
    "Harvest/2 aggregating on behalf of 1 Subscriber": ("Harvest", 1),
}


@pytest.mark.parametrize("text", SHAPES)
def test_every_service_that_counts_its_subscribers_is_understood(text: str) -> None:
    agent = read_agent(text)
    assert (agent.service, agent.feed_id, agent.subscribers) == SHAPES[text]
    assert agent.is_hosted


@pytest.mark.parametrize("text", OTHERS)
def test_services_we_never_heard_of_may_count_too(text: str) -> None:
    agent = read_agent(text)
    assert (agent.service, agent.subscribers) == OTHERS[text]
    assert (agent.is_hosted, agent.label) == (False, "other")


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("Mozilla/5.0 (compatible; Miniflux/2.2.0; +https://miniflux.app)", "Miniflux"),
        ("FreshRSS/1.24.0 (Linux; https://freshrss.org)", "FreshRSS"),
    ],
)
def test_readers_that_people_run_themselves_are_told_apart_by_address(text: str, service: str) -> None:
    assert read_agent(text) == Agent(service)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "W3C_Validator/1.3",
    ],
)
def test_browsers_and_crawlers_are_nobodys_subscription(text: str) -> None:
    assert not read_agent(text).is_reader


@pytest.mark.parametrize(
    ("text", "subscribers"),
    [
        ("Feedly/1.0 (99999999999999999999999999 subscribers)", MAX_SUBSCRIBERS),
        ("Invented/1.0 (99999999999999999999999999 subscribers)", MAX_SUBSCRIBERS_OF_OTHERS),
        ("Miniflux/1.0 (99999999999999999999999999 subscribers)", MAX_SUBSCRIBERS_OF_OTHERS),
        ("Feedly/1.0 (-5 subscribers)", None),
        ("Feedly/1.0 (1.5 subscribers)", None),
        ("Feedly/1.0 (\u0664\u0665 subscribers)", None),
        ("Feedly/1.0 (5 subscribersss)", None),
    ],
)
def test_what_is_claimed_is_bounded(text: str, subscribers: int | None) -> None:
    assert read_agent(text).subscribers == subscribers


@given(st.text(max_size=2_000) | st.from_regex(r"(compatible; |feed-id:)?.*\d+ users", fullmatch=True))
def test_no_user_agent_brings_in_anything_but_short_plain_words(text: str) -> None:
    agent = read_agent(text)
    assert len(agent.service) <= MAX_NAME_CHARACTERS
    assert agent.service.isascii()
    assert agent.service.isprintable()
    assert agent.feed_id is None or (agent.feed_id.isascii() and len(agent.feed_id) <= 64)
    assert 0 <= (agent.subscribers or 0) <= MAX_SUBSCRIBERS
    assert agent.label in {*KNOWN_SERVICES, "other"}


def test_a_long_name_is_cut() -> None:
    assert read_agent("A" * 300 + "/1.0").service == "A" * MAX_NAME_CHARACTERS


def test_the_addresses_of_one_ipv6_network_are_one_household() -> None:
    assert household("2001:db8:1:2:aaaa::1") == household("2001:db8:1:2:bbbb::9") != household("2001:db8:1:3::1")
    assert household("192.0.2.1") != household("192.0.2.2")


def test_what_lies_beyond_the_first_of_a_long_agent_is_not_even_remembered() -> None:
    long = "Ferry-Reader/1.0 " + "x" * MAX_AGENT_CHARACTERS
    assert read_agent(long + "one") is read_agent(long + "other")
