"""Loading: one call reads config.toml, the environment, the feed files and the secrets, or tells all that is wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syndicate.errors import ConfigurationError, Violation
from syndicate.feedfiles import read_feeds
from syndicate.model.declarations import Caching, Declarations, Publisher, UpstreamDeclaration
from syndicate.settings.declaring import Connectors, Declarer, check_references, check_renamed, declare_all
from syndicate.settings.environment import overridden
from syndicate.settings.findings import Findings, unknown_key
from syndicate.settings.secrets import SecretReader, Secrets
from syndicate.settings.sections import SECRET_OPTIONS, SECTIONS, Settings

NAMED_SECTIONS = ("rights", "partners", "upstreams")


@dataclass(frozen=True)
class Loaded:
    """A configuration that is right throughout. `watched` are the files whose change calls for reading it again."""

    path: Path
    settings: Settings
    declarations: Declarations
    secrets: Secrets
    warnings: tuple[str, ...]
    watched: tuple[Path, ...]


def load(
    path: Path,
    environ: Mapping[str, str],
    *,
    connectors: Connectors,
) -> Loaded:
    """Read the configuration at `path`; paths in it are relative to its directory.

    `connectors` finds what a partner's section may hold. Raises ConfigurationError with every violation.
    """
    return compose(read_document(path), path=path, environ=environ, connectors=connectors)


def read_document(path: Path) -> dict[str, Any]:
    """Read the file alone; raises ConfigurationError where there is none or it is not TOML."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        remedy = "Name one with --config, or copy the project's config.toml; only `syndicate demo` runs without."
        raise ConfigurationError(f"there is no configuration at {path}", remedy=remedy) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is not TOML", [Violation(path.name, str(error))]) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"cannot read {path}: {error}", remedy="Make it a UTF-8 file we may read.") from error


def compose(
    document: Mapping[str, Any],
    *,
    path: Path,
    environ: Mapping[str, str],
    connectors: Connectors,
) -> Loaded:
    """Make a configuration of a document as if it stood at `path`; raises ConfigurationError with every violation."""
    merged, origins = overridden(document, environ)
    findings = Findings(origins, {"directory": path.absolute().parent})
    reader = SecretReader(path.absolute().parent, environ, findings)
    settings = _settings(merged, reader, findings)
    declarer = Declarer(connectors, findings, reader, _timezone(settings))
    rules = declare_all(merged.get("rights", {}), "rights", declarer.rights_rule, findings)
    partners = declare_all(merged.get("partners", {}), "partners", declarer.partner, findings)
    upstreams = declare_all(merged.get("upstreams", {}), "upstreams", declarer.upstream, findings)
    check_references(partners, rules, findings)
    feeds, problems = read_feeds(_feeds_directory(merged, reader.directory))
    findings.violations.extend(problems)
    check_renamed(feeds, findings)
    if settings is not None:
        _tell_of_what_does_nothing(settings, upstreams, findings)
    if settings is None or findings.violations:
        raise _error(path, findings)
    declarations = Declarations(
        publisher=_publisher(settings),
        feeds=feeds,
        partners=partners,
        upstreams=upstreams,
        rights=rules,
        page_content=settings.pages.content,
        caching=Caching.model_validate(settings.feeds.model_dump()),
        changes_per_hour=settings.limits.changes_per_hour,
    )
    templates = [partner.profile.template for partner in partners if partner.profile.template]
    watched = (path, settings.service.feeds, *reader.files, *templates)
    return Loaded(path, settings, declarations, Secrets(reader.values), tuple(findings.warnings), watched)


def check_problems(
    path: Path,
    environ: Mapping[str, str],
    *,
    connectors: Connectors,
) -> tuple[str, ...]:
    """List every problem of the configuration, each with its cure, as `syndicate check` prints it; empty when right."""
    try:
        load(path, environ, connectors=connectors)
    except ConfigurationError as error:
        return tuple(str(violation) for violation in error.violations) or (f"{error.message}. {error.remedy}",)
    return ()


def _settings(document: dict[str, Any], reader: SecretReader, findings: Findings) -> Settings | None:
    known = {*Settings.model_fields, *NAMED_SECTIONS}
    for name in sorted(document.keys() - known):
        findings.refuse(name, unknown_key(name, known))
    sections = {name: findings.check(section, document.get(name, {}), name) for name, section in SECTIONS.items()}
    if None in sections.values():
        return None
    settings = Settings.model_validate(sections)
    for section, option in SECRET_OPTIONS:
        reader.read(f"{section}.{option}", getattr(getattr(settings, section), option))
    if settings.smtp.host and settings.smtp.sender is None:
        findings.refuse("smtp.sender", "is required: the address that mail comes from")
    if settings.alerts.email and not (settings.smtp.host and settings.smtp.sender):
        findings.refuse("alerts.email", "needs smtp.host and smtp.sender to be sent")
    _check_copies(settings, findings)
    return settings


def _check_copies(settings: Settings, findings: Findings) -> None:
    """Check what keeps copies of the feeds before the service: a CDN, a publish target."""
    cdn, publish = settings.cdn, settings.publish
    if cdn.purge_url and cdn.purge_method == "keys" and cdn.tag_header is None:
        findings.refuse("cdn.tag_header", 'is required to purge by keys: "Surrogate-Key", or "Cache-Tag"')
    if (
        publish.url
        and publish.url.startswith("s3:")
        and not (publish.endpoint and publish.access_key and publish.secret_key)
    ):
        findings.refuse("publish.endpoint", "is required for s3://, with access_key and secret_key")


def _tell_of_what_does_nothing(
    settings: Settings, upstreams: Iterable[UpstreamDeclaration], findings: Findings
) -> None:
    """Warn of what is accepted and not acted upon yet, so that nobody relies on it."""
    for upstream in upstreams:
        if upstream.kind == "feed":
            cure = f"run `syndicate import {upstream.url}` from cron"
            findings.warn(f"upstreams.{upstream.name}", f"this version does not pull feeds by itself; {cure}")


def _timezone(settings: Settings | None) -> str:
    return settings.service.timezone if settings else "UTC"


def _feeds_directory(document: dict[str, Any], directory: Path) -> Path:
    """Find the feed files even where something else in [service] is wrong, so that their problems are told too."""
    service = document.get("service")
    named = service.get("feeds") if isinstance(service, dict) else None
    return directory / (named if isinstance(named, str) else "feeds")


def _publisher(settings: Settings) -> Publisher:
    return Publisher.model_validate(settings.service.model_dump(include=set(Publisher.model_fields)))


def _error(path: Path, findings: Findings) -> ConfigurationError:
    first, *others = findings.violations
    more = f" (and {len(others)} more)" if others else ""
    return ConfigurationError(f"{path.name}: {first}{more}", findings.violations)
