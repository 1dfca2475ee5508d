"""Pictures for partners that take files: ours from the disk, others from their servers, and why there is none."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from syndicate.actions.picture_files import PictureFiles
from syndicate.connectors.means import NoPicture, PictureFile
from syndicate.media.storage import DirectoryStorage, content_name
from syndicate.net.client import Client
from tests.connectors.partners import answering, partner
from tests.pictures import a_jpeg

ROOT = "http://harbour.example"


def files(client: Client, storage: DirectoryStorage, *, max_bytes: int = 100_000) -> PictureFiles:
    return PictureFiles(storage, client, lambda: ROOT, max_bytes=max_bytes)


async def test_our_own_are_read_from_the_disk(client: Client, tmp_path: Path) -> None:
    storage, data = DirectoryStorage(tmp_path), a_jpeg()
    name = content_name(data, "jpg")
    storage.put(name, data)
    found = await files(client, storage).fetch(f"{ROOT}/media/{name}")
    assert isinstance(found, PictureFile)
    assert (found.data, found.type, found.suffix) == (data, "image/jpeg", "jpg")
    for other in (f"{ROOT}/media/{'0' * 32}.jpg", f"{ROOT}/media/../../etc/passwd"):
        missing = await files(client, storage).fetch(other)
        assert isinstance(missing, NoPicture)
        assert missing.permanent


async def test_a_disk_that_fails_is_waited_for(client: Client, tmp_path: Path) -> None:
    class Failing(DirectoryStorage):
        def get(self, name: str) -> bytes | None:
            raise OSError(errno.EIO, "Input/output error")

    found = await files(client, Failing(tmp_path)).fetch(f"{ROOT}/media/{'0' * 32}.jpg")
    assert isinstance(found, NoPicture)
    assert not found.permanent


@pytest.mark.parametrize(("status", "permanent"), [(404, True), (410, True), (403, True), (500, False), (429, False)])
async def test_what_another_server_says_decides_whether_it_is_asked_again(
    client: Client, tmp_path: Path, status: int, *, permanent: bool
) -> None:
    async with partner(answering(status)) as server:
        found = await files(client, DirectoryStorage(tmp_path)).fetch(f"{server.url}/bow.jpg")
    assert isinstance(found, NoPicture)
    assert found.permanent is permanent


@pytest.mark.parametrize("body", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"", bytes(100_001)])
async def test_what_is_no_picture_or_too_large_goes_nowhere(client: Client, tmp_path: Path, body: bytes) -> None:
    async with partner(answering(200, body=body)) as server:
        found = await files(client, DirectoryStorage(tmp_path)).fetch(f"{server.url}/bow.jpg")
    assert isinstance(found, NoPicture)
    assert found.permanent
