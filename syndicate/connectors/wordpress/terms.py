"""Categories, tags and authors of a site: matched by their names, made where that is wanted."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape, unescape

from syndicate.connectors.wordpress.api import Api, Stop
from syndicate.connectors.wordpress.ledger import fingerprint
from syndicate.connectors.wordpress.options import WordPressOptions
from syndicate.connectors.wordpress.shapes import ALL_NAMED, NAMED, Named
from syndicate.model.article import Article

# More than that a post would not be found by; each costs the site a search.
_MAX_TERMS = 30
# Ids that are remembered, of a site to which every tag of years goes.
_MAX_KNOWN = 10_000


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
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            self._known[key] = found
        return self._known[key]

    async def _made(self, api: Api, route: str, name: str) -> int | None:
        if self._options.terms != "make":
            return None
        try:
            made = await api.post(f"wp/v2/{route}", NAMED, {"name": escape(name, quote=False)}, _fields="id")
        except Stop as stop:
            if stop.code == "term_exists" and isinstance(stop.data, dict) and str(stop.data.get("term_id")).isdecimal():
                return int(stop.data["term_id"])
            # Logged in, but not allowed to make any: the post goes with those that are there.
            if stop.refused.status in (400, 403) and stop.code:
                return None
            raise
        return made.id


async def matching_author(api: Api, article: Article) -> int | None:
    """Return the user with the first author's name, None where there is none."""
    name = next((author.name for author in article.authors), None)
    if name is None:
        return None
    try:
        found = await api.get("wp/v2/users", ALL_NAMED, search=name, per_page=100, _fields="id,name")
    except Stop as stop:
        # Security plugins close this route; what else is wrong, the next request tells.
        if stop.code and stop.refused.status in (401, 403, 404):
            return None
        raise
    return _named(found, name)


async def _search(api: Api, route: str, name: str) -> int | None:
    # Names are kept as HTML, and searched as they are kept: "Arts &amp; Life".
    search = escape(name, quote=False)
    found = await api.get(f"wp/v2/{route}", ALL_NAMED, search=search, per_page=100, _fields="id,name")
    return _named(found, name)


def _named(found: Iterable[Named], name: str) -> int | None:
    return next((each.id for each in found if unescape(each.name).casefold() == name.casefold()), None)


def _each_once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple({name.casefold(): name for name in reversed(list(names))}.values())[::-1][:_MAX_TERMS]
