"""Pictures as files for partners: ours from where they are kept, others from their servers, none that is no picture."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from syndicate.actions.pictures import keep_picture
from syndicate.app.service import Service
from syndicate.connectors.means import NoPicture, PictureFile, Pictures
from tests.papers import a_paper
from tests.pictures import a_jpeg

JPEG = a_jpeg(60, 40)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with a_paper(tmp_path, '[limits]\npicture_bytes = "50KiB"\n') as opened:
        yield opened


@pytest.fixture
def pictures(service: Service) -> Pictures:
    return service.means.pictures


@pytest.fixture
async def elsewhere() -> AsyncIterator[TestServer]:
    async def show(request: web.Request) -> web.Response:
        answers = {"lead": JPEG, "page": b"<html>not here</html>", "large": JPEG + b"x" * 60_000}
        name = request.match_info["name"]
        return web.Response(body=answers[name]) if name in answers else web.Response(status=int(name))

    app = web.Application()
    app.router.add_get("/{name}", show)
    server = TestServer(app)
    async with server:
        yield server


async def test_a_picture_of_our_own_is_read_from_where_it_is_kept(service: Service, pictures: Pictures) -> None:
    # No article shows it yet, and the service may not call itself.
    kept = await keep_picture(service.office, service.pictures, JPEG)
    url = f"{service.declarations.publisher.root}/media/{kept.name}"
    digest = hashlib.sha256(JPEG).hexdigest()
    assert await pictures.fetch(url) == PictureFile(url, JPEG, "image/jpeg", "jpg", 60, 40, digest)


async def test_a_picture_elsewhere_is_fetched(pictures: Pictures, elsewhere: TestServer) -> None:
    found = await pictures.fetch(str(elsewhere.make_url("/lead")))
    assert isinstance(found, PictureFile)
    assert (found.type, found.width, found.height, found.data) == ("image/jpeg", 60, 40, JPEG)


@pytest.mark.parametrize(
    ("name", "permanent"),
    [("404", True), ("410", True), ("403", True), ("500", False), ("429", False), ("page", True), ("large", True)],
)
async def test_what_cannot_be_had_says_whether_it_ever_will_be(
    pictures: Pictures, elsewhere: TestServer, name: str, permanent: bool
) -> None:
    found = await pictures.fetch(str(elsewhere.make_url(f"/{name}")))
    assert isinstance(found, NoPicture)
    assert found.permanent is permanent
    assert found.reason


async def test_no_name_leads_out_of_where_pictures_are_kept(service: Service, pictures: Pictures) -> None:
    root = service.declarations.publisher.root
    for name in ("../../config.toml", "..%2f..%2fconfig.toml", "", "x.jpg?y=../"):
        assert isinstance(await pictures.fetch(f"{root}/media/{name}"), NoPicture)
