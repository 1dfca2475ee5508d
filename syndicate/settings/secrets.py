"""Secrets: the values that references stand for, held so that no representation shows them."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from syndicate.settings.findings import Findings

# Options of partners and upstreams that are references to secrets, whatever the connector.
SECRET_KEYS = frozenset({"signing_secret", "password", "token", "private_key"})
MAX_SECRET_BYTES = 65_536


class Secrets:
    """Values by their path in the configuration; newest first, empty where none is given."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, tuple[str, ...]]) -> None:
        self._values = dict(values)

    def option(self, section: str, key: str) -> tuple[str, ...]:
        """Return the values of an option of a section with a fixed name, such as `store`, `password`."""
        return self._values.get(f"{section}.{key}", ())

    def partner(self, name: str, key: str) -> tuple[str, ...]:
        return self._values.get(f"partners.{name}.{key}", ())

    def upstream(self, name: str, key: str) -> tuple[str, ...]:
        return self._values.get(f"upstreams.{name}.{key}", ())

    def __repr__(self) -> str:
        return f"Secrets({len(self._values)} hidden)"

    def __reduce__(self) -> str:
        # Pickles end up in caches and crash dumps.
        raise TypeError("secrets are not written anywhere")


@dataclass
class SecretReader:
    """Resolves references against the environment and files beside the configuration; remembers which files."""

    directory: Path
    environ: Mapping[str, str]
    findings: Findings
    values: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    files: list[Path] = field(default_factory=list)

    def read(self, path: str, references: Iterable[str]) -> None:
        """Keep the values of the option at `path`; each reference that cannot be resolved becomes a violation."""
        found = [self._resolve(path, reference) for reference in references]
        values = tuple(value for value in found if value is not None)
        if values:
            self.values[path] = values

    def _resolve(self, path: str, reference: str) -> str | None:
        kind, _, name = reference.partition(":")
        value = self.environ.get(name, "") if kind == "env" else self._file(path, self.directory / name)
        if kind == "env" and not value:
            self.findings.refuse(path, f"the environment variable {name} is not set; set it, or refer to another")
        return value or None

    def _file(self, path: str, file: Path) -> str | None:
        self.files.append(file)
        try:
            text, mode = _contents(file), file.stat().st_mode
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            self.findings.refuse(path, f"cannot read {file}: {reason}; put the secret there")
            return None
        if mode & stat.S_IROTH:
            self.findings.warn(path, f"everybody on this machine may read {file}; chmod 600 it")
        if not text:
            self.findings.refuse(path, f"the file {file} is empty; put the secret there")
        return text


def _contents(file: Path) -> str:
    with file.open("rb") as stream:
        return stream.read(MAX_SECRET_BYTES).decode("utf-8").rstrip("\r\n")
