"""Where the demo lives: its ports, its folders, its secrets."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from syndicate.demo.homes import USUAL_PORTS, Homes
from syndicate.demo.ports import listen, take_ports
from syndicate.errors import ConfigurationError

PROJECT = Path(__file__).resolve().parents[2]
BUILT_IN = PROJECT / "syndicate" / "demo" / "papers" / "harbour" / "feeds"


def furnished(data: Path, project: Path, ports: tuple[int, int] = USUAL_PORTS) -> Homes:
    homes = Homes.below(data, ports)
    homes.furnish(project)
    return homes


def test_a_busy_port_is_named_and_the_next_free_one_taken() -> None:
    with listen(0) as busy:
        wanted = busy.getsockname()[1]
        (place,) = take_ports([wanted])
        with place.socket:
            assert place.busy == wanted
            assert place.port > wanted


def test_a_free_port_is_taken_as_it_is() -> None:
    (place,) = take_ports([0])
    with place.socket:
        assert place.busy is None
        assert place.port


def test_both_configurations_are_right_and_agree_on_ports_and_secret(tmp_path: Path) -> None:
    homes = furnished(tmp_path / "data", tmp_path, (8180, 8181))
    first, second = homes.load("harbour"), homes.load("meridian")
    assert first.settings.service.base_url.rstrip("/") == "http://127.0.0.1:8180"
    partner = first.declarations.partner("meridian")
    assert partner
    assert partner.options["url"] == f"{second.declarations.publisher.root}/inbound/harbour"
    secret = first.secrets.partner("meridian", "signing_secret")
    assert secret
    assert secret == second.secrets.upstream("harbour", "signing_secret")
    assert first.warnings == second.warnings == ()


def test_the_secret_is_its_owners_and_differs_between_demos(tmp_path: Path) -> None:
    files = [furnished(tmp_path / name, tmp_path).folder("harbour") / "signing-secret" for name in ("one", "two")]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert files[0].read_text() != files[1].read_text()


def test_the_environment_leads_the_demo_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNDICATE_STORE__URL", "sqlite:////elsewhere/precious.db")
    assert str(tmp_path) in furnished(tmp_path, tmp_path).load("harbour").settings.store.url


def test_a_project_has_its_own_feeds_and_others_the_built_in_ones(tmp_path: Path) -> None:
    (tmp_path / "project" / "feeds").mkdir(parents=True)
    (tmp_path / "project" / "feeds" / "tides.toml").write_text('title = "Tides"\n')
    own = furnished(tmp_path / "one", tmp_path / "project").load("harbour").declarations
    others = furnished(tmp_path / "two", tmp_path).load("harbour").declarations
    assert [feed.slug for feed in own.feeds] == ["tides"]
    assert {feed.slug for feed in others.feeds} == {file.stem for file in BUILT_IN.glob("*.toml")}


def test_the_built_in_feeds_are_those_of_the_project() -> None:
    declared = {file.name: file.read_text() for file in (PROJECT / "feeds").glob("*.toml")}
    assert {file.name: file.read_text() for file in BUILT_IN.glob("*.toml")} == declared


def test_what_somebody_changed_is_kept(tmp_path: Path) -> None:
    config = furnished(tmp_path, tmp_path).folder("harbour") / "config.toml"
    config.write_text(config.read_text().replace("every 5s", "every 9s"))
    partner = furnished(tmp_path, tmp_path).load("harbour").declarations.partner("meridian")
    assert partner
    assert partner.schedule == "every 9s"


def test_a_fresh_start_removes_what_the_demo_made_and_nothing_else(tmp_path: Path) -> None:
    homes = furnished(tmp_path, tmp_path)
    (tmp_path / "syndicate.db").write_text("mine")
    (homes.folder("harbour") / "syndicate.db").write_text("the demo's")
    homes.empty()
    assert [path.name for path in tmp_path.iterdir()] == ["syndicate.db"]


@pytest.mark.parametrize("config", [None, 'title = "My own"'])
def test_a_folder_that_the_demo_did_not_make_is_left_alone(tmp_path: Path, config: str | None) -> None:
    homes = furnished(tmp_path, tmp_path)
    own = homes.folder("meridian") / "config.toml"
    own.unlink() if config is None else own.write_text(config)
    with pytest.raises(ConfigurationError, match="not made by the demo"):
        homes.empty()
    assert (homes.folder("harbour") / "config.toml").exists()


def test_demos_on_other_ports_do_not_share_a_store(tmp_path: Path) -> None:
    ports = [USUAL_PORTS, (8082, 8083), (8082, 8084)]
    assert len({Homes.below(tmp_path, pair).root for pair in ports}) == len(ports)
