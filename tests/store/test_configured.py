"""The store that a configuration names."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicate.app.database import database_of
from syndicate.errors import ConfigurationError
from syndicate.store.postgres import PostgresDriver, driver_url
from syndicate.store.sqlite import SQLiteDriver
from tests.papers import configure


def test_a_sqlite_path_is_the_configurations_own(tmp_path: Path) -> None:
    driver = database_of(configure(tmp_path, '[store]\nurl = "sqlite:///here/paper.db"\n'))
    assert isinstance(driver, SQLiteDriver)
    assert driver.path == tmp_path / "here" / "paper.db"


def test_a_server_gets_the_newest_password_and_the_configuration_shows_none(tmp_path: Path) -> None:
    extra = '[store]\nurl = "postgresql://desk@db.example/paper"\npassword = ["env:NEW", "env:OLD"]\n'
    loaded = configure(tmp_path, extra, environ={"NEW": "n3w", "OLD": "0ld"})
    driver = database_of(loaded)
    assert isinstance(driver, PostgresDriver)
    assert "n3w" not in loaded.settings.store.url
    address = driver.address
    assert (address.drivername, address.username, address.password) == ("postgresql+psycopg", "desk", "n3w")
    assert "n3w" not in str(address)


def test_a_socket_is_an_address_too(tmp_path: Path) -> None:
    url = f"postgresql:///paper?host={tmp_path}&user=postgres"
    loaded = configure(tmp_path, f'[store]\nurl = "{url}"\n')
    assert loaded.settings.store.url == url
    assert dict(driver_url(url, None).query) == {"host": str(tmp_path), "user": "postgres"}


@pytest.mark.parametrize("url", ["mysql://desk@db.example/paper", "postgresql://desk:n3w@db.example/paper"])
def test_other_databases_and_literal_passwords_are_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigurationError):
        configure(tmp_path, f'[store]\nurl = "{url}"\n')
