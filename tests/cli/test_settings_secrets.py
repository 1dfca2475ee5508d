from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from syndicate.errors import ConfigurationError
from syndicate.settings.secrets import Secrets
from tests.cli.test_settings import ENVIRON, GAZETTE, SERVICE, Load, load_text, problems

__all__ = ["load_text"]

LITERALS = [
    GAZETTE.replace("env:GAZETTE_SECRET", "canary"),
    GAZETTE.replace('"env:GAZETTE_SECRET"', '["env:GAZETTE_SECRET", "canary"]'),
    GAZETTE.replace('"env:GAZETTE_SECRET"', "{ value = 'canary' }"),
    GAZETTE.replace("signing_secret =", 'signing_secrt = "canary"\nsigning_secret ='),
    GAZETTE + 'password = "canary"',
    '[upstreams.wire]\nkind = "push"\nsigning_secret = "canary"',
    '[upstreams.wire]\nkind = "push"\nsigning_secret = "env:WIRE_SECRET"\ntoken = "canary"',
    '[smtp]\npassword = "canary"',
    '[alerts]\nwebhook = "https://chat.example/canary"',
    '[store]\nurl = "postgresql://user:canary@host/db"',
    '[server]\nport = "canary"',
]


@pytest.mark.parametrize("text", LITERALS)
def test_a_secret_in_the_file_is_refused_and_never_repeated(load_text: Load, text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_text(SERVICE + text)
    told = [str(caught.value), repr(caught.value), caught.value.message, *map(str, caught.value.violations)]
    assert not [line for line in told if "canary" in line]


def test_a_rotated_secret_keeps_the_newest_first(load_text: Load, tmp_path: Path) -> None:
    (tmp_path / "old.key").write_text("older\n")
    (tmp_path / "old.key").chmod(0o600)
    text = GAZETTE.replace('"env:GAZETTE_SECRET"', '["env:GAZETTE_SECRET", "file:old.key"]')
    loaded = load_text(SERVICE + text)
    assert loaded.secrets.partner("gazette", "signing_secret") == ("first-canary", "older")
    assert loaded.warnings == ()


def test_only_the_line_end_of_a_file_is_left_out(load_text: Load, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b" a secret \r\n")
    loaded = load_text(SERVICE + '[smtp]\npassword = "file:key"')
    assert loaded.secrets.option("smtp", "password") == (" a secret ",)


def test_a_file_that_everybody_may_read_is_warned_of(load_text: Load, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("secret")
    (tmp_path / "key").chmod(0o644)
    (warning,) = load_text(SERVICE + '[smtp]\npassword = "file:key"').warnings
    assert warning.startswith("smtp.password: ")
    assert "chmod 600" in warning


@pytest.mark.parametrize(
    ("reference", "words"),
    [("env:NOT_SET", "NOT_SET is not set"), ("file:none", "No such file"), ("file:empty", "empty")],
)
def test_a_reference_to_nothing_is_refused_with_what_is_missing(
    load_text: Load, tmp_path: Path, reference: str, words: str
) -> None:
    (tmp_path / "empty").write_text("\n")
    found = problems(load_text, SERVICE + GAZETTE.replace("env:GAZETTE_SECRET", reference))
    assert len(found) == 1
    assert found[0].startswith("partners.gazette.signing_secret: ")
    assert words in found[0]


def test_more_references_than_a_rotation_needs_are_refused(load_text: Load) -> None:
    text = GAZETTE.replace('"env:GAZETTE_SECRET"', str(["env:GAZETTE_SECRET"] * 5))
    assert "drop the oldest" in problems(load_text, SERVICE + text)[0]


def test_no_representation_shows_a_secret(load_text: Load) -> None:
    loaded = load_text(SERVICE + GAZETTE)
    for text in (
        repr(loaded),
        str(loaded.secrets),
        repr(loaded.secrets),
        f"{loaded.settings}",
        repr(loaded.declarations),
    ):
        assert "canary" not in text
    assert not hasattr(loaded.secrets, "__dict__")


def test_secrets_are_written_nowhere() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Secrets({"smtp.password": ("canary",)}))


def test_a_secret_that_nobody_gave_is_empty(load_text: Load) -> None:
    assert load_text(SERVICE, ENVIRON).secrets.partner("gazette", "token") == ()
