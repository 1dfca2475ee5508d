"""Connectors of a user's own: the guide's own one at work, and what a broken module costs."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicate.app.configuration import load_configuration
from syndicate.app.service import opened
from syndicate.clock import FixedClock
from syndicate.connectors.means import ConnectorKind
from syndicate.connectors.own import load_own
from syndicate.connectors.suite.sendings import a_sending
from syndicate.errors import ConfigurationError
from syndicate.settings.loading import Loaded
from tests.builders import NOON
from tests.papers import configure

PROJECT = Path(__file__).resolve().parents[2]
GUIDE = (PROJECT / "docs" / "own-connector.md").read_text("utf-8")
CONNECTOR, TESTS = re.findall(r"^```python\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
(EXAMPLE,) = re.findall(r"^```toml\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
NUMBERS = itertools.count()


@pytest.fixture
def path() -> Iterator[list[str]]:
    """Leave Python's path as it was."""
    before = list(sys.path)
    yield sys.path
    sys.path[:] = before


def a_module(folder: Path, text: str) -> str:
    """Write a module under a name that no other test has, as Python reads each once."""
    name = f"gazette_{next(NUMBERS)}_{os.getpid()}"
    (folder / f"{name}.py").write_text(text, "utf-8")
    return name


def loaded(folder: Path, module: str, extra: str = "") -> Loaded:
    section = f'[partners.gazette]\nconnector = "python:{module}"\n{extra}'
    return configure(folder, section, environ={"TELETEXT_TOKEN": "t"})


FINE = 'url = "https://teletext.example/api"\ntoken = "env:TELETEXT_TOKEN"\n'


def test_the_guides_connector_keeps_what_every_connector_promises(tmp_path: Path) -> None:
    (tmp_path / "teletext.py").write_text(CONNECTOR, "utf-8")
    (tmp_path / "test_teletext.py").write_text(TESTS, "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n", "utf-8")
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(PROJECT)])}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False, timeout=110)
    assert done.returncode == 0, done.stdout
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed
    assert int(passed[1]) >= 20


def test_the_guides_section_can_be_copied(tmp_path: Path, path: list[str]) -> None:
    module = a_module(tmp_path, CONNECTOR)
    section = EXAMPLE.replace("python:teletext", f"python:{module}")
    found = configure(tmp_path, section, environ={"TELETEXT_TOKEN": "t"})
    (partner,) = found.declarations.partners
    assert partner.options == {"url": "https://teletext.example/api", "channel": "news"}
    assert found.secrets.partner("teletext", "token") == ("t",)


async def test_a_module_beside_the_configuration_serves_a_partner(tmp_path: Path, path: list[str]) -> None:
    found = loaded(tmp_path, a_module(tmp_path, CONNECTOR), FINE)
    async with opened(found, clock=FixedClock(NOON)) as paper:
        connector = paper.connections.connector("gazette")
        assert connector is not None
        assert connector.preview(a_sending()).url == "https://teletext.example/api/news/ferry"


def test_what_is_installed_goes_before_what_stands_beside_the_configuration(tmp_path: Path, path: list[str]) -> None:
    (tmp_path / "tabnanny.py").write_text("raise SystemExit('taken for the library')", "utf-8")
    with pytest.raises(ConfigurationError) as refused:
        load_own("python:tabnanny", beside=tmp_path)
    assert "has no CONNECTOR" in str(refused.value.violations[0])


@pytest.mark.parametrize(
    ("extra", "problem"),
    [
        ('token = "env:TELETEXT_TOKEN"\n', "partners.gazette.url"),
        ('url = "https://teletext.example/api"\n', "partners.gazette.token"),
        (f"{FINE}chanel = 'news'\n", "partners.gazette.chanel"),
        (f"{FINE}channel = 'No'\n", "partners.gazette.channel"),
        ('url = "https://teletext.example/api"\ntoken = "literal"\n', "partners.gazette.token"),
    ],
)
def test_its_options_and_secrets_are_checked_as_those_of_any_other(
    tmp_path: Path, path: list[str], extra: str, problem: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        loaded(tmp_path, a_module(tmp_path, CONNECTOR), extra)
    assert [violation.path for violation in refused.value.violations] == [problem]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("def broken(:\n", "SyntaxError: "),
        ("x = 1\ny = x.nothing\n", "line 2: AttributeError: "),
        ("import nowhere_to_be_found\n", "No module named 'nowhere_to_be_found'"),
        ("raise SystemExit(3)\n", "SystemExit: 3"),
        ("", "has no CONNECTOR"),
        ("CONNECTOR = 5\n", "has no CONNECTOR"),
        (
            "from syndicate.connectors.means import ConnectorKind\nCONNECTOR = ConnectorKind('x', dict, (), print)\n",
            "must be a pydantic model",
        ),
        (CONNECTOR.replace('(frozenset({"token"}),)', '("token",)'), "the secrets of CONNECTOR must be written as"),
        (CONNECTOR.replace('(frozenset({"token"}),)', 'frozenset({"token"})'), "the secrets of CONNECTOR must be"),
    ],
)
def test_a_broken_module_is_a_problem_of_the_configuration(
    tmp_path: Path, path: list[str], text: str, reason: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        loaded(tmp_path, a_module(tmp_path, text))
    (violation,) = refused.value.violations
    assert violation.path == "partners.gazette.connector"
    assert reason in violation.reason


def test_a_module_that_is_not_there_is_told_with_where_to_put_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as refused:
        loaded(tmp_path, "nowhere_at_all")
    assert "put it beside config.toml" in refused.value.violations[0].reason


async def test_a_connector_that_cannot_be_made_is_told_with_its_line(tmp_path: Path, path: list[str]) -> None:
    broken = CONNECTOR.replace('setting.secret("token")', "{}[setting]")
    found = loaded(tmp_path, a_module(tmp_path, broken), FINE)
    with pytest.raises(ConfigurationError) as refused:
        async with opened(found, clock=FixedClock(NOON)):
            pass
    assert re.search(r"cannot be made: gazette_\w+\.py, line \d+: TypeError", refused.value.violations[0].reason)


async def test_a_connector_that_lacks_what_the_dispatcher_asks_of_all_is_refused(
    tmp_path: Path, path: list[str]
) -> None:
    lacking = CONNECTOR.replace("    gathers = False", "    gather = False")
    found = loaded(tmp_path, a_module(tmp_path, lacking), FINE)
    with pytest.raises(ConfigurationError) as refused:
        async with opened(found, clock=FixedClock(NOON)):
            pass
    assert refused.value.violations[0].reason.endswith("what its CONNECTOR makes has no gathers")


def test_a_mended_module_is_read_again(tmp_path: Path, path: list[str]) -> None:
    name = a_module(tmp_path, "broken(\n")
    with pytest.raises(ConfigurationError):
        load_own(f"python:{name}", beside=tmp_path)
    (tmp_path / f"{name}.py").write_text(CONNECTOR, "utf-8")
    assert isinstance(load_own(f"python:{name}", beside=tmp_path), ConnectorKind)


def test_a_configuration_names_a_module_of_a_package(tmp_path: Path, path: list[str]) -> None:
    package = f"house_{os.getpid()}"
    (tmp_path / package).mkdir()
    (tmp_path / package / "teletext.py").write_text(CONNECTOR, "utf-8")
    (tmp_path / "feeds").mkdir()
    (tmp_path / "config.toml").write_text(
        '[service]\nbase_url = "https://harbour.example"\ntitle = "Harbour Daily"\n'
        f'[partners.gazette]\nconnector = "python:{package}.teletext"\n{FINE}',
        "utf-8",
    )
    found = load_configuration(tmp_path / "config.toml", {"TELETEXT_TOKEN": "t"})
    assert found.declarations.partners[0].connector == f"python:{package}.teletext"
