"""Pictures in a WordPress library: one of each, with their words, and none that may not be there."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from typing import Any

import pytest

from syndicate.clock import FixedClock
from syndicate.connectors.means import NoPicture, PictureFile
from syndicate.connectors.suite.copy import Copy, accepted, refused
from syndicate.connectors.suite.sendings import NOW, a_retraction, a_sending, an_update
from syndicate.connectors.suite.site import connector_at, means
from syndicate.connectors.wordpress.ledger import UNCLEAR
from tests.connectors.partners import partner
from tests.connectors.wordpress_faults import Fault
from tests.connectors.wordpress_site import AUTHOR, CONTRIBUTOR, WordPressSite
from tests.connectors.wordpress_story import PICTURES, PUBLISHED, RETRACTED, THREE, a_life, a_picture, an_image


class Scarce:
    """Has the pictures of the story but for some: those that come later, and those that never do."""

    def __init__(self, *, late: frozenset[str] = frozenset(), never: frozenset[str] = frozenset()) -> None:
        self.late = late
        self.never = never
        self.asked: list[str] = []

    async def fetch(self, url: str) -> PictureFile | NoPicture:
        self.asked.append(url)
        if url in self.late | self.never:
            return NoPicture(url, "its server answered 500", permanent=url in self.never)
        return PICTURES[url.partition("?")[0]]


def the_post(site: WordPressSite) -> dict[str, Any]:
    (post,) = site.posts.values()
    return post


def names(site: WordPressSite) -> list[str]:
    return sorted(media["data"].decode().removeprefix("the picture ") for media in site.media.values())


def uploads(site: WordPressSite) -> int:
    return sum(1 for method, target in site.requests if method == "POST" and "/media?" in target)


def with_images(*images: dict[str, Any], revision: int = 2) -> Any:
    return an_update("New ferry sails", article={"images": list(images)}, revision=revision)


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
    pictures = Scarce()
    async with partner(site.behave) as site.server, means(pictures=pictures) as made:
        copy = Copy(connector_at(site, made))
        accepted(await copy.send(a_sending(article={"images": [an_image("lead")]})))
        moved = an_image("lead", url=f"{a_picture('lead').url}?v=2")
        accepted(await copy.send(with_images(moved)))
    assert names(site) == ["lead"]
    (media,) = site.media.values()
    assert media["source_url"] in the_post(site)["content"]


async def test_a_picture_whose_address_is_known_is_not_fetched_again() -> None:
    site = WordPressSite()
    pictures = Scarce()
    async with partner(site.behave) as site.server, means(pictures=pictures) as made:
        copy = Copy(connector_at(site, made))
        accepted(await copy.send(a_sending(article={"images": THREE})))
        accepted(await copy.send(with_images(*THREE)))
    assert len(pictures.asked) == 3


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


async def test_an_article_goes_without_a_picture_that_nobody_has() -> None:
    site = WordPressSite()
    never = frozenset({a_picture("quay").url})
    async with partner(site.behave) as site.server, means(pictures=Scarce(never=never)) as made:
        outcome = accepted(await Copy(connector_at(site, made)).send(PUBLISHED))
    assert "a picture cannot be had" in outcome.answer
    assert names(site) == ["crew", "lead"]
    assert "quay" not in the_post(site)["content"]


async def test_a_picture_that_is_late_is_waited_for_a_few_attempts_and_comes_with_the_next_revision() -> None:
    site = WordPressSite()
    pictures = Scarce(late=frozenset({a_picture("crew").url}))
    async with partner(site.behave) as site.server, means(pictures=pictures) as made:
        copy = Copy(connector_at(site, made))
        for _ in range(3):
            assert "cannot be had" in refused(await copy.send(PUBLISHED)).reason
        accepted(await copy.send(PUBLISHED))
        assert names(site) == ["lead", "quay"]
        pictures.late = frozenset()
        accepted(await copy.send(with_images(*THREE)))
    assert names(site) == ["crew", "lead", "quay"]


async def test_an_article_goes_without_a_picture_of_a_kind_that_the_site_does_not_take() -> None:
    site = WordPressSite()
    file = replace(a_picture("lead"), suffix="avif", type="image/avif")
    async with a_life(site) as life:
        life_pictures = {**PICTURES, file.url: file}
        async with means(pictures=_Given(life_pictures), clock=life.clock.now) as made:
            life.copy = Copy(connector_at(site, made))
            outcome = await life.until_accepted(PUBLISHED)
    assert "rest_upload_sideload_error" in outcome.answer
    assert names(site) == ["crew", "quay"]


class _Given:
    def __init__(self, files: dict[str, PictureFile]) -> None:
        self._files = files

    async def fetch(self, url: str) -> PictureFile | NoPicture:
        return self._files[url]


async def test_a_picture_that_was_deleted_there_is_uploaded_again() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(PUBLISHED)
        site.media.pop(the_post(site)["featured_media"])
        await life.until_accepted(with_images(*THREE))
    assert names(site) == ["crew", "lead", "quay"]
    assert site.media[the_post(site)["featured_media"]]["data"] == b"the picture lead"


async def test_an_upload_that_failed_over_its_smaller_sizes_is_finished() -> None:
    site = WordPressSite(breaks_sizes=True)
    async with a_life(site) as life:
        accepted(await life.copy.send(PUBLISHED))
    assert names(site) == ["crew", "lead", "quay"]
    assert all(media["processed"] for media in site.media.values())


async def test_an_account_that_may_upload_nothing_is_told_so() -> None:
    site = WordPressSite(capabilities=CONTRIBUTOR, extra={"status": "pending"})
    async with a_life(site) as life:
        outcome = refused(await life.copy.send(PUBLISHED))
    assert "400 rest_cannot_create: the account's role" in outcome.reason


async def test_a_featured_picture_that_the_site_dropped_in_silence_is_told() -> None:
    site = WordPressSite(featured=False)
    async with a_life(site) as life:
        outcome = await life.until_accepted(PUBLISHED)
    assert "did not take the lead picture" in outcome.answer


@pytest.mark.parametrize(("wish", "left"), [("keep", ["crew", "lead", "quay"]), ("delete", [])])
async def test_the_pictures_of_a_withdrawn_article_stay_or_go_as_the_partner_wants(wish: str, left: list[str]) -> None:
    site = WordPressSite(extra={"retracted_pictures": wish})
    async with a_life(site) as life:
        await life.until_accepted(PUBLISHED)
        await life.until_accepted(RETRACTED)
        assert names(site) == left
        await life.until_accepted(a_sending(article={"images": THREE}, revision=4))
    assert names(site) == ["crew", "lead", "quay"]


async def test_a_copy_that_was_deleted_comes_back_with_the_pictures_that_are_left() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(PUBLISHED)
        await life.until_accepted(a_retraction())
        site.posts.clear()
        await life.until_accepted(a_sending(article={"images": THREE}, revision=4))
    assert names(site) == ["crew", "lead", "quay"]
    assert {media["post"] for media in site.media.values()} == {the_post(site)["id"]}


async def test_a_post_that_editors_there_took_down_is_not_shown_by_an_update() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(PUBLISHED)
        the_post(site)["status"] = "private"
        await life.until_accepted(with_images(*THREE))
    assert the_post(site)["status"] == "private"


async def test_another_delivery_waits_for_an_upload_that_may_still_be_under_way() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        site.faults = {7: Fault.DROPPED}
        refused(await life.copy.send(PUBLISHED))
        outcome = refused(await life.copy.send(with_images(*THREE)))
        assert (outcome.reason, outcome.retry_after) == ("an earlier upload may still be under way", UNCLEAR)
        await life.until_accepted(with_images(*THREE))
    assert names(site) == ["crew", "lead", "quay"]


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
    pictures = _Given({first.url: first})
    async with partner(site.behave) as site.server, means(pictures=pictures) as made:
        copy = Copy(connector_at(site, made))
        accepted(await copy.send(a_sending(article={"images": [an_image("lead", length=16)]})))
        pictures._files[first.url] = second
        accepted(await copy.send(with_images(an_image("lead", length=17))))
        accepted(await copy.send(with_images(an_image("lead", length=17), revision=3)))
    assert names(site) == ["quay"]
    assert (uploads(site), the_post(site)["featured_media"]) == (2, next(iter(site.media)))


async def test_sixty_pictures_come_in_as_many_attempts_as_they_need_and_nothing_piles_up() -> None:
    site = WordPressSite()
    files = {}
    for number in range(60):
        data = f"the picture p{number}".encode()
        url = f"https://harbour.example/media/p{number}.jpg"
        files[url] = replace(a_picture("lead"), url=url, data=data, digest=hashlib.sha256(data).hexdigest())
    images = [{"url": url, "caption": f"Caption {url}", "alt": "A picture"} for url in files]
    clock = FixedClock(NOW)
    async with partner(site.behave) as site.server, means(pictures=_Given(files), clock=clock.now) as made:
        copy = Copy(connector_at(site, made))
        for end in (20, 45):
            # As after five minutes, the service cuts the attempt.
            site.faults = {len(site.requests) + end: Fault.DROPPED}
            assert refused(await copy.send(a_sending(article={"images": images}))).progressed
            clock.advance(UNCLEAR)
        accepted(await copy.send(a_sending(article={"images": images})))
        size = len(json.dumps(copy.remote))
        for revision in range(2, 12):
            changed = [{**image, "caption": f"Caption {revision}"} for image in images]
            accepted(await copy.send(with_images(*changed, revision=revision)))
        assert abs(len(json.dumps(copy.remote)) - size) < 20
    assert (len(names(site)), uploads(site)) == (60, 62)
