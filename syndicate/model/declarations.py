"""What files declare: feeds, partners, upstreams and the service itself, as frozen values without secrets."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from syndicate.model.addresses import WebUrl
from syndicate.model.durations import Duration
from syndicate.model.paths import beside_config
from syndicate.model.text import Line, RequiredLine, Text

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?")


class Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _slug(value: str) -> str:
    if not SLUG.fullmatch(value):
        raise ValueError("must be lower-case letters, digits and hyphens, at most 80 characters")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone {value!r}; use a name such as Europe/London") from error
    return value


def _content(value: object) -> object:
    if value in ("full", "summary") or (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 100):
        return value
    raise ValueError('must be "full", "summary" or a number of paragraphs from 1 to 100')


def _casefolded(value: object) -> object:
    return tuple(dict.fromkeys(str(item).strip() for item in value)) if isinstance(value, list | tuple) else value


def _territories(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if not re.fullmatch(r"[A-Za-z]{2}|world", name, re.IGNORECASE):
            raise ValueError('must be two-letter codes of ISO 3166 such as "GB", or "world"')
    return names


Slug = Annotated[str, AfterValidator(_slug)]
Format = Literal["article", "ninjs", "ninjs-2.1", "newsml-g2", "nitf", "atom", "html"]
Dialect = Literal["standard", "msn", "flipboard", "smartnews"]
Zone = Annotated[str, AfterValidator(_zone)]
Content = Annotated[Literal["full", "summary"] | int, BeforeValidator(_content)]
Terms = Annotated[tuple[str, ...], BeforeValidator(_casefolded)]
Territories = Annotated[Terms, AfterValidator(_territories)]
Age = Annotated[Duration, Field(ge=timedelta(seconds=1), le=timedelta(days=7))]
# How much leeway `env:NAME` and `file:PATH` references have, is decided in settings; here they are only names.
SecretReference = Annotated[str, Field(pattern=r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$")]


class Select(Declared):
    """Which articles: any item of a list matches, all lists must match, case is ignored (policy.selection)."""

    categories: Terms = ()
    keywords: Terms = ()
    authors: Terms = ()
    sources: Terms = ()
    languages: Terms = ()
    text: Terms = ()
    exclude_categories: Terms = ()
    exclude_keywords: Terms = ()
    exclude_authors: Terms = ()
    exclude_sources: Terms = ()
    exclude_languages: Terms = ()
    exclude_text: Terms = ()
    max_age: Duration | None = None


class FeedDeclaration(Declared):
    """One feed, declared in feeds/<slug>.toml."""

    slug: Slug
    title: RequiredLine
    description: Text = ""
    items: Annotated[int, Field(ge=1, le=1_000)] = 50
    content: Content = "full"
    dialect: Dialect = "standard"
    language: Line | None = None
    ttl: Annotated[int, Field(ge=1, le=10_080)] | None = None
    update_period: Literal["hourly", "daily", "weekly", "monthly", "yearly"] | None = None
    update_frequency: Annotated[int, Field(ge=1, le=1_000)] | None = None
    min_age: Age | None = None
    max_age: Age | None = None
    renamed_from: tuple[Slug, ...] = ()
    logo: WebUrl | None = None
    dark_logo: WebUrl | None = None
    select: Select = Select()


class Profile(Declared):
    """How an article looks to one partner."""

    format: Format = "article"
    template: Annotated[Path, AfterValidator(beside_config)] | None = None
    template_type: Line = "application/xml"
    content: Content = "full"
    images: Literal["all", "lead", "none"] = "all"
    pictures: Literal["copy", "hotlink"] = "copy"
    allowed_html: Terms = ()
    attribution: Line = "Posted on: {source}"
    link_query: Line = ""
    dialect: Dialect = "standard"


class Rate(Declared):
    """At most `count` sends per `per`."""

    count: Annotated[int, Field(ge=1, le=100_000)]
    per: timedelta


def _rate(value: object) -> object:
    match = re.fullmatch(r"\s*(\d{1,6})\s*/\s*(s|m|h)\s*", value) if isinstance(value, str) else None
    if match:
        return Rate(count=int(match[1]), per=timedelta(seconds={"s": 1, "m": 60, "h": 3_600}[match[2]]))
    if isinstance(value, str):
        raise ValueError('must be a rate such as "10/s", "100/m" or "500/h"')
    return value


def _quota(value: object) -> object:
    match = re.fullmatch(r"\s*(\d{1,6})\s*/\s*(h|d|w)\s*", value) if isinstance(value, str) else None
    if match:
        return Rate(count=int(match[1]), per=timedelta(hours={"h": 1, "d": 24, "w": 168}[match[2]]))
    if isinstance(value, str):
        raise ValueError('must be a number of stories such as "5/h", "20/d" or "100/w"')
    return value


class PartnerDeclaration(Declared):
    """One partner, a section of config.toml. `options` are the connector's own, without its secrets."""

    name: Slug
    connector: RequiredLine = "webhook"
    options: dict[str, Any] = {}
    schedule: RequiredLine = "immediately"
    timezone: Zone = "UTC"
    contact: Line | None = None
    delay: Duration = timedelta(0)
    corrections: Literal["immediately", "scheduled"] = "immediately"
    licences: Terms = ()
    territories: Territories = ()
    quota: Annotated[Rate, BeforeValidator(_quota)] | None = None
    concurrency: Annotated[int, Field(ge=1, le=256)] = 2
    rate: Annotated[Rate, BeforeValidator(_rate)] = Rate(count=10, per=timedelta(seconds=1))
    audit_feed: WebUrl | None = None
    renamed_from: Slug | None = None
    select: Select = Select()
    profile: Profile = Profile()


class UpstreamDeclaration(Declared):
    """One upstream, a section of config.toml; its secret is known to the application only."""

    name: Slug
    kind: Literal["feed", "push"]
    url: WebUrl | None = None
    schedule: RequiredLine = "every 5m"
    publish: Literal["auto", "hold"] = "auto"
    onward: bool = False


class RightsRule(Declared):
    """Pictures whose credit or licence matches go only to partners that hold the licence `name`."""

    name: Slug
    credits: Terms = ()
    licences: Terms = ()


class Publisher(Declared):
    """Who speaks: the [service] section as documents need it."""

    base_url: WebUrl
    title: RequiredLine
    language: Line = "en"
    timezone: Zone = "UTC"
    contact: Line = ""
    description: Text = ""

    @property
    def root(self) -> str:
        """The base address without a slash at the end."""
        return self.base_url.rstrip("/")


class Caching(Declared):
    """How long feeds may be kept by readers and proxies: the [feeds] section."""

    min_age: Age = timedelta(seconds=60)
    max_age: Age = timedelta(minutes=15)
    stale_while_revalidate: Duration = timedelta(minutes=5)
    stale_if_error: Duration = timedelta(days=1)


class Declarations(Declared):
    """Everything declared, as one numbered generation that every process uses for every accept."""

    publisher: Publisher
    feeds: tuple[FeedDeclaration, ...] = ()
    partners: tuple[PartnerDeclaration, ...] = ()
    upstreams: tuple[UpstreamDeclaration, ...] = ()
    rights: tuple[RightsRule, ...] = ()
    page_content: Literal["full", "summary", "none"] = "full"
    caching: Caching = Caching()
    changes_per_hour: Annotated[int, Field(ge=1)] = 1_000
    """More than so many, and partners get nothing but retractions until an operator has looked."""

    def feed(self, slug: str) -> FeedDeclaration | None:
        return next((feed for feed in self.feeds if feed.slug == slug), None)

    def heir(self, slug: str) -> FeedDeclaration | None:
        """Return the feed that was renamed from `slug`."""
        return next((feed for feed in self.feeds if slug in feed.renamed_from), None)

    def partner(self, name: str) -> PartnerDeclaration | None:
        return next((partner for partner in self.partners if partner.name == name), None)

    def upstream(self, name: str) -> UpstreamDeclaration | None:
        return next((upstream for upstream in self.upstreams if upstream.name == name), None)
