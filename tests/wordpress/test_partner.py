"""A story with fourteen pictures at a real WordPress: sent by a real service, corrected, withdrawn and restored."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.shop import Shop, a_shop, wait_until
from tests.wordpress.program import Program, a_program
from tests.wordpress.site import WordPress
from tests.wordpress.stories import FERRY, PICTURES, a_story, fourteen, seed_story, served

pytestmark = pytest.mark.system

ARRIVE_SECONDS = 60.0
PARTNER = """
[partners.gazette]
connector = "wordpress"
url = "{url}/"
user = "{user}"
password = "env:GAZETTE_PASSWORD"
"""


def a_publisher_of(site: WordPress, folder: Path, url: str | None = None) -> Shop:
    section = PARTNER.format(url=url or site.url, user=site.user)
    return a_shop(folder, section, GAZETTE_PASSWORD=site.password)


@pytest.fixture
def shop(wordpress: WordPress, tmp_path: Path) -> Iterator[Shop]:
    shop = a_publisher_of(wordpress, tmp_path / "shop")
    with shop.serving():
        yield shop


@pytest.fixture
def program(shop: Shop) -> Program:
    return a_program(shop)


@pytest.fixture
def pictures() -> Iterator[str]:
    with served(PICTURES) as root:
        yield root


def delivered(program: Program, number: int) -> None:
    """Wait until so many deliveries were taken."""

    def all_taken() -> bool:
        rows = program.items("/deliveries")
        assert {row["state"] for row in rows} <= {"waiting", "sending", "delivered"}, rows
        return [row["state"] for row in rows].count("delivered") == number

    wait_until(all_taken, ARRIVE_SECONDS)


def the_post(site: WordPress) -> dict[str, Any]:
    [post] = site.posts()
    return post


def test_a_story_with_fourteen_pictures_arrives_whole(program: Program, pictures: str, wordpress: WordPress) -> None:
    story = a_story(pictures, fourteen())
    program.put(story)
    delivered(program, 1)
    post, media = the_post(wordpress), wordpress.media()
    assert (post["status"], unescape(post["title"]["raw"])) == ("publish", story["title"])
    assert post["date_gmt"] == "2026-03-04T10:50:00"
    assert post["featured_media"] == media[0]["id"]
    assert len(media) == 14
    for image, found in zip(story["images"], media, strict=True):
        assert unescape(found["caption"]["raw"]) == f"{image['caption']} {image['credit']}"
        assert (found["alt_text"], found["post"]) == (image["alt"], post["id"])
        assert wordpress.ask(found["source_url"].removeprefix(wordpress.url))[1][:3] == b"\xff\xd8\xff"
    terms = [wordpress.rest(f"categories/{number}")[1]["name"] for number in post["categories"]]
    assert sorted(map(unescape, terms)) == ["Arts & Life", "Harbour"]


def test_readers_see_every_picture_with_its_words_and_where_the_story_comes_from(
    program: Program, pictures: str, wordpress: WordPress
) -> None:
    story = a_story(pictures, fourteen())
    program.put(story)
    delivered(program, 1)
    status, page = wordpress.page(the_post(wordpress)["link"].removeprefix(wordpress.url))
    assert status == 200
    shown = unescape(page)
    for image, found in zip(story["images"], wordpress.media(), strict=True):
        assert found["source_url"] in page
        assert shown.count(image["caption"]) == 1
        assert image["credit"] in shown
        assert f'alt="{image["alt"]}"' in page
    assert pictures not in page
    assert 'Posted on: <a href="https://harbour.example/ferry"' in page
    assert "<p></p>" not in page


def test_a_correction_a_withdrawal_and_a_return_change_the_one_post(
    program: Program, pictures: str, wordpress: WordPress
) -> None:
    story = a_story(pictures, fourteen())
    program.put(story)
    delivered(program, 1)
    first, files = the_post(wordpress), {each["id"] for each in wordpress.media()}
    story["images"][3]["caption"] = "A better caption"
    program.put(story | {"title": "New ferry sails late", "correction": "It left at ten."})
    delivered(program, 2)
    corrected = the_post(wordpress)
    assert (corrected["id"], corrected["title"]["raw"]) == (first["id"], "New ferry sails late")
    assert "It left at ten." in corrected["content"]["raw"]
    assert {each["id"] for each in wordpress.media()} == files
    assert wordpress.media()[3]["caption"]["raw"].startswith("A better caption")
    program.ask("DELETE", f"/articles/{FERRY}?reason=wrong")
    delivered(program, 3)
    assert the_post(wordpress)["status"] == "trash"
    assert wordpress.ask(first["link"].removeprefix(wordpress.url))[0] == 404
    program.ask("POST", f"/articles/{FERRY}/restore")
    delivered(program, 4)
    restored = the_post(wordpress)
    assert (restored["id"], restored["status"], restored["link"]) == (first["id"], "publish", first["link"])
    assert {each["id"] for each in wordpress.media()} == files


def test_the_seed_article_arrives_with_its_fourteen_captions(
    program: Program, pictures: str, wordpress: WordPress
) -> None:
    record = seed_story(pictures)
    if record is None:
        pytest.skip("the seed article is not here")
    program.put(record)
    delivered(program, 1)
    captions = [unescape(each["caption"]["raw"]) for each in wordpress.media()]
    assert len(captions) == 14
    assert all(image["caption"] in caption for image, caption in zip(record["images"], captions, strict=True))


def test_the_test_of_a_partner_says_what_the_account_may_not_do(
    shop: Shop, wordpress: WordPress, request: pytest.FixtureRequest
) -> None:
    assert shop.run("partners", "test", "gazette").status == 0
    wordpress.run(f"get_user_by('login', '{wordpress.user}')->set_role('contributor'); return 1;")
    request.addfinalizer(
        lambda: wordpress.run(f"get_user_by('login', '{wordpress.user}')->set_role('editor'); return 1;")
    )
    done = shop.run("partners", "test", "gazette")
    assert done.status == 1
    assert "publish_posts" in done.err
