"""A story with its pictures from a real service into a folder, an SFTP server and a bucket; and the service killed."""

from __future__ import annotations

import getpass
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.connectors import dropped
from tests.connectors.dropped import files_below
from tests.connectors.openssh import an_openssh
from tests.connectors.s3rver import KEY, an_s3rver
from tests.journeys.shop import Shop, a_shop, wait_until
from tests.wordpress.stories import PICTURES, a_story, fourteen, seed_story, served

Files = Callable[[], dict[str, bytes]]


@contextmanager
def a_folder(folder: Path) -> Iterator[tuple[Shop, Files]]:
    inbox = folder / "inbox"
    inbox.mkdir(parents=True)
    partner = f'[partners.gazette]\nconnector = "folder"\npath = "{inbox}"\n'
    yield a_shop(folder / "shop", partner), lambda: files_below(inbox)


@contextmanager
def an_sftp_server(folder: Path) -> Iterator[tuple[Shop, Files]]:
    folder.mkdir()
    with an_openssh(folder) as server:
        key = server.host_key.export_public_key().decode().strip()
        partner = (
            f'[partners.gazette]\nconnector = "sftp"\nhost = "127.0.0.1"\nport = {server.port}\n'
            f'user = "{getpass.getuser()}"\nprivate_key = "env:KEY"\npath = "{server.inbox}"\nhost_key = "{key}"\n'
        )
        yield a_shop(folder / "shop", partner, KEY=server.client_key), lambda: files_below(server.inbox)


@contextmanager
def a_bucket(folder: Path) -> Iterator[tuple[Shop, Files]]:
    folder.mkdir()
    with an_s3rver(folder) as endpoint:
        partner = (
            f'[partners.gazette]\nconnector = "s3"\nurl = "s3://news/in"\nendpoint = "{endpoint}"\n'
            'access_key = "env:KEY"\nsecret_key = "env:KEY"\n'
        )
        kept, suffix = folder / "data" / "news" / "in", "._S3rver_object"

        def files() -> dict[str, bytes]:
            found = files_below(kept) if kept.is_dir() else {}
            return {path.removesuffix(suffix): data for path, data in found.items() if path.endswith(suffix)}

        yield a_shop(folder / "shop", partner, KEY=KEY), files


PLACES = [
    a_folder,
    pytest.param(an_sftp_server, marks=pytest.mark.system),
    pytest.param(a_bucket, marks=pytest.mark.system),
]


def put(shop: Shop, story: dict[str, Any]) -> None:
    done = shop.run("articles", "put", "-", stdin=json.dumps(story))
    assert done.status == 0, done.err


def manifests(files: Files) -> list[dict[str, Any]]:
    return [json.loads(body) for path, body in files().items() if path.endswith("manifest.json")]


def is_there(files: Files, kind: str) -> bool:
    return [manifest["type"] for manifest in manifests(files)] == [kind]


@pytest.mark.parametrize("place", PLACES)
def test_a_story_with_fourteen_pictures_is_brought_corrected_and_withdrawn(
    tmp_path: Path, place: Callable[[Path], Any]
) -> None:
    with served(PICTURES) as root, place(tmp_path / "partner") as (shop, files), shop.serving():
        story = seed_story(root) or a_story(root, fourteen())
        wait_until(lambda: shop.run("partners", "test", "gazette").status == 0)
        put(shop, story)
        wait_until(lambda: is_there(files, "article.published"))
        assert dropped.shown(files()) == [story["title"]]
        (manifest,) = manifests(files)
        bodies = {path.rpartition("/")[2]: body for path, body in files().items()}
        for image, picture in zip(story["images"], manifest["pictures"], strict=True):
            assert (picture["caption"], picture.get("credit")) == (image["caption"], image.get("credit"))
            assert bodies[picture["file"]] == (PICTURES / image["url"].rpartition("/")[2]).read_bytes()
        id_ = manifest["id"]
        assert shop.run("articles", "correct", id_, "--note", "It was ten.", "--title", "Put right").status == 0
        wait_until(lambda: is_there(files, "article.corrected"))
        assert (dropped.shown(files()), len(files())) == (["Put right"], 16)
        assert shop.run("articles", "retract", id_, "--reason", "legal", "--public-note", "Withdrawn.").status == 0
        wait_until(lambda: is_there(files, "article.retracted") and len(files()) == 2)
        assert dropped.shown(files()) == []


class Slow(SimpleHTTPRequestHandler):
    """Pictures that take their time, so that a package is under way for seconds."""

    def do_GET(self) -> None:
        time.sleep(0.2)
        super().do_GET()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the standard library's name
        pass


@contextmanager
def slow_pictures() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Slow, directory=str(PICTURES)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_service_killed_in_the_middle_leaves_one_whole_package_in_the_end(tmp_path: Path) -> None:
    with slow_pictures() as root, a_folder(tmp_path) as (shop, files):
        put(shop, a_story(root, fourteen()))
        for count in (1, 9):
            with shop.serving() as service:
                wait_until(lambda count=count: len(files()) >= count)
                service.process.kill()
            assert len(files()) < 16, "it was not killed in the middle"
        with shop.serving():
            wait_until(lambda: is_there(files, "article.published") and len(files()) == 16)
        assert len(dropped.shown(files())) == 1
        assert not [path for path in files() if path.endswith(".part")]
