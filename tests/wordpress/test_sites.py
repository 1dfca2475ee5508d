"""WordPress as partners have it: lesser accounts, plain addresses, editors who move and delete what we sent."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicate.actions.leases import next_due
from syndicate.actions.retract import restore, retract
from tests.faults.proxy import Fault
from tests.papers import put
from tests.pictures import a_jpeg
from tests.wordpress.cuts import a_desk
from tests.wordpress.site import WordPress
from tests.wordpress.stories import FERRY, a_story, served

pytestmark = pytest.mark.system


@pytest.fixture
def root(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "ferry.jpg").write_bytes(a_jpeg(480, 320, "navy"))
    with served(tmp_path) as root:
        yield root


@pytest.fixture
def lesser(wordpress: WordPress, request: pytest.FixtureRequest) -> Iterator[WordPress]:
    """Make the account one of the role that the test names."""
    change = "get_user_by('login', 'syndicate')->set_role('{}'); return 1;"
    wordpress.run(change.format(request.param))
    yield wordpress
    wordpress.run(change.format("editor"))


@pytest.fixture
def plain(wordpress: WordPress) -> Iterator[WordPress]:
    """Leave the site without pretty addresses."""
    change = "update_option('permalink_structure', '{}'); flush_rewrite_rules(); return 1;"
    wordpress.run(change.format(""))
    yield wordpress
    wordpress.run(change.format("/%postname%/"))


def posts(site: WordPress) -> list[tuple[str, str]]:
    code = (
        "return array_map(fn ($post) => [$post->post_status, $post->post_title], get_posts(['post_type' => 'post',"
        " 'numberposts' => -1, 'post_status' => ['publish', 'pending', 'draft', 'trash']]));"
    )
    return [(status, title) for status, title in site.run(code)]


@pytest.mark.parametrize("lesser", ["author"], indirect=True)
async def test_an_account_whose_html_is_filtered_gets_one_post_through_every_cut(
    lesser: WordPress, root: str, tmp_path: Path
) -> None:
    async with a_desk(tmp_path / "paper", lesser, Fault.UNANSWERED) as desk:
        await put(desk.service, **a_story(root, ["ferry.jpg"]))
        await desk.deliver()
        await retract(desk.service.office, FERRY, reason="wrong", public_note=None, actor="test")
        await desk.deliver()
        assert await asyncio.to_thread(posts, lesser) == [("trash", "New ferry sails on time")]
        await restore(desk.service.office, FERRY, actor="test")
        await desk.deliver()
    assert await asyncio.to_thread(posts, lesser) == [("publish", "New ferry sails on time")]


@pytest.mark.parametrize("lesser", ["contributor"], indirect=True)
async def test_a_contributor_gets_its_story_before_the_editors(lesser: WordPress, root: str, tmp_path: Path) -> None:
    options = 'status = "pending"\n[partners.gazette.profile]\npictures = "hotlink"\n'
    async with a_desk(tmp_path / "paper", lesser, Fault.UNANSWERED, options=options) as desk:
        await put(desk.service, **a_story(root, ["ferry.jpg"]))
        await desk.deliver()
        await put(desk.service, **a_story(root, ["ferry.jpg"], title="Changed"))
        await desk.deliver()
    assert await asyncio.to_thread(posts, lesser) == [("pending", "Changed")]


async def test_a_site_with_plain_addresses_is_found_too(plain: WordPress, root: str, tmp_path: Path) -> None:
    async with a_desk(tmp_path / "paper", plain, None) as desk:
        await put(desk.service, **a_story(root, ["ferry.jpg"]))
        await desk.deliver()
    assert await asyncio.to_thread(posts, plain) == [("publish", "New ferry sails on time")]


@pytest.mark.parametrize(
    ("done_there", "left"),
    [("wp_trash_post", [("trash", "Changed")]), ("wp_delete_post", [])],
)
async def test_what_editors_there_threw_away_an_update_does_not_bring_back(
    done_there: str, left: list[tuple[str, str]], wordpress: WordPress, root: str, tmp_path: Path
) -> None:
    async with a_desk(tmp_path / "paper", wordpress, None) as desk:
        await put(desk.service, **a_story(root, ["ferry.jpg"]))
        await desk.deliver()
        force = ", true" if done_there == "wp_delete_post" else ""
        wordpress.run(f"return {done_there}(get_posts()[0]->ID{force})->ID;")
        await put(desk.service, **a_story(root, ["ferry.jpg"], title="Changed"))
        await desk.deliver()
    assert await asyncio.to_thread(posts, wordpress) == left


async def test_what_editors_there_changed_about_a_post_stays(wordpress: WordPress, root: str, tmp_path: Path) -> None:
    async with a_desk(tmp_path / "paper", wordpress, None) as desk:
        await put(desk.service, **a_story(root, ["ferry.jpg"]))
        await desk.deliver()
        wordpress.run(
            "return wp_update_post(['ID' => get_posts()[0]->ID, 'post_name' => 'ours', 'post_category' => [1]]);"
        )
        await put(desk.service, **a_story(root, ["ferry.jpg"], title="Changed"))
        await desk.deliver()
    [post] = wordpress.posts()
    assert (post["title"]["raw"], post["slug"], post["categories"]) == ("Changed", "ours", [1])


@pytest.mark.parametrize(
    "theirs",
    [
        {"status": "future", "date_gmt": "2099-01-02T03:04:05"},
        {"status": "publish", "date_gmt": "2020-01-02T03:04:05", "password": "sesame"},
        {"status": "private"},
    ],
)
async def test_what_editors_there_put_off_or_locked_stays_so(
    theirs: dict[str, str], wordpress: WordPress, root: str, tmp_path: Path
) -> None:
    async with a_desk(tmp_path / "paper", wordpress, None) as desk:
        await put(desk.service, **a_story(root, ["ferry.jpg"]))
        await desk.deliver()
        [post] = await asyncio.to_thread(wordpress.posts)
        await asyncio.to_thread(wordpress.rest, f"posts/{post['id']}", "POST", theirs)
        await put(desk.service, **a_story(root, ["ferry.jpg"], title="Changed"))
        await desk.deliver()
    [post] = wordpress.posts()
    assert post["title"]["raw"] == "Changed"
    assert {key: post[key] for key in theirs} == theirs


@pytest.mark.parametrize("lesser", ["contributor"], indirect=True)
async def test_a_published_post_that_the_account_cannot_change_is_not_called_taken_down(
    lesser: WordPress, root: str, tmp_path: Path
) -> None:
    options = 'status = "pending"\n[partners.gazette.profile]\npictures = "hotlink"\n'
    async with a_desk(tmp_path / "paper", lesser, None, options=options) as desk:
        await put(desk.service, **a_story(root, ["ferry.jpg"]))
        await desk.deliver()
        lesser.run("return wp_publish_post(get_posts(['post_status' => 'pending'])[0]->ID);")
        await retract(desk.service.office, FERRY, reason="wrong", public_note=None, actor="test")
        assert await desk.try_once() == 1
        assert await next_due(desk.service.office) is not None
    assert await asyncio.to_thread(posts, lesser) == [("publish", "New ferry sails on time")]


async def test_phones_are_offered_smaller_sizes_of_every_picture(
    wordpress: WordPress, root: str, tmp_path: Path
) -> None:
    async with a_desk(tmp_path / "paper", wordpress, None) as desk:
        await put(desk.service, **a_story(root, ["ferry.jpg"]))
        await desk.deliver()
    [post] = wordpress.posts()
    _, page = wordpress.page(post["link"].removeprefix(wordpress.url))
    assert re.search(r'<img [^>]*srcset="[^"]*-300x200.jpg 300w', page)


async def test_a_story_of_now_is_shown_at_once_where_the_sites_clock_is_behind(
    wordpress: WordPress, root: str, tmp_path: Path
) -> None:
    now = datetime.now(UTC) + timedelta(minutes=20)
    async with a_desk(tmp_path / "paper", wordpress, None, now=now) as desk:
        await put(desk.service, **a_story(root, ["ferry.jpg"], published_at=now.isoformat()))
        await desk.deliver()
    assert await asyncio.to_thread(posts, wordpress) == [("publish", "New ferry sails on time")]
