"""Categories, tags and authors of a site: matched by their names, made where that is wanted."""

from __future__ import annotations

from html import escape, unescape
from typing import Any

from syndicate.connectors.wordpress.api import Api, Stop
from syndicate.connectors.wordpress.ledger import fingerprint
from syndicate.connectors.wordpress.options import WordPressOptions
from syndicate.model.article import Article

# More than that a post would not be found by; each costs the site a search.
_MAX_TERMS = 30


class Terms:
    """Finds ids of terms once each; `forget` drops what a site did not take."""

    def __init__(self, options: WordPressOptions) -> None:
        self._options = options
        self._known: dict[tuple[str, str], int] = {}

    def wanted(self, article: Article) -> dict[str, tuple[str, ...]]:
        """Return the names of an article's terms by their route."""
        fixed = [self._options.category] if self._options.category else []
        if self._options.terms == "none":
            return {"categories": tuple(fixed)} if fixed else {}
        labels = [*fixed, *(category.label or category.term for category in article.categories)]
        return {"categories": _each_once(labels), "tags": _each_once(article.keywords)}

    def print_of(self, article: Article) -> str:
        """Return what changes when the article's terms do."""
        wanted = self.wanted(article)
        return fingerprint(*(f"{route}:{name}" for route, names in sorted(wanted.items()) for name in names))

    async def ids(self, api: Api, article: Article) -> dict[str, list[int]]:
        """Return the fields of a post that name its terms; names that are not there and not to be made are left out."""
        fields: dict[str, list[int]] = {}
        for route, names in self.wanted(article).items():
            found = [await self._id(api, route, name) for name in names]
            fields[route] = list(dict.fromkeys(each for each in found if each is not None))
        # An empty list would take the site's default category away, and what its editors chose.
        return {route: ids for route, ids in fields.items() if ids}

    def forget(self) -> None:
        """Look names up anew: terms were deleted there."""
        self._known.clear()

    async def _id(self, api: Api, route: str, name: str) -> int | None:
        key = route, name.casefold()
        if key not in self._known:
            found = await _search(api, route, name) or await self._made(api, route, name)
            if found is None:
                return None
            self._known[key] = found
        return self._known[key]

    async def _made(self, api: Api, route: str, name: str) -> int | None:
        if self._options.terms != "make":
            return None
        try:
            reply = await api.post(f"wp/v2/{route}", {"name": escape(name, quote=False)}, _fields="id")
        except Stop as stop:
            if stop.code == "term_exists" and isinstance(stop.data, dict) and "term_id" in stop.data:
                return int(stop.data["term_id"])
            # Logged in, but not allowed to make any: the post goes with those that are there.
            if stop.refused.status in (400, 403) and stop.code:
                return None
            raise
        return int(reply.data["id"])


async def matching_author(api: Api, article: Article) -> int | None:
    """Return the user with the first author's name, None where there is none."""
    name = next((author.name for author in article.authors), None)
    if name is None:
        return None
    try:
        reply = await api.get("wp/v2/users", search=name, per_page=100, _fields="id,name")
    except Stop as stop:
        # Security plugins close this route; what else is wrong, the next request tells.
        if stop.code and stop.refused.status in (401, 403, 404):
            return None
        raise
    return _named(reply.data, name)


async def _search(api: Api, route: str, name: str) -> int | None:
    reply = await api.get(f"wp/v2/{route}", search=name, per_page=100, _fields="id,name")
    return _named(reply.data, name)


def _named(found: Any, name: str) -> int | None:
    # Names come as HTML: "Arts &amp; Life".
    same = (each for each in found if unescape(each["name"]).casefold() == name.casefold())
    return next((int(each["id"]) for each in same), None)


def _each_once(names: Any) -> tuple[str, ...]:
    return tuple({name.casefold(): name for name in reversed(list(names))}.values())[::-1][:_MAX_TERMS]
