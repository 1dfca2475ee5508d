"""Partners, upstreams and rights rules: from their tables in config.toml to declarations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel

from syndicate.errors import ConfigurationError, InvalidError
from syndicate.model.declarations import (
    Declared,
    FeedDeclaration,
    PartnerDeclaration,
    RightsRule,
    UpstreamDeclaration,
)
from syndicate.policy.schedule import parse_schedule
from syndicate.settings.findings import Findings, unknown_key
from syndicate.settings.references import parse_references
from syndicate.settings.secrets import SECRET_KEYS, SecretReader

Named = TypeVar("Named", bound=Declared)
GENERAL_KEYS = frozenset(PartnerDeclaration.model_fields) - {"name", "options"}
DEFAULT_CONNECTOR = PartnerDeclaration.model_fields["connector"].default
UPSTREAM_SECRETS = frozenset({"signing_secret"})


@dataclass(frozen=True)
class ConnectorOptions:
    """What a connector's section may hold: its own model, the secrets it needs, each as alternatives, and may have."""

    model: type[BaseModel]
    secrets: tuple[frozenset[str], ...] = ()
    optional: frozenset[str] = frozenset()

    @property
    def all_secrets(self) -> frozenset[str]:
        return self.optional.union(*self.secrets)

    @property
    def required(self) -> set[str]:
        """Return the keys that must be given; one of alternatives stands for all."""
        options = {field.alias or name for name, field in self.model.model_fields.items() if field.is_required()}
        return options | {min(each) for each in self.secrets}


@dataclass(frozen=True)
class Connectors:
    """The connectors there are, by name; `own` finds one that a user wrote, and raises ConfigurationError."""

    known: Mapping[str, ConnectorOptions]
    own: Callable[[str], ConnectorOptions]


@dataclass(frozen=True)
class Declarer:
    """Turns tables into declarations; what is wrong goes to `findings`, secrets to `reader`.

    `timezone` is that of a partner that names none.
    """

    connectors: Connectors
    findings: Findings
    reader: SecretReader
    timezone: str

    def partner(self, name: str, table: dict[str, Any]) -> PartnerDeclaration | None:
        """Declare a partner: the general keys, and the connector's own as JSON-ready `options` without secrets."""
        path = f"partners.{name}"
        general = {key: value for key, value in table.items() if key in GENERAL_KEYS}
        values = {"timezone": self.timezone, **general, "name": name}
        declared = self.findings.check_what_can_be(PartnerDeclaration, values, path)
        own = {key: value for key, value in table.items() if key not in GENERAL_KEYS}
        options = self._options(path, table.get("connector", DEFAULT_CONNECTOR), own)
        if declared is None:
            return None
        self._check_schedule(path, declared.schedule, declared.timezone)
        return declared.model_copy(update={"options": options})

    def upstream(self, name: str, table: dict[str, Any]) -> UpstreamDeclaration | None:
        """Declare an upstream; one that is pulled needs its address, one that pushes needs a secret to check."""
        path = f"upstreams.{name}"
        self._read_secrets(path, table, UPSTREAM_SECRETS)
        plain = {key: value for key, value in table.items() if key not in UPSTREAM_SECRETS}
        if "name" in plain:
            self.findings.refuse(f"{path}.name", unknown_key("name", _upstream_keys()))
        declared = self.findings.check_what_can_be(
            UpstreamDeclaration, {**plain, "name": name}, path, also_known=UPSTREAM_SECRETS
        )
        if declared is None:
            return None
        self._check_schedule(path, declared.schedule, self.timezone)
        if declared.kind == "feed" and "url" not in plain:
            self.findings.refuse(f"{path}.url", 'is required where kind is "feed": the address to pull from')
        if declared.kind == "push" and "signing_secret" not in table:
            self.findings.refuse(f"{path}.signing_secret", 'is required where kind is "push": it proves who delivers')
        return declared

    def rights_rule(self, name: str, table: dict[str, Any]) -> RightsRule | None:
        """Declare a rights rule; one that can match nothing is a mistake."""
        told = len(self.findings.violations)
        declared = self.findings.check_what_can_be(RightsRule, {**table, "name": name}, f"rights.{name}")
        if declared and len(self.findings.violations) == told and not (declared.credits or declared.licences):
            self.findings.refuse(f"rights.{name}", "matches no picture; name its credits or its licences")
        return declared

    def _options(self, path: str, connector: object, own: dict[str, Any]) -> dict[str, Any]:
        found = self._found(path, str(connector), own)
        if found is None:
            self._read_secrets(path, own, SECRET_KEYS)
            return {key: value for key, value in own.items() if key not in SECRET_KEYS}
        self._read_secrets(path, own, found.all_secrets)
        for names in sorted(sorted(each) for each in found.secrets if not each & own.keys()):
            needed = f'is required by {connector}; refer to it: "env:NAME" or "file:PATH"'
            others = f", or {' or '.join(names[1:])} instead" if names[1:] else ""
            self.findings.refuse(f"{path}.{names[0]}", needed + others)
        plain = {key: own[key] for key in own.keys() - found.all_secrets}
        return self._checked_options(path, found.model, plain, found.all_secrets)

    def _found(self, path: str, connector: str, own: dict[str, Any]) -> ConnectorOptions | None:
        if not connector.startswith("python:"):
            found = self.connectors.known.get(connector)
            if found is None:
                self._refuse_connector(path, connector, own)
            return found
        try:
            return self.connectors.own(connector)
        except ConfigurationError as error:
            for violation in error.violations:
                self.findings.refuse(f"{path}.{violation.path}", violation.reason)
            return None

    def _refuse_connector(self, path: str, connector: str, own: dict[str, Any]) -> None:
        """Refuse an unknown connector, and name at once what every one that may be meant would miss."""
        known = sorted(self.connectors.known)
        self.findings.refuse(f"{path}.connector", f"unknown connector; there are: {', '.join(known)}")
        meant = get_close_matches(connector, known, n=1) or known
        needed = [self.connectors.known[name].required for name in meant]
        for key in sorted(set.intersection(*needed) - own.keys()) if needed else ():
            self.findings.refuse(f"{path}.{key}", "is required by every connector that may be meant")

    def _checked_options(
        self, path: str, model: type[BaseModel], plain: dict[str, Any], secrets: frozenset[str]
    ) -> dict[str, Any]:
        names = {field.alias or name for name, field in model.model_fields.items()}
        for key in sorted(plain.keys() - names):
            self.findings.refuse(f"{path}.{key}", unknown_key(key, names | GENERAL_KEYS | secrets))
        options = self.findings.check(model, {key: plain[key] for key in plain.keys() & names}, path)
        return {} if options is None else options.model_dump(mode="json", by_alias=True, exclude_unset=True)

    def _read_secrets(self, path: str, table: dict[str, Any], keys: Iterable[str]) -> None:
        for key in sorted(table.keys() & set(keys)):
            try:
                self.reader.read(f"{path}.{key}", parse_references(table[key]))
            except ValueError as error:
                self.findings.refuse(f"{path}.{key}", str(error))

    def _check_schedule(self, path: str, schedule: str, timezone: str) -> None:
        if self.findings.has_violation(f"{path}.schedule"):
            return
        try:
            parse_schedule(schedule, timezone)
        except (ValueError, InvalidError) as error:
            self.findings.refuse(f"{path}.schedule", str(error))


def declare_all(
    tables: object, path: str, declare: Callable[[str, dict[str, Any]], Named | None], findings: Findings
) -> tuple[Named, ...]:
    """Declare every named table of a section such as `partners`; what is wrong is left out and in `findings`."""
    declared = []
    for name, table in tables.items() if isinstance(tables, dict) else ():
        if isinstance(table, dict):
            declared.append(declare(name, table))
        else:
            findings.refuse(f"{path}.{name}", f"must be a table: [{path}.NAME]")
    if not isinstance(tables, dict):
        findings.refuse(path, f"must hold named tables: [{path}.NAME]")
    return tuple(value for value in declared if value is not None)


def check_references(partners: Iterable[PartnerDeclaration], rules: Iterable[RightsRule], findings: Findings) -> None:
    """Check what declarations say of each other: licences that exist, and names that are given up only once."""
    partners, known = tuple(partners), {rule.name for rule in rules}
    # Who takes another's name has given up its own, if a chain or a swap is declared at once.
    staying = {partner.name for partner in partners if partner.renamed_from in (None, partner.name)}
    heirs: dict[str, str] = {}
    for partner in partners:
        path = f"partners.{partner.name}"
        for licence in sorted(set(partner.licences) - known):
            findings.refuse(f"{path}.licences", f"no [rights.{licence}]; declare it, or leave it out")
        if (former := partner.renamed_from) is None:
            continue
        if former in staying:
            findings.refuse(f"{path}.renamed_from", f"[partners.{former}] still exists; remove its section")
        elif former in heirs:
            findings.refuse(f"{path}.renamed_from", f"[partners.{heirs[former]}] has taken {former} over already")
        heirs[former] = partner.name


def check_renamed(feeds: Iterable[FeedDeclaration], findings: Findings) -> None:
    """Check what feeds say of each other: a slug is given up only once, and not while it is in use."""
    feeds = tuple(feeds)
    slugs = {feed.slug for feed in feeds}
    heirs: dict[str, str] = {}
    for feed in feeds:
        path = f"feeds/{feed.slug}.toml: renamed_from"
        for former in feed.renamed_from:
            if former in slugs:
                findings.refuse(path, f"feeds/{former}.toml still exists; remove it, or do not take it over")
            elif heirs.get(former, feed.slug) != feed.slug:
                findings.refuse(path, f"feeds/{heirs[former]}.toml has taken {former} over already")
            heirs[former] = feed.slug


def _upstream_keys() -> frozenset[str]:
    return (frozenset(UpstreamDeclaration.model_fields) | UPSTREAM_SECRETS) - {"name"}
