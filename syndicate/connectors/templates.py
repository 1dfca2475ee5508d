"""A partner's own document, written by a template beside config.toml."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree
from markupsafe import Markup

from syndicate.connectors.contract import Sending
from syndicate.errors import ConfigurationError, UnwritableError, Violation
from syndicate.model.declarations import Profile, Publisher
from syndicate.model.delivery import EventType
from syndicate.model.instants import parse_instant, rfc3339
from syndicate.model.journal import Cause
from syndicate.model.text import strip_forbidden
from syndicate.render.elements import rfc822
from syndicate.render.enclosures import image_type
from syndicate.render.formats.markup import lines_of, xhtml_of
from syndicate.render.partner_html import partner_html

_SUFFIXES = {
    "application/json": "json",
    "application/xhtml+xml": "xhtml",
    "text/csv": "csv",
    "text/html": "html",
    "text/markdown": "md",
}
# What a program as small as a template can do wrong.
_FAULTS = (TemplateError, ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
_EPOCH = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
# What a withdrawal is to a template; one that cannot write it would leave copies standing.
_WITHDRAWAL = Sending(
    delivery_id="msg_sample",
    type=EventType.RETRACTED,
    at=_EPOCH,
    record=None,
    article_id="tag:example.org,2026:sample",
    url="https://example.org/sample",
    revision=2,
    seq=2,
    cause=Cause.RETRACTED,
    public_note="A sample.",
    slug="sample",
)


class PartnerTemplate:
    """Writes sendings through a file's template, in a sandbox that can neither change nor reach anything.

    Raises ConfigurationError, naming file and line, where the template is wrong or cannot write a withdrawal.
    """

    def __init__(self, path: Path, profile: Profile, publisher: Publisher) -> None:
        self._path = path
        self._profile = profile
        self._publisher = publisher
        self._kind = profile.template_type.partition(";")[0].strip().lower()
        self._template = self._compiled()
        try:
            self.write(_WITHDRAWAL)
        except UnwritableError as error:
            raise self._wrong(f"{error.message}, when an article is withdrawn") from error

    @property
    def suffix(self) -> str:
        return _SUFFIXES.get(self._kind) or ("xml" if self._kind.endswith("xml") else "txt")

    def write(self, sending: Sending) -> bytes:
        """Write a sending; raises UnwritableError, with the line, where the template cannot, or ill-formed."""
        try:
            text = self._template.render(self._values(sending))
        except _FAULTS as error:
            raise UnwritableError(f"{self._place(error)}: {_told(error)}") from error
        document = strip_forbidden(text).strip().encode()
        self._check(document)
        return document

    def _compiled(self) -> Template:
        environment = _environment(self._kind, ZoneInfo(self._publisher.timezone))
        try:
            source = self._path.read_text("utf-8")
            return environment.from_string(source)
        except (OSError, UnicodeDecodeError) as error:
            raise self._wrong(f"cannot read {self._path}: {error}") from error
        except TemplateSyntaxError as error:
            raise self._wrong(f"{self._path.name}, line {error.lineno}: {error.message}") from error

    def _wrong(self, reason: str) -> ConfigurationError:
        return ConfigurationError("the template is wrong", [Violation("profile.template", reason)])

    def _place(self, error: Exception) -> str:
        """Name the template's line that an error came from: its frames carry the lines of the template."""
        lines, trace = [], error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == "<template>":
                lines.append(trace.tb_lineno)
            trace = trace.tb_next
        return f"{self._path.name}, line {lines[-1]}" if lines else self._path.name

    def _values(self, sending: Sending) -> Mapping[str, Any]:
        article = sending.article
        # Every key stands, null where there is no value: a misspelt one is told from an absent one.
        record = None if article is None else article.model_dump(mode="json", by_alias=True)
        body = "" if article is None else partner_html(article, self._profile, self._publisher)
        images = article.images if article else ()
        pictures = [
            {**image.model_dump(mode="json"), "type": image_type(image), "is_lead": number == 0}
            for number, image in enumerate(images)
        ]
        return {
            "article": record,
            "event": _event(sending),
            "publisher": self._publisher.model_dump(mode="json") | {"url": f"{self._publisher.root}/"},
            # Sanitised on the way in, and HTML where HTML is written.
            "body_html": Markup(body) if self._kind == "text/html" else body,  # noqa: S704
            "pictures": pictures,
        }

    def _check(self, document: bytes) -> None:
        try:
            if self._kind.endswith("xml"):
                etree.fromstring(document, etree.XMLParser(resolve_entities=False, huge_tree=True))
            elif self._kind.endswith("json"):
                json.loads(document)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise UnwritableError(f"{self._path.name} writes no well-formed {self._kind}: {error}") from error


def _event(sending: Sending) -> Mapping[str, Any]:
    return {
        "type": sending.type.value,
        "id": sending.article_id,
        "url": sending.url,
        "slug": sending.slug,
        "revision": sending.revision,
        "seq": sending.seq,
        "cause": sending.cause.value if sending.cause else None,
        "public_note": sending.public_note,
        "at": rfc3339(sending.at),
        "is_withdrawal": sending.record is None,
    }


def _environment(kind: str, zone: ZoneInfo) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        autoescape=kind.endswith(("xml", "html")), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    environment.filters |= {
        "rfc822": lambda value: rfc822(parse_instant(value)),
        "rfc3339": lambda value: rfc3339(parse_instant(value).astimezone(zone)),
        "date": lambda value, pattern: parse_instant(value).astimezone(zone).strftime(pattern),
        "cdata": _cdata,
        "xhtml": _xhtml,
        "text": lines_of,
    }
    return environment


def _cdata(text: str) -> Markup:
    """Write text as a CDATA section, whatever stands in it."""
    return Markup(f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>")  # noqa: S704  # nothing ends it but its end


def _xhtml(html: str) -> Markup:
    """Write HTML as elements that may stand in XML."""
    return Markup(etree.tostring(xhtml_of(html, "div"), encoding="unicode"))  # noqa: S704  # lxml wrote it


def _told(error: Exception) -> str:
    return (error.message if isinstance(error, TemplateError) else None) or f"{type(error).__name__}: {error}"
