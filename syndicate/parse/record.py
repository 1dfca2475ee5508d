"""Article records: what senders wrote, checked against the one shape, with reasons a person can act on."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from syndicate.errors import InvalidError, InvalidRecordError, Violation
from syndicate.model.article import SERVICE_KEYS, Article
from syndicate.parse.html import sanitise
from syndicate.parse.strict_json import read_json

__all__ = ["ParsedRecord", "read_foreign_record", "read_json", "read_record", "with_safe_body"]

_REASONS = {
    "missing": "is required",
    "string_type": "must be a string",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "tuple_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "string_pattern_mismatch": "is malformed",
    "model_attributes_type": "must be an object",
}
MAX_VIOLATIONS = 50


@dataclass(frozen=True)
class ParsedRecord:
    """A checked article, its body sanitised, and what was changed on the way."""

    article: Article
    changes: tuple[Violation, ...] = ()


def read_record(obj: object, *, base_url: str | None = None) -> ParsedRecord:
    """Read the record an author of ours wrote: unknown keys are refused, the service's own keys are ignored.

    Relative addresses in `body_html` count from `base_url`, else from the record's `url`.
    Raises InvalidRecordError with every violation and nothing of what was in the offending values.
    """
    record = {key: value for key, value in _object(obj).items() if key not in SERVICE_KEYS}
    return _read(record, base_url=base_url, extra="forbid")


def read_foreign_record(obj: object) -> ParsedRecord:
    """Read the record another service sent: keys we do not know are ignored, those its service set are kept."""
    return _read(dict(_object(obj)), base_url=None, extra="ignore")


def _object(obj: object) -> Mapping[str, Any]:
    if not isinstance(obj, dict):
        raise InvalidRecordError("the record is no object", [Violation("", "must be a JSON object")])
    return obj


def _read(record: Mapping[str, Any], *, base_url: str | None, extra: Any) -> ParsedRecord:
    try:
        article = Article.model_validate(record, extra=extra)
    except ValidationError as error:
        raise InvalidRecordError("the record breaks a rule", violations(error)) from None
    return with_safe_body(article, base_url=base_url or article.url)


def with_safe_body(article: Article, *, base_url: str | None) -> ParsedRecord:
    """Return the article with its body sanitised, and what that changed; raises InvalidRecordError."""
    if article.body_html is None:
        return ParsedRecord(article)
    try:
        body = sanitise(article.body_html, base_url=base_url)
    except InvalidError as error:
        found = [Violation("body_html", violation.reason) for violation in error.violations]
        raise InvalidRecordError(error.message, found) from error
    changes = tuple(Violation("body_html", change) for change in body.changes)
    return ParsedRecord(article.model_copy(update={"body_html": body.html}), changes)


def violations(error: ValidationError) -> tuple[Violation, ...]:
    """Turn what pydantic found into paths and plain reasons, which never quote a value."""
    found = error.errors(include_url=False, include_input=False)[:MAX_VIOLATIONS]
    return tuple(Violation(path(detail["loc"]), _reason(detail)) for detail in found)


def path(location: tuple[int | str, ...]) -> str:
    """Write the place of a value as `images.0.url`, at most 200 characters."""
    return ".".join(str(part) for part in location)[:200]


def _reason(detail: ErrorDetails) -> str:
    if detail["type"] == "extra_forbidden":
        return _unknown_key(detail["loc"])
    if detail["type"] in _REASONS:
        return _REASONS[detail["type"]]
    message = detail["msg"].removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _unknown_key(location: tuple[int | str, ...]) -> str:
    near = difflib.get_close_matches(str(location[-1])[:100], known_keys(location[:-1]), n=1)
    hint = f"; did you mean {near[0]}?" if near else "; own keys go into extensions"
    return f"is not a key of a record{hint}"


def known_keys(location: tuple[int | str, ...]) -> list[str]:
    """Return the keys that an object at this place of a record may have."""
    model: type[BaseModel] | None = Article
    for part in location:
        if model is not None and isinstance(part, str):
            model = _model_in(model.model_fields[part].annotation) if part in model.model_fields else None
    return [] if model is None else [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
