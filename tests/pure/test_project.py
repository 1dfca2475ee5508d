"""The files around the code: there, honest, and the same on every machine."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import click
import pytest

from syndicate.cli.main import cli

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "LICENSE"]
# Written in pieces, so that this file does not name them.
REGISTRY_HOSTS = [
    "pypi" + ".org", "python" + "hosted.org", "npmjs" + ".org", "npmjs" + ".com", "debian" + ".org/debian",
    "crates" + ".io", "golang" + ".org", "docker" + ".io", "ghcr" + ".io", "quay" + ".io",
]  # fmt: skip
# An absolute path of somebody's machine, but not the path of a web address such as example.org/work/.
MACHINE_PATH = re.compile(r"(?<![\w./:\-])/(?:" + "|".join(["root", "home", "Users", "work", "opt/pypi"]) + r")/\w")
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
DESIGN_NOTES = sorted(path for path in (ROOT / "docs" / "design").glob("*.md") if path.name != "README.md")


@lru_cache(maxsize=1)
def committed() -> tuple[Path, ...]:
    """List the project's files: those of git, or all of an unpacked archive."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listing.returncode == 0 and listing.stdout:
        found = (ROOT / name for name in listing.stdout.decode().split("\0") if name)
    else:
        found = (path for path in ROOT.rglob("*") if not any(part.startswith(".") for part in path.parts))
    return tuple(path for path in found if path.is_file())


def texts() -> Iterator[tuple[str, str]]:
    for path in committed():
        content = path.read_bytes()
        if b"\0" not in content:
            yield path.relative_to(ROOT).as_posix(), content.decode("utf-8", "replace")


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def name_of(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match is not None
    return re.sub(r"[-_.]+", "-", match[0]).lower()


def declared_names() -> set[str]:
    declared = project()
    return {name_of(line) for line in [*declared["project"]["dependencies"], *declared["dependency-groups"]["dev"]]}


def pins(lock: Path) -> dict[str, str]:
    """Return what a lock holds: the name of each package and all that is written about it."""
    found: dict[str, str] = {}
    for block in lock.read_text("utf-8").replace("\\\n", " ").splitlines():
        if block and not block.startswith(("#", "-r ")):
            found[name_of(block)] = block
    return found


@pytest.mark.parametrize("page", PAGES)
def test_a_page_that_people_look_for_is_there(page: str) -> None:
    assert (ROOT / page).read_text("utf-8").strip()


def test_no_file_names_a_registry() -> None:
    assert [(name, host) for name, text in texts() for host in REGISTRY_HOSTS if host in text] == []


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    assert [(name, match[0]) for name, text in texts() for match in MACHINE_PATH.finditer(text)] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_pin_is_exact_and_has_hashes(lock: Path) -> None:
    unsafe = [block for block in pins(lock).values() if "==" not in block or "--hash=sha256:" not in block]
    assert pins(lock)
    assert unsafe == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_leaves_the_address_to_the_machine(lock: Path) -> None:
    assert not re.search(r"://|--(extra-)?index|--find-links|-i ", lock.read_text("utf-8"))


def test_the_locks_cover_what_is_declared() -> None:
    assert declared_names() <= {name for lock in LOCKS for name in pins(lock)}


def test_every_dependency_has_its_reason() -> None:
    reasons = (ROOT / "docs" / "dependencies.md").read_text("utf-8").lower()
    assert [name for name in sorted(declared_names()) if f"`{name}`" not in reasons] == []


def test_every_command_of_make_is_explained_in_its_help() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony is not None
    explained = re.findall(r"^([a-z-]+):.*## \w", makefile, re.MULTILINE)
    assert explained == phony[1].split()


def test_ci_can_be_started() -> None:
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_the_changelog_keeps_the_newest_on_top() -> None:
    versions = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    numbers = [tuple(map(int, version.split("."))) for version in versions[1:]]
    assert versions[0] == "Unreleased"
    assert numbers == sorted(numbers, reverse=True)


@pytest.mark.parametrize("note", DESIGN_NOTES, ids=lambda path: path.stem)
def test_a_design_note_says_what_was_given_up_and_when_to_think_again(note: Path) -> None:
    headings = re.findall(r"^## (.+)$", note.read_text("utf-8"), re.MULTILINE)
    assert headings == ["Problem", "Choice", "Given up", "Think again when"]


def instructions(keyword: str) -> list[str]:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    return [line.removeprefix(keyword).strip() for line in dockerfile.splitlines() if line.startswith(keyword + " ")]


def copied() -> list[str]:
    """List the files of ours that the Dockerfile copies; the last word of each is where to."""
    local = [shlex.split(line) for line in instructions("COPY") if not line.startswith("--from")]
    return [source for words in local for source in words[:-1]]


def test_the_image_is_made_of_files_that_exist() -> None:
    assert copied()
    assert [source for source in copied() if not (ROOT / source).exists()] == []


def test_what_the_image_copies_is_sent_to_its_builder() -> None:
    sent = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert "*" in sent
    assert [source for source in copied() if f"!{source}" not in sent] == []


def test_the_image_does_not_run_as_root() -> None:
    assert instructions("USER")[-1] not in ("", "root", "0")


def test_the_image_starts_a_command_that_exists() -> None:
    (command,) = instructions("CMD")
    program, verb, *options = json.loads(command)
    assert program in project()["project"]["scripts"]
    found = cli.get_command(click.Context(cli), verb)
    assert found is not None
    accepted = {name for parameter in found.params for name in parameter.opts}
    assert {option for option in options if option.startswith("--")} <= accepted
