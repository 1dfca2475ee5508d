"""Who may ask at /partners/<name>: a partner that shows one of its tokens, no faster than agreed."""

from __future__ import annotations

import base64
import binascii
import hmac
import math
from collections.abc import Iterator
from datetime import datetime

from aiohttp import web

from syndicate.errors import SyndicateError, TooManyRequestsError, UnauthenticatedError
from syndicate.model.declarations import PartnerDeclaration, Rate
from syndicate.model.views import polls
from syndicate.web.allowance import Allowance
from syndicate.web.context import WebContext
from syndicate.web.problems import problem

REALM = "syndicate"
REMEDY = "Send the partner's token: as the password of HTTP Basic, as Authorization: Bearer TOKEN, or as ?token=."


class Admission:
    """Lets partners in; nothing tells one that is not declared from a wrong token."""

    def __init__(self, served: WebContext) -> None:
        self._served = served
        self._allowances: dict[str, tuple[Rate, Allowance]] = {}

    def admit(self, request: web.Request) -> PartnerDeclaration:
        """Return the partner that asks. Raises UnauthenticatedError, TooManyRequestsError."""
        name, now = request.match_info["name"], self._served.office.now()
        shown = tuple(_shown_tokens(request))
        if not shown:
            raise UnauthenticatedError("no token of this partner was sent", remedy=REMEDY)
        partner = self._served.declarations().partner(name)
        known = self._served.partner_tokens(name) if partner is not None and polls(partner) else ()
        if not _matches(shown, known) or partner is None:
            self._served.visitors.note_failed_login(request, now)
            raise UnauthenticatedError("this is no token of this partner", remedy=REMEDY)
        self._count(partner, now)
        return partner

    def _count(self, partner: PartnerDeclaration, now: datetime) -> None:
        allowance = self._allowance(partner)
        if wait := allowance.wait(partner.name, now):
            seconds = math.ceil(wait.total_seconds())
            raise TooManyRequestsError("more requests than this partner's rate allows", retry_after_seconds=seconds)
        allowance.take(partner.name, now)

    def _allowance(self, partner: PartnerDeclaration) -> Allowance:
        kept = self._allowances.get(partner.name)
        if kept is None or kept[0] != partner.rate:
            kept = self._allowances[partner.name] = partner.rate, Allowance(partner.rate.count, partner.rate.per)
        return kept[1]


def refusal(error: SyndicateError) -> web.Response:
    """Answer an error; who showed no right token is told of both ways to send one in a header."""
    response = problem(error)
    if isinstance(error, UnauthenticatedError):
        # Basic first: some feed readers look at nothing but the first challenge.
        response.headers["WWW-Authenticate"] = f'Basic realm="{REALM}", charset="UTF-8"'
        response.headers.add("WWW-Authenticate", f'Bearer realm="{REALM}"')
    return response


def _shown_tokens(request: web.Request) -> Iterator[bytes]:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and text.strip():
        yield text.strip().encode("utf-8", "surrogateescape")
    if scheme.lower() == "basic" and (password := _password(text.strip())):
        yield password
    if token := request.query.get("token"):
        yield token.encode("utf-8", "surrogateescape")


def _password(credentials: str) -> bytes:
    """Read the password of HTTP Basic; the user may be anybody, and holds no colon (RFC 7617 section 2)."""
    try:
        return base64.b64decode(credentials, validate=True).partition(b":")[2]
    except (binascii.Error, ValueError):
        return b""


def _matches(shown: tuple[bytes, ...], known: tuple[bytes, ...]) -> bool:
    # All are compared, and something is where none is known: the time taken tells neither names nor tokens.
    matches = [hmac.compare_digest(one, other) for one in shown for other in known or (b"",)]
    return any(matches) and bool(known)
