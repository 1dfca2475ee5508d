"""The network is cut at every step of a story's life at a real WordPress: there is one post, and each picture once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syndicate.actions.retract import restore, retract
from tests.faults.proxy import Fault
from tests.papers import put
from tests.pictures import a_jpeg
from tests.wordpress.cuts import Desk, a_desk
from tests.wordpress.site import WordPress
from tests.wordpress.stories import PICTURES, a_story, fourteen, seed_story, served

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

CUTS = [fault for fault in Fault if fault is not Fault.LATE]
COLOURS = ("navy", "teal", "olive", "maroon")


async def there(site: WordPress) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    return await asyncio.to_thread(site.posts), await asyncio.to_thread(site.media)


async def live(desk: Desk, story: dict[str, Any], site: WordPress) -> None:
    """Lead a story through its life, and see after each phase that there is one copy of everything."""
    many = len(story["images"])
    await put(desk.service, **story)
    await desk.deliver()
    # The API is found, the post and each picture made, the post filled.
    assert desk.cuts.cut >= 3 + many
    posts, media = await there(site)
    assert ([post["status"] for post in posts], len(media)) == (["publish"], many)
    ids = {each["id"] for each in media}
    story["images"][1]["caption"] = "A better caption"
    await put(desk.service, **story | {"title": "Another title", "correction": "It left at ten."})
    await desk.deliver()
    await retract(desk.service.office, story["id"], reason="wrong", public_note=None, actor="test")
    await desk.deliver()
    assert [post["status"] for post in (await there(site))[0]] == ["trash"]
    await restore(desk.service.office, story["id"], actor="test")
    await desk.deliver()
    [post], media = await there(site)
    assert (post["id"], post["status"], post["link"]) == (posts[0]["id"], "publish", posts[0]["link"])
    assert post["title"]["raw"] == "Another title"
    assert {each["id"] for each in media} == ids
    assert [each["post"] for each in media] == [post["id"]] * many
    assert post["featured_media"] == media[0]["id"]


@pytest.fixture
def four(tmp_path: Path) -> Iterator[tuple[str, list[str]]]:
    """Serve four pictures; yields where, and their names."""
    for colour in COLOURS:
        (tmp_path / f"{colour}.jpg").write_bytes(a_jpeg(480, 320, colour))
    with served(tmp_path) as root:
        yield root, [f"{colour}.jpg" for colour in COLOURS]


@pytest.mark.parametrize("fault", CUTS)
async def test_however_the_network_is_cut_there_is_one_copy_of_everything(
    fault: Fault, wordpress: WordPress, four: tuple[str, list[str]], tmp_path: Path
) -> None:
    async with a_desk(tmp_path / "paper", wordpress, fault) as desk:
        await live(desk, a_story(*four), wordpress)


@pytest.mark.parametrize("fault", [Fault.UNSENT, Fault.ABANDONED])
async def test_wherever_the_service_is_killed_there_is_one_copy_of_everything(
    fault: Fault, wordpress: WordPress, four: tuple[str, list[str]], tmp_path: Path
) -> None:
    async with a_desk(tmp_path / "paper", wordpress, fault, kills=True) as desk:
        await live(desk, a_story(*four), wordpress)


@pytest.mark.parametrize("fault", [Fault.UNANSWERED])
async def test_fourteen_pictures_come_through_a_network_that_is_cut_at_every_step(
    fault: Fault, wordpress: WordPress, tmp_path: Path
) -> None:
    with served(PICTURES) as root:
        async with a_desk(tmp_path / "paper", wordpress, fault) as desk:
            await live(desk, seed_story(root) or a_story(root, fourteen()), wordpress)
