"""Who reads a feed, as its User-Agent says: invented by whoever asks, and so bounded and cleaned."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network

from syndicate.policy.addresses import parse_address

# What a poller claims must not make a feed look read by everybody; nor may one that serves few claim a city.
MAX_SUBSCRIBERS = 10_000_000
MAX_SUBSCRIBERS_OF_OTHERS = 10_000
MAX_AGENT_CHARACTERS = 400
MAX_NAME_CHARACTERS = 40
# No digit before it, so that a long row of digits is looked at once; no sign and no point, so that -5 is not 5.
_COUNT = re.compile(r"(?<![0-9.,-])([0-9]+)\s{1,3}(?:subscriber|reader|user)s?(?:\(s\))?(?![\w])", re.IGNORECASE)
_FEED_ID = re.compile(r"\bfeed-id[:=]\s?([A-Za-z0-9_-]{1,64})", re.IGNORECASE)
_PRODUCT = re.compile(r"[A-Za-z][A-Za-z0-9._+-]*(?: [A-Z][A-Za-z0-9._+-]*){0,2}")
_COMPATIBLE = re.compile(r"\(compatible;\s*([^;)]*)", re.IGNORECASE)
_VISITOR = re.compile(r"bot\b|crawl|spider|validator|monitor|slurp|uptime", re.IGNORECASE)
# One subscriber of an IPv6 network has at least that much of it.
_IPV6_SUBSCRIBER_BITS = 64
BROWSER = "browser"
UNNAMED = "unnamed"


@dataclass(frozen=True)
class Service:
    """A reader we know by a part of its User-Agent. One that is hosted fetches once for all its subscribers."""

    name: str
    mark: str
    is_hosted: bool = True


# The hosted ones first: what they say of themselves may name another.
SERVICES = (
    Service("Feedly", "feedly"),
    Service("Feedbin", "feedbin"),
    Service("Inoreader", "inoreader"),
    Service("NewsBlur", "newsblur"),
    Service("The Old Reader", "theoldreader"),
    Service("BazQux", "bazqux"),
    Service("Dreamwidth", "dreamwidth"),
    Service("LiveJournal", "livejournal"),
    Service("Feedspot", "feedspot"),
    Service("Flipboard", "flipboard"),
    Service("SmartNews", "smartnews"),
    Service("Superfeedr", "superfeedr"),
    Service("Miniflux", "miniflux", is_hosted=False),
    Service("FreshRSS", "freshrss", is_hosted=False),
    Service("Tiny Tiny RSS", "tiny tiny rss", is_hosted=False),
    Service("Nextcloud News", "nextcloud-news", is_hosted=False),
    Service("NetNewsWire", "netnewswire", is_hosted=False),
    Service("Newsboat", "newsboat", is_hosted=False),
    Service("Thunderbird", "thunderbird", is_hosted=False),
    Service("Akregator", "akregator", is_hosted=False),
    Service("Liferea", "liferea", is_hosted=False),
    Service("CommaFeed", "commafeed", is_hosted=False),
    Service("WordPress", "wordpress", is_hosted=False),
    Service("reader", "python-reader", is_hosted=False),
    Service("feedparser", "feedparser", is_hosted=False),
)
KNOWN_SERVICES = frozenset(service.name for service in SERVICES)


@dataclass(frozen=True, slots=True)
class Agent:
    """A poller as it names itself. `subscribers` is None where it counts none.

    `is_hosted` tells that it is one reader from whichever address it comes; all others are told apart by address.
    """

    service: str
    feed_id: str | None = None
    subscribers: int | None = None
    is_hosted: bool = False
    is_reader: bool = True

    @property
    def label(self) -> str:
        """The service where it is known, for metrics: never a word of a request."""
        return self.service if self.service in KNOWN_SERVICES else "other"


def read_agent(text: str) -> Agent:
    """Read a User-Agent in any of the shapes that services use; what it claims is bounded and cleaned."""
    # Cut before it is remembered: the longest that are sent would fill tens of megabytes.
    return _read(text[:MAX_AGENT_CHARACTERS])


@lru_cache(maxsize=4_096)
def _read(text: str) -> Agent:
    known = _known(text)
    count = _count(text)
    if known is not None and known.is_hosted:
        feed_id = _FEED_ID.search(text)
        return Agent(known.name, feed_id and feed_id[1], count and min(count, MAX_SUBSCRIBERS), is_hosted=True)
    few = count and min(count, MAX_SUBSCRIBERS_OF_OTHERS)
    if known is not None:
        return Agent(known.name, subscribers=few)
    return Agent(_name(text), subscribers=few, is_reader=_may_read(text))


def household(address: str) -> str:
    """Return what one subscriber's requests have in common: the IPv4 address, or the IPv6 network of 64 bits."""
    parsed = parse_address(address)
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((parsed, _IPV6_SUBSCRIBER_BITS), strict=False))
    return address if parsed is None else str(parsed)


def _known(text: str) -> Service | None:
    folded = text.lower()
    return next((service for service in SERVICES if service.mark in folded), None)


def _count(text: str) -> int | None:
    found = _COUNT.search(text)
    return None if found is None else int(found[1])


def _may_read(text: str) -> bool:
    """Tell programs that may be somebody's reader from browsers, crawlers and what gives no name."""
    return _name(text) not in (BROWSER, UNNAMED) and _VISITOR.search(text) is None


def _name(text: str) -> str:
    """Return the product's name without its version, as letters that any screen and file bears."""
    compatible = _COMPATIBLE.search(text)
    product = _PRODUCT.match((compatible[1] if compatible else text).strip())
    if product is None:
        return UNNAMED
    name = product[0][:MAX_NAME_CHARACTERS].rstrip()
    return BROWSER if name.partition(" ")[0] == "Mozilla" else name
