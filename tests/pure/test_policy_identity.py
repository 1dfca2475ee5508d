"""Slugs, minted ids and content hashes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.model.addresses import normalise_uri
from syndicate.model.article import Article
from syndicate.model.declarations import SLUG
from syndicate.policy.identity import authority_of, content_hash, mint_id, slug_from
from tests.builders import NOON, an_article, an_image


def slug(title: str, *taken: str) -> str:
    return slug_from(title, taken=lambda candidate: candidate in taken)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("New ferry sails on time", "new-ferry-sails-on-time"),
        ("Été à l’Île — “quoted”", "ete-a-lile-quoted"),
        ("It's late", "its-late"),
        ("It’s late", "its-late"),
        ("Новый паром", "novyi-parom"),
        ("…!?", "story"),
        ("", "story"),
        ("word " * 40, "-".join(["word"] * 16)),
        ("x" * 200, "x" * 80),
    ],
)
def test_a_slug_is_made_of_the_title(title: str, expected: str) -> None:
    assert slug(title) == expected


def test_a_slug_that_is_taken_gets_a_number() -> None:
    assert slug("Ferry", "ferry") == "ferry-2"
    assert slug("Ferry", "ferry", "ferry-2", "ferry-3") == "ferry-4"
    assert slug("x" * 80, "x" * 80) == "x" * 78 + "-2"


@given(st.text(max_size=200), st.integers(0, 12))
def test_every_title_gets_a_free_slug_that_may_stand_in_an_address(title: str, collisions: int) -> None:
    taken: set[str] = set()
    for _ in range(collisions + 1):
        found = slug_from(title, taken=taken.__contains__)
        assert SLUG.fullmatch(found)
        assert found not in taken
        taken.add(found)


def test_a_minted_id_is_a_tag_uri_dated_in_utc() -> None:
    at = datetime(2026, 3, 5, 1, 0, tzinfo=timezone(timedelta(hours=5)))
    assert mint_id("harbour.example", at=at, nonce="a1b2") == "tag:harbour.example,2026-03-04:a1b2"


@given(st.text(min_size=1, max_size=20).filter(lambda text: text.isprintable()))
def test_a_minted_id_is_stored_as_it_was_minted(nonce: str) -> None:
    minted = mint_id("harbour.example", at=NOON, nonce=nonce)
    assert normalise_uri(minted) == minted


@pytest.mark.parametrize(
    ("base_url", "contact", "authority"),
    [
        ("https://News.Harbour.example:8443/paper", "desk@other.example", "news.harbour.example"),
        ("http://127.0.0.1:8080", "syndication@example.org", "example.org"),
        ("http://[::1]:8080", "Desk <desk@Harbour.example>", "harbour.example"),
        ("http://localhost:8080", "desk@localhost", "syndicate.invalid"),
        ("http://localhost:8080", "", "syndicate.invalid"),
        ("https://xn--bcher-kva.example", "", "xn--bcher-kva.example"),
        ("http://under_score.example", "call us", "syndicate.invalid"),
    ],
)
def test_ids_are_minted_under_a_name_the_publisher_owns(base_url: str, contact: str, authority: str) -> None:
    assert authority_of(base_url, contact) == authority


def hash_of(**changes: Any) -> str:
    return content_hash(an_article(**changes))


def test_what_the_service_sets_is_no_content() -> None:
    assert hash_of() == hash_of(revision=7, seq=99, slug="other", status="retracted", provenance=[])
    assert hash_of() == hash_of(corrections=[{"note": "The ferry left at ten.", "at": NOON}])


@pytest.mark.parametrize(
    "change",
    [
        {"title": "New ferry sails late"},
        {"summary": None},
        {"images": [an_image(1)]},
        {"categories": ["Harbour", "World"]},
        {"updated_at": NOON},
        {"extensions": {"desk": 1}},
        {"correction": "The ferry left at ten."},
        {"rights": {"territories": ["GB"]}},
    ],
)
def test_what_the_publisher_changes_is_another_content(change: dict[str, Any]) -> None:
    assert hash_of() != hash_of(**change)


def test_the_order_of_pictures_is_content_and_the_order_of_keys_is_not() -> None:
    one, two = an_image(1), an_image(2)
    assert hash_of(images=[one, two]) != hash_of(images=[two, one])
    assert hash_of(extensions={"a": 1, "b": 2}) == hash_of(extensions={"b": 2, "a": 1})


def test_one_instant_written_in_two_ways_is_the_same_and_in_two_zones_is_not() -> None:
    assert hash_of(published_at="2026-03-04T10:00:00Z") == hash_of(published_at="2026-03-04T10:00:00.000+00:00")
    assert hash_of(published_at="2026-03-04T10:00:00Z") != hash_of(published_at="2026-03-04T11:00:00+01:00")
    in_zone = hash_of(published_at="2026-03-04T05:00:00-05:00[America/New_York]")
    assert in_zone == hash_of(published_at="2026-03-04T10:00:00Z[America/New_York]")
    assert in_zone != hash_of(published_at="2026-03-04T05:00:00-05:00")


def test_an_empty_list_and_an_absent_key_are_the_same() -> None:
    assert hash_of(keywords=[]) == hash_of()


@given(st.text(max_size=40), st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1)))  # noqa: DTZ001  # made aware below
def test_a_record_read_back_has_the_hash_it_was_written_with(text: str, time: datetime) -> None:
    article = an_article(summary=text, updated_at=time.replace(tzinfo=UTC), extensions={"note": text})
    assert content_hash(Article.model_validate(article.wire())) == content_hash(article)
