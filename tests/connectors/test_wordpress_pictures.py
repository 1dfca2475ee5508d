"""Pictures in a WordPress library: one of each, with their words, and none that may not be there."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from syndicate.connectors.suite.copy import Copy, accepted
from syndicate.connectors.suite.sendings import a_sending, an_update
from syndicate.connectors.suite.site import GivenPictures, connector_at, means
from tests.connectors.partners import partner
from tests.connectors.wordpress_site import AUTHOR, WordPressSite
from tests.connectors.wordpress_story import (
    PICTURES,
    PUBLISHED,
    RETRACTED,
    THREE,
    a_life,
    a_picture,
    an_image,
    names,
    the_post,
    uploads,
    with_images,
)


async def test_a_picture_stands_in_the_library_with_its_caption_credit_and_alt_text() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(a_sending(article={"images": [an_image("lead")]}))
    (media,) = site.media.values()
    words = [media[key] for key in ("title", "caption", "alt_text", "description")]
    assert words == ["The lead", "The lead Photo: lead", "A lead", "Photo: lead"]
    assert (media["post"], the_post(site)["featured_media"]) == (the_post(site)["id"], media["id"])


async def test_readers_see_a_post_only_once_its_pictures_are_there() -> None:
    site = WordPressSite(capabilities=AUTHOR)
    async with a_life(site) as life:
        await life.until_accepted(PUBLISHED)
    assert the_post(site)["status"] == "publish"
    assert [media["post_was"] for media in site.media.values()] == ["draft"] * 3


async def test_the_same_picture_under_another_address_is_not_uploaded_again() -> None:
    site = WordPressSite()
    moved = an_image("lead", url=f"{a_picture('lead').url}?v=2")
    pictures = GivenPictures({**PICTURES, moved["url"]: a_picture("lead")})
    async with partner(site.behave) as site.server, means(pictures=pictures) as made:
        copy = Copy(connector_at(site, made))
        accepted(await copy.send(a_sending(article={"images": [an_image("lead")]})))
        accepted(await copy.send(with_images(moved)))
    assert names(site) == ["lead"]
    (media,) = site.media.values()
    assert media["source_url"] in the_post(site)["content"]


async def test_two_articles_with_one_picture_have_one_each() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(a_sending(article={"images": [an_image("lead")]}))
        bridge = {"id": "tag:harbour.example,2026:bridge", "slug": "bridge", "images": [an_image("lead")]}
        life.copy = Copy(life.connector)
        await life.until_accepted(a_sending(article=bridge, slug="bridge"))
        await life.until_accepted(an_update("Bridge", article={**bridge, "images": []}, slug="bridge"))
    assert names(site) == ["lead"]


async def test_a_picture_that_leaves_the_article_leaves_the_library() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(PUBLISHED)
        await life.until_accepted(with_images(an_image("quay")))
        assert names(site) == ["quay"]
        assert site.media[the_post(site)["featured_media"]]["data"] == b"the picture quay"
        await life.until_accepted(with_images(revision=3))
    assert (names(site), the_post(site)["featured_media"]) == ([], 0)


async def test_words_that_change_are_changed_in_place() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(PUBLISHED)
        changed = an_image("crew", credit="Photo: somebody else")
        await life.until_accepted(with_images(*THREE[:2], changed))
    assert uploads(site) == 3
    assert "Photo: somebody else" in {media["description"] for media in site.media.values()}


async def test_pictures_that_are_linked_are_not_uploaded() -> None:
    site = WordPressSite()
    async with a_life(site, profile={"pictures": "hotlink"}) as life:
        await life.until_accepted(PUBLISHED)
    assert not site.media
    assert a_picture("crew").url in the_post(site)["content"]


@pytest.mark.parametrize(("wish", "left"), [("keep", ["crew", "lead", "quay"]), ("delete", [])])
async def test_the_pictures_of_a_withdrawn_article_stay_or_go_as_the_partner_wants(wish: str, left: list[str]) -> None:
    site = WordPressSite(extra={"retracted_pictures": wish})
    async with a_life(site) as life:
        await life.until_accepted(PUBLISHED)
        await life.until_accepted(RETRACTED)
        assert names(site) == left
        await life.until_accepted(a_sending(article={"images": THREE}, revision=4))
    assert names(site) == ["crew", "lead", "quay"]


async def test_a_post_that_editors_there_took_down_is_not_shown_by_an_update() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(PUBLISHED)
        the_post(site)["status"] = "private"
        await life.until_accepted(with_images(*THREE))
    assert the_post(site)["status"] == "private"


async def test_addresses_of_pictures_that_left_are_not_remembered() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(PUBLISHED)
        await life.until_accepted(with_images(an_image("quay")))
        assert list(life.copy.remote["digests"]) == [a_picture("quay").url]


async def test_each_picture_says_which_attachment_it_is_so_that_phones_get_a_smaller_one() -> None:
    site = WordPressSite(capabilities=AUTHOR)
    async with a_life(site) as life:
        await life.until_accepted(PUBLISHED)
    for media in site.media.values():
        assert f'src="{media["source_url"]}"' in the_post(site)["content"]
        assert f'class="wp-image-{media["id"]}"' in the_post(site)["content"]


async def test_a_picture_between_paragraphs_is_a_block_as_the_sites_own_editor_writes_it() -> None:
    site = WordPressSite(capabilities=AUTHOR)
    story = {
        "images": [an_image("lead"), an_image("quay")],
        "body_html": f'<p>At <img src="{a_picture("quay").url}"></p>',
    }
    async with a_life(site) as life:
        await life.until_accepted(a_sending(article=story))
    lead = site.media[the_post(site)["featured_media"]]
    figure = (
        f'<!-- wp:image {{"id":{lead["id"]},"sizeSlug":"full"}} -->\n<figure class="wp-block-image size-full">'
        f'<img src="{lead["source_url"]}" alt="A lead" class="wp-image-{lead["id"]}">'
        '<figcaption class="wp-element-caption">The lead <cite>Photo: lead</cite></figcaption></figure>\n'
        "<!-- /wp:image -->"
    )
    content = the_post(site)["content"]
    assert content.count(figure) == 1
    assert content.count("<!-- wp:") == content.count("<!-- /wp:")
    assert re.sub(r"<!-- wp:(\w+).*?<!-- /wp:\1 -->", "", content, flags=re.DOTALL).strip() == ""


async def test_another_file_under_the_same_address_takes_the_place_of_the_first() -> None:
    site = WordPressSite()
    first, second = a_picture("lead"), replace(a_picture("quay"), url=a_picture("lead").url)
    pictures = GivenPictures({first.url: first})
    async with partner(site.behave) as site.server, means(pictures=pictures) as made:
        copy = Copy(connector_at(site, made))
        accepted(await copy.send(a_sending(article={"images": [an_image("lead", length=16)]})))
        pictures.files[first.url] = second
        accepted(await copy.send(with_images(an_image("lead", length=17))))
        accepted(await copy.send(with_images(an_image("lead", length=17), revision=3)))
    assert names(site) == ["quay"]
    assert (uploads(site), the_post(site)["featured_media"]) == (2, next(iter(site.media)))
