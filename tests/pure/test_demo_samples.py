"""The demo's newspaper: valid records, truthful pictures, no loose ends."""

from __future__ import annotations

import re
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicate.demo.samples import picture_files, sample_articles
from syndicate.model.article import Article, Audience, Image
from syndicate.policy.identity import slug_from

BASE = "http://127.0.0.1:8080/demo/pictures"
NOW = datetime(2026, 3, 4, 12, 0, 42, tzinfo=UTC)
RECORDS = sample_articles(BASE, NOW)
ARTICLES = tuple(Article.model_validate(record) for record in RECORDS)
IMAGES = [image for article in ARTICLES for image in article.images]

every_article = pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.title)
every_image = pytest.mark.parametrize("image", IMAGES, ids=lambda image: Path(image.url).stem)


def jpeg_size(content: bytes) -> tuple[int, int]:
    """Read width and height from the frame header (ITU T.81, B.2.2), without the library that the records use."""
    at = 2
    while True:
        marker, length = struct.unpack(">HH", content[at : at + 4])
        if marker in (0xFFC0, 0xFFC1, 0xFFC2):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + length


def published(article: Article) -> datetime:
    assert article.published_at is not None
    return article.published_at


def the_one(articles: list[Article]) -> Article:
    assert len(articles) == 1
    return articles[0]


def words(article: Article) -> int:
    return len(re.sub(r"<[^>]+>", " ", article.body_html or "").split())


def placed(article: Article) -> list[str]:
    return re.findall(r'<img src="([^"]+)">', article.body_html or "")


@every_image
def test_every_picture_has_a_caption_a_credit_and_an_alternative_text(image: Image) -> None:
    assert image.caption
    assert image.credit
    assert image.alt
    assert image.alt != image.caption


@every_image
def test_type_size_and_length_of_a_picture_are_those_of_its_file(image: Image) -> None:
    content = picture_files()[image.url.removeprefix(f"{BASE}/")].read_bytes()
    assert (image.width, image.height) == jpeg_size(content)
    assert (image.type, image.length) == ("image/jpeg", len(content))


def test_every_picture_file_is_used_once_and_none_is_missing() -> None:
    assert sorted(Path(image.url).name for image in IMAGES) == list(picture_files())


def test_pictures_are_light_enough_to_live_in_the_repository() -> None:
    sizes = [path.stat().st_size for path in picture_files().values()]
    assert max(sizes) <= 200_000
    assert sum(sizes) <= 4_000_000


@every_article
def test_an_article_is_complete_and_of_readable_length(article: Article) -> None:
    required = (article.kicker, article.summary, article.byline, article.authors, article.categories, article.keywords)
    assert all(required)
    assert 150 <= words(article) <= 500
    assert 1 <= len(article.images) <= 8


@every_article
def test_pictures_placed_in_the_body_are_pictures_of_the_article(article: Article) -> None:
    assert set(placed(article)) <= {image.url for image in article.images}


@every_article
def test_the_front_page_is_fresh_and_nothing_lies_ahead(article: Article) -> None:
    assert NOW - timedelta(hours=48) < published(article) < NOW
    assert published(article) <= (article.updated_at or published(article)) < NOW


def test_times_move_with_the_clock_and_nothing_else_does() -> None:
    later = sample_articles(BASE, NOW + timedelta(days=3))
    for then, now in zip(RECORDS, later, strict=True):
        assert Article.model_validate(now).published_at == published(Article.model_validate(then)) + timedelta(days=3)
        assert without_times(now) == without_times(then)


def without_times(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key not in ("published_at", "updated_at")}


def test_articles_come_oldest_first_and_their_ids_and_titles_differ() -> None:
    assert [published(article) for article in ARTICLES] == sorted(published(article) for article in ARTICLES)
    assert len({article.id for article in ARTICLES}) == len({article.title for article in ARTICLES}) == len(ARTICLES)


def test_a_slash_at_the_end_of_the_base_changes_nothing() -> None:
    assert sample_articles(f"{BASE}/", NOW) == RECORDS


def test_links_between_articles_lead_to_articles() -> None:
    slugs = {slug_from(article.title, taken=lambda _: False) for article in ARTICLES}
    links = [link.url for article in ARTICLES for link in article.related]
    links += [article.comments.url for article in ARTICLES if article.comments]
    assert {link.removeprefix("http://127.0.0.1:8080/articles/").partition("#")[0] for link in links} <= slugs
    assert links


def test_one_story_came_from_the_skerry_herald() -> None:
    copied = the_one([article for article in ARTICLES if article.source])
    assert copied.source is not None
    assert copied.source.name == "The Skerry Herald"


def test_one_story_is_for_partners_only() -> None:
    assert the_one([article for article in ARTICLES if article.audience is Audience.PARTNERS]).editor_note


def test_one_story_is_corrected_after_it_was_published() -> None:
    corrected = the_one([article for article in ARTICLES if article.correction])
    assert corrected.updated_at is not None
    assert corrected.updated_at > published(corrected)


def test_the_gallery_places_its_eight_pictures_in_the_body_in_order() -> None:
    gallery = the_one([article for article in ARTICLES if len(article.images) == 8])
    assert placed(gallery) == [image.url for image in gallery.images]


def test_an_attached_picture_tells_its_true_length() -> None:
    attached = the_one([article for article in ARTICLES if article.attachments]).attachments[0]
    path = picture_files()[attached.url.removeprefix(f"{BASE}/")]
    assert (attached.type, attached.length) == ("image/jpeg", path.stat().st_size)


def test_an_agency_has_pictures_that_need_its_licence() -> None:
    licensed = {image.credit for image in IMAGES if image.rights}
    assert licensed == {"© Northlight Agency"}
