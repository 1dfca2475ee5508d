"""Write requirements/run.txt and requirements/dev.txt from pyproject.toml: every pin, every platform, with hashes.

Keeps the pins that still fit; `--upgrade` takes the newest. The resolver runs in a scratch environment of its own,
so that it is no dependency of the project.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RUN = ROOT / "requirements" / "run.txt"
DEV = ROOT / "requirements" / "dev.txt"
OLDEST_PYTHON = "3.11"
# The build back end is pinned with what it asks for at an editable install, so that nothing unpinned is downloaded.
EDITABLE = ("editables",)
HEADER = "# Written by `make lock` from pyproject.toml; do not edit. Names no download address on purpose.\n"
_PIN = re.compile(r"^([a-z0-9.\-]+)==", re.MULTILINE)


def main(arguments: Sequence[str]) -> int:
    """Write both locks; exits with the resolver's status where it finds no solution."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that pyproject.toml allows")
    extra = ["--upgrade"] if parser.parse_args(arguments).upgrade else []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    with tempfile.TemporaryDirectory() as scratch:
        uv = _resolver(Path(scratch))
        _compile(uv, RUN, [*project["project"]["dependencies"], *project["build-system"]["requires"], *EDITABLE], extra)
        already = [option for name in _names(RUN) for option in ("--no-emit-package", name)]
        _compile(uv, DEV, project["dependency-groups"]["dev"], [*extra, "--constraints", str(RUN), *already])
    _write(RUN, HEADER)
    _write(DEV, f"{HEADER}-r run.txt\n")
    return 0


def _resolver(scratch: Path) -> Path:
    venv.create(scratch / "venv", with_pip=True)
    binaries = scratch / "venv" / "bin"
    subprocess.run([binaries / "python", "-m", "pip", "install", "--quiet", "uv"], check=True)  # noqa: S603 - fixed words
    return binaries / "uv"


def _compile(uv: Path, lock: Path, wanted: Iterable[str], options: Iterable[str]) -> None:
    command: list[str | Path] = [uv, "pip", "compile", "-", "--output-file", lock, "--quiet", "--universal"]
    command += ["--python-version", OLDEST_PYTHON, "--generate-hashes", "--no-header", "--no-annotate"]
    command += ["--no-emit-index-url", "--no-config", *options]
    subprocess.run(command, input="\n".join(wanted), text=True, check=True)  # noqa: S603 - our own project's words


def _names(lock: Path) -> list[str]:
    return sorted(set(_PIN.findall(lock.read_text("utf-8"))))


def _write(lock: Path, header: str) -> None:
    lock.write_text(header + lock.read_text("utf-8"), "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
