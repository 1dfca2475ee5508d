"""The real program in a folder of its own: the service, and commands beside it and without it."""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from syndicate.app.sockets import socket_path
from tests.journeys.shop import Shop, a_shop, wait_until

ID = "tag:harbour.example,2026:ferry"
RECORD = json.dumps({"id": ID, "title": "New ferry sails on time", "categories": ["Harbour"]})
SLUG = "new-ferry-sails-on-time"
PARTNER = """
[partners.gazette]
url = "http://127.0.0.1:{port}/inbound/harbour"
signing_secret = "env:PARTNER_SECRET"
contact = "desk@gazette.example"
"""
UPSTREAM = """
[upstreams.harbour]
kind = "push"
signing_secret = "env:PARTNER_SECRET"
"""


def refused(shop: Shop, *arguments: str, stdin: str = "") -> tuple[int, str]:
    """Run what must fail; it says so in one line and prints nothing else."""
    done = shop.run(*arguments, stdin=stdin)
    assert done.out == ""
    assert done.err.endswith("\n")
    assert done.err.count("\n") == 1, done.err
    return done.status, done.err


@pytest.mark.parametrize("beside_a_service", [True, False])
def test_a_story_is_written_corrected_and_retracted(tmp_path: Path, beside_a_service: bool) -> None:
    shop = a_shop(tmp_path / "shop")
    with shop.serving() if beside_a_service else nullcontext():
        assert shop.run("articles", "put", "-", stdin=RECORD).out == f"created: {ID} is published, revision 1\n"
        assert shop.run("articles", "correct", SLUG, "--note", "It was late.").out.startswith("changed")
        assert shop.run("articles", "retract", SLUG, "--reason", "wrong").status == 0
        assert refused(shop, "articles", "put", "-", stdin=RECORD)[0] == 1
        rows = shop.run("articles", "history", SLUG, "--json").json
        assert [row["kind"] for row in rows] == ["published", "corrected", "retracted"]
        assert {row["actor"] for row in rows} == {f"cli:{_user()}"}


def _user() -> str:
    return pwd.getpwuid(os.getuid()).pw_name


def test_every_listing_is_an_array_and_without_json_has_a_head(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop", PARTNER.format(port=9))
    with shop.serving():
        shop.run("articles", "put", "-", stdin=RECORD)
        shop.run("tokens", "create", "cms", "--scope", "write")
        wait_until(lambda: shop.run("copies", "list", "--json").json)
        for listing in ("articles", "copies", "feeds", "partners", "deliveries", "tokens"):
            rows = shop.run(listing, "list", "--json").json
            assert isinstance(rows, list), listing
            assert rows, listing
        assert shop.run("articles", "list").out.splitlines()[0].startswith("STATUS\tREV")
        assert shop.run("upstreams", "list", "--json").json == []
        assert shop.run("feeds", "show", "harbour", "--json").json[0]["id"] == ID


def test_a_token_is_printed_alone_and_only_once(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    token = shop.run("tokens", "create", "cms", "--scope", "write", "--scope", "read").out
    assert token.startswith("syn_")
    assert token.count("\n") == 1
    assert token.strip() not in shop.run("tokens", "list", "--json").out
    assert shop.run("tokens", "revoke", "cms").status == 0
    assert shop.run("tokens", "list", "--json").json[0]["revoked_at"] is not None
    assert refused(shop, "tokens", "revoke", "cms")[0] == 1


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["articles", "show", "nope"], 1, "no article 'nope'"),
        (["feeds", "show", "nope"], 1, "no feed 'nope'"),
        (["partners", "test", "nope"], 1, "no partner 'nope'"),
        (["deliveries", "retry", "nope"], 1, "no delivery 'nope'"),
        (["articles", "list", "--status", "nope"], 2, "--status"),
        (["articles", "nope"], 2, "nope"),
        (["articles", "retract", "x"], 2, "--reason"),
        (["articles", "put", "absent.json"], 2, "absent.json"),
        (["articles", "show", "caf\udce9"], 2, "'caf\\udce9' is not UTF-8"),
        (["serve", "--role", "web"], 2, "store.url"),
    ],
)
def test_what_fails_says_why_in_one_line(tmp_path: Path, arguments: list[str], status: int, says: str) -> None:
    ended, line = refused(a_shop(tmp_path / "shop"), *arguments)
    assert ended == status
    assert says in line


@pytest.mark.parametrize("beside_a_service", [True, False])
def test_a_record_that_breaks_rules_is_refused_with_their_paths(tmp_path: Path, beside_a_service: bool) -> None:
    shop = a_shop(tmp_path / "shop")
    with shop.serving() if beside_a_service else nullcontext():
        status, line = refused(shop, "articles", "put", "-", stdin='{"titel": "x", "urgency": 9}')
        assert status == 1
        assert "titel: is not a key of a record; did you mean title?" in line
        assert "urgency: " in line


def test_no_configuration_is_wrong_configuration(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    shop.config.unlink()
    status, line = refused(shop, "articles", "list")
    assert status == 2
    assert "--config" in line


# --- the service ---------------------------------------------------------------------------------------------------


def control_of(folder: Path) -> Path:
    """Return where a shop's socket is: beside its database, as far as that is not too long for one."""
    path = socket_path(f"sqlite:///{folder}/data/syndicate.db")
    assert path is not None
    return path


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_service_that_is_asked_to_stop_ends_well_and_leaves_no_socket(tmp_path: Path, number: signal.Signals) -> None:
    shop = a_shop(tmp_path / "shop")
    with shop.serving() as service:
        control = control_of(tmp_path / "shop")
        wait_until(control.exists)
        assert service.stop(number) == 0
        assert not control.exists()
        assert {event["event"] for event in service.events()} == {"service.started"}


def test_the_socket_is_for_its_owner_only(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    with shop.serving():
        control = control_of(tmp_path / "shop")
        wait_until(control.exists)
        assert stat.S_IMODE(control.stat().st_mode) == 0o600


def test_a_path_too_long_for_a_socket_gets_one_elsewhere_for_its_owner_only(tmp_path: Path) -> None:
    # pytest's own folders are too long already.
    with TemporaryDirectory() as short:
        shop = a_shop(tmp_path / ("deep" * 30), TMPDIR=short)
        with shop.serving():
            wait_until(lambda: list(Path(short).glob("*/*.sock")))
            (control,) = Path(short).glob("*/*.sock")
            assert stat.S_IMODE(control.parent.stat().st_mode) == 0o700
            assert "in use by the running service" in shop.run("check").out


def test_a_socket_left_behind_by_a_killed_service_is_in_nobodys_way(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    control = control_of(tmp_path / "shop")
    with shop.serving() as service:
        wait_until(control.exists)
        service.process.kill()
        service.process.wait()
    assert control.exists()
    assert shop.run("articles", "list", "--json").json == []
    with shop.serving():
        wait_until(lambda: "in use by the running service" in shop.run("check").out)


def test_a_busy_port_is_named(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", shop.port))
        taken.listen()
        status, line = _last_line(shop)
    assert status == 1
    assert f"port {shop.port} of 127.0.0.1 is in use" in line


def _last_line(shop: Shop) -> tuple[int, str]:
    done = shop.run("serve")
    return done.status, done.err.splitlines()[-1]


def test_a_second_service_on_one_store_is_refused(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    with shop.serving():
        status, line = _last_line(shop)
    assert status == 1
    assert "another process uses the store" in line


def test_a_command_waits_until_another_has_done_with_the_store(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    shop.run("db", "upgrade")
    with (tmp_path / "shop" / "data" / "syndicate.db.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = shop.start("tokens", "create", "cms", "--scope", "read")
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(4)
    out, err = waiting.communicate(timeout=60)
    assert (waiting.returncode, out[:4], err) == (0, b"syn_", b"")


def test_a_retraction_does_not_wait_for_a_broken_file_to_be_mended(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    with shop.serving() as service:
        shop.run("articles", "put", "-", stdin=RECORD)
        (tmp_path / "shop" / "feeds" / "world.toml").write_text("title = 3\n", "utf-8")
        wait_until(lambda: "configuration.refused" in [event["event"] for event in service.events()])
        assert shop.run("articles", "retract", SLUG, "--reason", "wrong").status == 0
        assert shop.get(f"/articles/{SLUG}") == 410
        status, _ = refused(shop, "check")
        assert status == 2
    assert refused(shop, "articles", "list")[0] == 2


def test_a_feed_added_while_the_service_runs_is_served(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    with shop.serving():
        assert shop.get("/feeds/sport.rss") == 404
        (tmp_path / "shop" / "feeds" / "sport.toml").write_text('title = "Sport"\n', "utf-8")
        wait_until(lambda: shop.get("/feeds/sport.rss") == 200)


# --- check, import, db ---------------------------------------------------------------------------------------------


def test_a_check_names_every_problem_and_each_partner_that_does_not_answer(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop", PARTNER.format(port=9))
    done = shop.run("check")
    assert done.status == 1
    assert "partners.gazette: connection refused" in done.err
    assert shop.run("check", "--offline").status == 0
    assert not (tmp_path / "shop" / "data").exists(), "a check made the database"


def test_a_check_of_wrong_files_lists_all_that_is_wrong(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop", '[limits]\nrecord_bites = "2MiB"\n' + PARTNER.format(port=9).replace("env:", ""))
    (tmp_path / "shop" / "feeds" / "world.toml").write_text("title = 3\n", "utf-8")
    done = shop.run("check", "--json")
    assert done.status == 2
    told = " ".join(finding["text"] for finding in done.json)
    for named in ("record_bites", "signing_secret", "world.toml"):
        assert named in told


def test_a_check_finds_a_secret_that_cannot_be_used(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop", PARTNER.format(port=9), PARTNER_SECRET="whsec_short")
    done = shop.run("check", "--offline")
    assert done.status == 2
    assert "partners.gazette" in done.err
    assert "openssl rand" in done.err


@pytest.mark.parametrize("beside_a_service", [True, False])
def test_an_import_ends_with_its_counts_and_the_second_one_changes_nothing(
    tmp_path: Path, beside_a_service: bool
) -> None:
    shop = a_shop(tmp_path / "shop")
    lines = [json.dumps({"id": f"tag:a.example,2026:{number}", "title": f"Story {number}"}) for number in range(300)]
    (tmp_path / "shop" / "stories.ndjson").write_text("\n".join([*lines, '{"title": ""}']), "utf-8")
    with shop.serving() if beside_a_service else nullcontext():
        # A relative path counts from where the command was called.
        done = shop.run("import", "stories.ndjson")
        assert (done.status, done.out) == (0, "300 new, 0 changed, 0 unchanged, 1 refused\n")
        assert "entry 301" in done.err
        done = shop.run("import", "stories.ndjson", "--strict")
        assert (done.status, done.out) == (1, "0 new, 0 changed, 300 unchanged, 1 refused\n")
        assert shop.run("import", "absent.xml").status == 1


def test_a_database_is_brought_up_to_date(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    assert shop.run("db", "upgrade").out.startswith("upgraded from nothing: schema ")
    assert shop.run("db", "upgrade").out.startswith("up to date: schema ")


# --- partners ------------------------------------------------------------------------------------------------------


@contextmanager
def two_papers(folder: Path) -> Iterator[tuple[Shop, Shop]]:
    """Run a publisher and the paper that republishes it."""
    gazette = a_shop(folder / "gazette", UPSTREAM)
    harbour = a_shop(folder / "harbour", PARTNER.format(port=gazette.port))
    with gazette.serving(), harbour.serving():
        yield harbour, gazette


def test_a_story_goes_to_a_partner_and_is_taken_down_there(tmp_path: Path) -> None:
    with two_papers(tmp_path) as (harbour, gazette):
        assert harbour.run("partners", "test", "gazette").out.startswith("gazette took the test in ")
        harbour.run("articles", "put", "-", stdin=RECORD)
        wait_until(lambda: gazette.get(f"/articles/{SLUG}") == 200)
        assert gazette.run("upstreams", "list", "--json").json[0]["articles"] == 1
        done = harbour.run("articles", "takedown", SLUG, "--csv", "--public-note", "Withdrawn.")
        assert done.status == 0
        head, row = done.out.splitlines()
        assert head.startswith("partner,copy,rev,gone")
        assert row.startswith("gazette,withdrawn,2,yes,acknowledged")
        assert "desk@gazette.example" in row
        assert gazette.get(f"/articles/{SLUG}") == 410


def test_a_halt_holds_stories_back_until_it_is_lifted(tmp_path: Path) -> None:
    with two_papers(tmp_path) as (harbour, gazette):
        assert harbour.run("halt").status == 0
        harbour.run("articles", "put", "-", stdin=RECORD)
        (delivery,) = harbour.run("deliveries", "list", "--json").json
        assert (delivery["state"], gazette.get(f"/articles/{SLUG}")) == ("waiting", 404)
        assert harbour.run("resume").status == 0
        wait_until(lambda: gazette.get(f"/articles/{SLUG}") == 200)
        shown = harbour.run("deliveries", "show", delivery["id"], "--json").json
        assert [attempt["outcome"] for attempt in shown["log"]] == ["accepted"]


def test_a_paused_partner_is_replayed_what_it_missed(tmp_path: Path) -> None:
    with two_papers(tmp_path) as (harbour, gazette):
        assert harbour.run("partners", "pause", "gazette", "--reason", "they move house").status == 0
        harbour.run("articles", "put", "-", stdin=RECORD)
        (state,) = harbour.run("partners", "list", "--json").json
        assert (state["health"], "they move house" in state["reason"]) == ("paused", True)
        assert harbour.run("partners", "resume", "gazette").status == 0
        wait_until(lambda: gazette.get(f"/articles/{SLUG}") == 200)
        assert harbour.run("partners", "replay", "gazette", "--since", "1h").out.endswith("0 retractions, 1 others\n")
        assert harbour.run("articles", "withdraw", SLUG, "--from", "gazette").status == 0
        wait_until(lambda: gazette.get(f"/articles/{SLUG}") == 410)
        assert harbour.get(f"/articles/{SLUG}") == 200


def test_a_takedown_that_waits_for_a_dead_partner_says_whom_to_write_and_can_be_left(tmp_path: Path) -> None:
    with two_papers(tmp_path) as (harbour, gazette):
        harbour.run("articles", "put", "-", stdin=RECORD)
        wait_until(lambda: gazette.get(f"/articles/{SLUG}") == 200)
        harbour.run("partners", "pause", "gazette")
        waiting = harbour.start("articles", "takedown", SLUG, "--json")
        assert waiting.stderr is not None
        line = waiting.stderr.readline().decode()
        assert "gazette (held" in line
        assert "write to desk@gazette.example" in line
        waiting.send_signal(signal.SIGINT)
        out, _ = waiting.communicate(timeout=30)
        assert waiting.returncode == 1
        assert [copy["gone"] for copy in json.loads(out)] == [False]
        assert harbour.run("copies", "confirm", "gazette", SLUG, "--note", "seen by Ann").status == 0
        assert harbour.run("articles", "takedown", SLUG, "--no-wait").status == 0
