"""Pictures that are late, refused, lost on the way or deleted there: an article is not lost for one."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from syndicate.clock import FixedClock
from syndicate.connectors.means import NoPicture, PictureFile
from syndicate.connectors.suite.copy import Copy, accepted, refused
from syndicate.connectors.suite.sendings import NOW, a_retraction, a_sending
from syndicate.connectors.suite.site import GivenPictures, connector_at, means
from syndicate.connectors.wordpress.ledger import UNCLEAR
from tests.connectors.partners import partner
from tests.connectors.wordpress_faults import Fault
from tests.connectors.wordpress_site import CONTRIBUTOR, WordPressSite
from tests.connectors.wordpress_story import (
    PICTURES,
    PUBLISHED,
    THREE,
    a_life,
    a_picture,
    names,
    the_post,
    uploads,
    with_images,
)


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


async def test_a_picture_whose_address_is_known_is_not_fetched_again() -> None:
    site = WordPressSite()
    pictures = Scarce()
    async with partner(site.behave) as site.server, means(pictures=pictures) as made:
        copy = Copy(connector_at(site, made))
        accepted(await copy.send(a_sending(article={"images": THREE})))
        accepted(await copy.send(with_images(*THREE)))
    assert len(pictures.asked) == 3


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
        async with means(pictures=GivenPictures(life_pictures), clock=life.clock.now) as made:
            life.copy = Copy(connector_at(site, made))
            outcome = await life.until_accepted(PUBLISHED)
    assert "rest_upload_sideload_error" in outcome.answer
    assert names(site) == ["crew", "quay"]


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


async def test_a_copy_that_was_deleted_comes_back_with_the_pictures_that_are_left() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(PUBLISHED)
        await life.until_accepted(a_retraction())
        site.posts.clear()
        await life.until_accepted(a_sending(article={"images": THREE}, revision=4))
    assert names(site) == ["crew", "lead", "quay"]
    assert {media["post"] for media in site.media.values()} == {the_post(site)["id"]}


async def test_another_delivery_waits_for_an_upload_that_may_still_be_under_way() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        site.faults = {7: Fault.DROPPED}
        refused(await life.copy.send(PUBLISHED))
        outcome = refused(await life.copy.send(with_images(*THREE)))
        assert (outcome.reason, outcome.retry_after) == ("an earlier upload may still be under way", UNCLEAR)
        await life.until_accepted(with_images(*THREE))
    assert names(site) == ["crew", "lead", "quay"]


async def test_sixty_pictures_come_in_as_many_attempts_as_they_need_and_nothing_piles_up() -> None:
    site = WordPressSite()
    files = {}
    for number in range(60):
        data = f"the picture p{number}".encode()
        url = f"https://harbour.example/media/p{number}.jpg"
        files[url] = replace(a_picture("lead"), url=url, data=data, digest=hashlib.sha256(data).hexdigest())
    images = [{"url": url, "caption": f"Caption {url}", "alt": "A picture"} for url in files]
    clock = FixedClock(NOW)
    async with partner(site.behave) as site.server, means(pictures=GivenPictures(files), clock=clock.now) as made:
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
