"""/media: pictures are kept by their content, and seen only while a released article shows them."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from syndicate.actions.erase import erase
from syndicate.actions.release import keep_time
from tests.builders import NOON
from tests.web.conftest import OpenDesk
from tests.web.desk import FERRY, PICTURE, Desk, body_of, problem_of


async def upload(desk: Desk, data: bytes = PICTURE) -> dict[str, Any]:
    return await body_of(await desk.api("POST", "/api/v1/media", data=data), 201)


async def shown(desk: Desk, picture: dict[str, Any], **headers: str) -> tuple[int, bytes, Any]:
    answer = await desk.client.get("/media/" + picture["url"].rpartition("/")[2], headers=headers)
    return answer.status, await answer.read(), answer.headers


async def test_an_upload_says_what_the_picture_is(desk: Desk) -> None:
    answer = await desk.api("POST", "/api/v1/media", data=PICTURE)
    document = await body_of(answer, 201)
    with Image.open(io.BytesIO(PICTURE)) as picture:
        size = picture.size
    assert (document["width"], document["height"]) == size
    assert (document["type"], document["length"]) == ("image/jpeg", len(PICTURE))
    assert answer.headers["Location"] == document["url"]


async def test_the_same_bytes_are_one_picture(desk: Desk) -> None:
    assert await upload(desk) == await upload(desk)


async def test_a_picture_is_seen_only_once_a_released_article_shows_it(desk: Desk) -> None:
    picture = await upload(desk)
    assert (await shown(desk, picture))[0] == 404
    at = NOON + timedelta(hours=1)
    await desk.put(images=[{"url": picture["url"]}], embargo_until=at.isoformat())
    assert (await shown(desk, picture))[0] == 404
    desk.clock.advance(timedelta(hours=1))
    await keep_time(desk.service.office)
    status, body, headers = await shown(desk, picture)
    assert (status, body == PICTURE, headers["Content-Type"]) == (200, True, "image/jpeg")


async def test_a_picture_goes_with_its_article_and_comes_back_with_it(desk: Desk) -> None:
    picture = await upload(desk)
    await desk.put(images=[{"url": picture["url"]}])
    statuses = [(await shown(desk, picture))[0]]
    await desk.retract()
    statuses.append((await shown(desk, picture))[0])
    await desk.restore()
    statuses.append((await shown(desk, picture))[0])
    await desk.put(images=[])
    statuses.append((await shown(desk, picture))[0])
    assert statuses == [200, 410, 200, 404]


async def test_a_picture_that_another_article_shows_stays(desk: Desk) -> None:
    picture = await upload(desk)
    await desk.put(images=[{"url": picture["url"]}])
    await desk.put("tag:harbour.example,2026:other", images=[{"url": picture["url"]}])
    await desk.retract()
    assert (await shown(desk, picture))[0] == 200


async def test_a_picture_of_an_erased_article_is_gone(desk: Desk) -> None:
    picture = await upload(desk)
    await desk.put(images=[{"url": picture["url"]}])
    await desk.retract()
    await erase(desk.service.office, desk.service.pictures, FERRY, case="2026/7")
    status, body, _ = await shown(desk, picture)
    assert status in (404, 410)
    assert PICTURE[:100] not in body


async def test_a_picture_is_sent_so_that_no_browser_runs_anything_in_it(desk: Desk) -> None:
    picture = await upload(desk)
    await desk.put(images=[{"url": picture["url"]}])
    _, _, headers = await shown(desk, picture)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "sandbox" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("form", "status"), [("{tag}", 304), ("W/{tag}", 304), ('"x", {tag}', 304), ("*", 304), ('"x"', 200)]
)
async def test_a_client_that_has_the_picture_is_told_so(desk: Desk, form: str, status: int) -> None:
    picture = await upload(desk)
    await desk.put(images=[{"url": picture["url"]}])
    tag = (await shown(desk, picture))[2]["ETag"]
    got, body, headers = await shown(desk, picture, **{"If-None-Match": form.format(tag=tag)})
    assert (got, headers["ETag"], body == b"") == (status, tag, status == 304)


async def test_a_withdrawn_picture_is_gone_for_who_has_it_too(desk: Desk) -> None:
    picture = await upload(desk)
    await desk.put(images=[{"url": picture["url"]}])
    tag = (await shown(desk, picture))[2]["ETag"]
    await desk.retract()
    status, _, headers = await shown(desk, picture, **{"If-None-Match": tag})
    assert (status, headers["Cache-Control"]) == (410, "no-store")


NAMES = ["..%2f..%2fconfig.toml", "x.jpg", "%00.jpg", "a" * 300 + ".jpg", "caf%C3%A9.jpg", "%FF.jpg"]


@pytest.mark.parametrize("name", NAMES)
async def test_no_name_leads_out_of_the_pictures(desk: Desk, name: str) -> None:
    answer = await desk.client.get(f"/media/{name}")
    assert answer.status == 404
    assert "[service]" not in await answer.text()


SVG = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
NO_PICTURES = [b"", b"text", SVG, b"\x89PNG\r\n\x1a\nbroken", PICTURE[:200], b"GIF89a"]


@pytest.mark.parametrize("data", NO_PICTURES)
async def test_what_is_no_picture_is_refused(desk: Desk, data: bytes) -> None:
    await problem_of(await desk.api("POST", "/api/v1/media", data=data), 415, "unsupported_media")


async def test_a_picture_of_too_many_bytes_is_refused(open_desk: OpenDesk) -> None:
    desk = await open_desk('[limits]\npicture_bytes = "64KiB"\n')
    data = PICTURE + b"\0" * (64 * 1024)
    await problem_of(await desk.api("POST", "/api/v1/media", data=data), 413, "too_large")


async def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked(desk: Desk) -> None:
    bomb = io.BytesIO()
    Image.new("1", (14_000, 14_000)).save(bomb, "PNG", optimize=True)
    answer = await desk.api("POST", "/api/v1/media", data=bomb.getvalue())
    assert answer.status in (413, 415), await answer.text()
