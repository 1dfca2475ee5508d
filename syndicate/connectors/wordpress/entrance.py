"""Find a site's REST API from the address readers know."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from syndicate.connectors.answers import outcome_of
from syndicate.connectors.contract import Refused
from syndicate.connectors.wordpress.api import Entrance, Stop
from syndicate.model.addresses import normalise_web_url
from syndicate.net.client import Client
from syndicate.net.exchange import Answer, Failure, Timeouts

_LINK = re.compile(r'<([^>]*)>\s*;[^,]*rel="?https://api\.w\.org/"?')
# Answers that say nothing about the API: pages need not exist, and HEAD need not be allowed.
_SAYS_NOTHING = frozenset({404, 405, 410, 501})
# Of the front page alone: it may lead on to a language of its own, or be closed where the API is open.
_SAYS_NOTHING_AT_THE_FRONT = _SAYS_NOTHING | {301, 302, 303, 307, 308, 400, 401, 403, 406}
_LOCKED = (
    ": the site asks for a password before WordPress is reached (HTTP authentication); have it leave out the API,"
    " for which our password is"
)


class Entrances:
    """Finds the API once and remembers it. Raises Stop where there is none or credentials may not go there."""

    def __init__(self, url: str, user: str, password: str, client: Client, *, timeout: timedelta) -> None:
        # A WordPress in a folder answers there only; without the slash the server would send us on.
        self._url = url if url.endswith("/") or "?" in url else f"{url}/"
        self._login = b64encode(f"{user}:{password}".encode()).decode()
        self._client = client
        self._timeouts = Timeouts(total=timeout, connect=min(timeout, Timeouts().connect), read=timeout)
        self._root: str | None = None

    @property
    def root(self) -> str:
        """The API's address as far as it is known."""
        return self._root or urljoin(self._url, "wp-json/")

    def forget(self) -> None:
        """Look for the API anew at the next attempt: the site may have moved."""
        self._root = None

    async def find(self, clock: Callable[[], datetime]) -> Entrance:
        root = self._root or await self._discover(clock)
        if not await self._client.may_carry_secrets(root):
            raise Stop(Refused("the password may only be sent over https; give the site's https address", certain=True))
        self._root = root
        return Entrance(root, {"Authorization": f"Basic {self._login}"})

    async def _discover(self, clock: Callable[[], datetime]) -> str:
        result = await self._client.send("HEAD", self._url, body=None, headers={}, timeouts=self._timeouts)
        if isinstance(result, Answer) and (root := self._linked(result.headers)):
            return root
        outcome = outcome_of(result, now=clock())
        if isinstance(outcome, Refused) and outcome.status not in _SAYS_NOTHING_AT_THE_FRONT:
            raise Stop(outcome)
        return await self._guess(clock)

    def _linked(self, headers: Mapping[str, str]) -> str | None:
        # Each in a header of its own or several in one (RFC 9110 section 5.3).
        match = _LINK.search(", ".join(value for name, value in headers.items() if name.lower() == "link"))
        if match is None:
            return None
        try:
            root = normalise_web_url(urljoin(self._url, match[1]))
        except ValueError:
            return None
        return root if _same_site(root, self._url) else None

    async def _guess(self, clock: Callable[[], datetime]) -> str:
        for root in (f"{self._url}wp-json/", f"{self._url}?rest_route=/"):
            asked = f"{root}{'&' if '?' in root else '?'}_fields=namespaces"
            result = await self._client.send("GET", asked, body=None, headers={}, timeouts=self._timeouts)
            if _is_api(result):
                return root
            outcome = outcome_of(result, now=clock())
            if isinstance(outcome, Refused) and outcome.status not in _SAYS_NOTHING:
                raise Stop(replace(outcome, reason=outcome.reason + (_LOCKED if outcome.status == 401 else "")))
        raise Stop(Refused("no WordPress API was found there; give the address of the site's front page", certain=True))


def _same_site(root: str, url: str) -> bool:
    """Say whether credentials for `url` may go to `root`: the same host, and no less safe."""
    there, here = urlsplit(root), urlsplit(url)
    same = there.netloc.removeprefix("www.") == here.netloc.removeprefix("www.")
    return same and there.scheme in (here.scheme, "https")


def _is_api(result: Answer | Failure) -> bool:
    """Tell WordPress's own answers, also of a site whose API wants to know first who we are."""
    if isinstance(result, Failure):
        return False
    try:
        found = json.loads(result.body_start)
    except (ValueError, RecursionError):
        return False
    if not isinstance(found, dict):
        return False
    if result.status in (401, 403):
        return str(found.get("code", "")).startswith("rest_")
    return result.status == 200 and "wp/v2" in (found.get("namespaces") or ())
