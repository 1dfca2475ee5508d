"""Findings: every problem of a configuration, collected so that all are told at once, each with its cure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from syndicate.errors import Violation

Model = TypeVar("Model", bound=BaseModel)


@dataclass
class Findings:
    """Collects violations and warnings; `origins` names the environment variable that set a path.

    `context` is what models are validated with: the directory that paths are relative to.
    """

    origins: Mapping[str, str] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def refuse(self, path: str, reason: str) -> None:
        origin = self.origins.get(path)
        self.violations.append(Violation(path.removesuffix(":"), f"{reason} (set by {origin})" if origin else reason))

    def warn(self, path: str, reason: str) -> None:
        self.warnings.append(f"{path}: {reason}")

    def has_violation(self, path: str) -> bool:
        return any(violation.path == path for violation in self.violations)

    def check(
        self,
        model: type[Model],
        values: object,
        path: str,
        *,
        also_known: Iterable[str] = (),
    ) -> Model | None:
        """Validate a table; None where it breaks a rule. No reason repeats what was given: it may be a secret."""
        if not isinstance(values, dict):
            self.refuse(path, f"must be a table: [{path}]")
            return None
        try:
            return model.model_validate(values, context=dict(self.context))
        except ValidationError as error:
            for problem in error.errors(include_input=False, include_url=False):
                keys = ".".join(str(key) for key in problem["loc"])
                self.refuse(join(path, keys), _reason(problem, model, also_known))
            return None

    def check_what_can_be(
        self, model: type[Model], values: dict[str, Any], path: str, *, also_known: Iterable[str] = ()
    ) -> Model | None:
        """Validate as `check`; where keys break a rule, return what the others say, so that they can be looked at too.

        A configuration with a violation is refused, so that what is returned beside one is never used.
        """
        checked = self.check(model, values, path, also_known=also_known)
        if checked is not None:
            return checked
        try:
            wrong = _wrong_keys(model, values)
            return model.model_validate({key: values[key] for key in values.keys() - wrong}, context=dict(self.context))
        except ValidationError:
            return None


def _wrong_keys(model: type[BaseModel], values: dict[str, Any]) -> set[int | str]:
    try:
        model.model_validate(values)
    except ValidationError as error:
        return {problem["loc"][0] for problem in error.errors(include_input=False) if problem["loc"]}
    return set()


def join(path: str, keys: str) -> str:
    """Extend a path by keys; a file's path ends in a colon and is followed by a space."""
    if not path or not keys:
        return path or keys
    return f"{path} {keys}" if path.endswith(":") else f"{path}.{keys}"


def unknown_key(key: str, known: Iterable[str]) -> str:
    """Say that a key is unknown, and which known one was probably meant."""
    known = sorted(set(known))
    nearest = get_close_matches(key, known, n=1, cutoff=0.6)
    if nearest:
        return f"unknown key; did you mean {nearest[0]}?"
    return f"unknown key; known here: {', '.join(known)}" if known else "unknown key; nothing is known here"


def _reason(problem: ErrorDetails, model: type[BaseModel], also_known: Iterable[str]) -> str:
    location = problem["loc"]
    if problem["type"] == "extra_forbidden":
        here = _model_at(model, location[:-1])
        known = set(here.model_fields) if here else set()
        return unknown_key(str(location[-1]), known | set(also_known if len(location) == 1 else ()))
    if problem["type"] == "missing":
        return "is required"
    if problem["type"] == "value_error":
        return str(problem["ctx"]["error"])
    return problem["msg"].replace("Input should be", "must be", 1).replace("Input should", "should", 1)


def _model_at(model: type[BaseModel], keys: Iterable[int | str]) -> type[BaseModel] | None:
    here: type[BaseModel] | None = model
    for key in keys:
        found = here.model_fields.get(str(key)) if here else None
        here = _nested(found.annotation) if found else None
    return here


def _nested(annotation: Any) -> type[BaseModel] | None:
    for kind in (annotation, *get_args(annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None
