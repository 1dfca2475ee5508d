from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from syndicate.clock import FixedClock, SystemClock
from syndicate.feedfiles import read_feeds
from syndicate.settings.watch import Watch
from tests.builders import NOON
from tests.cli.test_settings import GAZETTE, SERVICE, Load, load_text

__all__ = ["load_text"]


@pytest.fixture
def feeds(tmp_path: Path) -> Path:
    directory = tmp_path / "feeds"
    directory.mkdir()
    (directory / "world.toml").write_text(
        'title = "World"\nitems = 20\n[select]\ncategories = ["World"]\nmax_age = "48h"'
    )
    return directory


def test_a_feed_is_named_by_its_file(feeds: Path) -> None:
    (feed,), problems = read_feeds(feeds)
    assert (feed.slug, feed.title, feed.items) == ("world", "World", 20)
    assert feed.select.max_age == timedelta(hours=48)
    assert problems == ()


def test_what_is_wrong_with_one_file_leaves_the_others(feeds: Path) -> None:
    (feeds / "latest.toml").write_text('title = "Latest"\nitem = 50')
    declared, problems = read_feeds(feeds)
    assert [feed.slug for feed in declared] == ["world"]
    assert [str(problem) for problem in problems] == ["feeds/latest.toml: item: unknown key; did you mean items?"]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("Latest.toml", 'title = "Latest"', "feeds/Latest.toml: slug: must be lower-case"),
        ("latest.toml", 'title = "Latest"\nslug = "newest"', "feeds/latest.toml: slug: is the file's name"),
        ("latest.toml", "", "feeds/latest.toml: title: is required"),
        ("latest.toml", "title =", "feeds/latest.toml: is not TOML"),
        ("latest.toml", 'title = "L"\n[select]\ncategory = []', "feeds/latest.toml: select.category: unknown key"),
        ("latest.toml", 'title = "L"\ncontent = 0', "feeds/latest.toml: content: must be"),
    ],
)
def test_a_wrong_feed_file_is_named_with_its_key(feeds: Path, name: str, text: str, problem: str) -> None:
    (feeds / name).write_text(text)
    _, (found,) = read_feeds(feeds)
    assert str(found).startswith(problem)


def test_a_file_that_is_not_text_is_named(feeds: Path) -> None:
    (feeds / "latest.toml").write_bytes(b"\xff")
    _, (found,) = read_feeds(feeds)
    assert str(found).startswith("feeds/latest.toml: cannot be read")


def test_an_editors_hidden_file_is_no_feed(feeds: Path) -> None:
    (feeds / ".#latest.toml").write_text("half a")
    assert [feed.slug for feed in read_feeds(feeds)[0]] == ["world"]


def test_a_missing_directory_is_a_problem(tmp_path: Path) -> None:
    assert "one file per feed" in str(read_feeds(tmp_path / "feeds")[1][0])


def test_nothing_changed_is_no_change(feeds: Path) -> None:
    assert not Watch([feeds]).changed()


def test_a_changed_a_new_and_a_removed_feed_file_are_each_told_once(feeds: Path) -> None:
    watch = Watch([feeds])
    world = feeds / "world.toml"
    for change in (lambda: world.write_text('title = "W"'), (feeds / "new.toml").touch, world.unlink):
        change()
        assert watch.changed()
        assert not watch.changed()


def test_a_file_put_in_anothers_place_is_a_change(tmp_path: Path) -> None:
    config, draft = tmp_path / "config.toml", tmp_path / "draft"
    config.write_text("a = 1")
    watch = Watch([config])
    draft.write_text("a = 2")
    # An rsync that keeps times, or two saves within one tick of the file system's clock.
    os.utime(draft, ns=(0, config.stat().st_mtime_ns))
    draft.replace(config)
    assert watch.changed()


def test_configuration_feeds_and_files_of_secrets_are_watched(load_text: Load, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("secret")
    loaded = load_text(SERVICE + GAZETTE.replace("env:GAZETTE_SECRET", "file:key"))
    for file in (tmp_path / "key", tmp_path / "config.toml", tmp_path / "feeds" / "latest.toml"):
        watch = Watch(loaded.watched)
        file.write_text(file.read_text() + "\n")
        assert watch.changed(), file


def test_a_fixed_clock_moves_only_when_told() -> None:
    clock = FixedClock(NOON)
    clock.advance(timedelta(minutes=5))
    assert clock.now() == NOON + timedelta(minutes=5)
    assert clock.monotonic() == 300
    with pytest.raises(ValueError, match="past"):
        clock.advance(timedelta(seconds=-1))


def test_the_system_clock_is_aware_and_in_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)
    assert SystemClock().monotonic() <= SystemClock().monotonic()
