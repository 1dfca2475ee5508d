"""Records that go to a partner as the store keeps them, without being read as articles first."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syndicate.model.article import Article
from syndicate.model.declarations import PartnerDeclaration, RightsRule
from syndicate.policy.rights import goes_as_it_is
from syndicate.render.event import outgoing, outgoing_plain
from tests.builders import NOON, a_publisher, an_article, an_image


def a_partner(**changes: Any) -> PartnerDeclaration:
    return PartnerDeclaration.model_validate({"name": "gazette"} | changes)


def kept(article: Article) -> dict[str, Any]:
    """Return the JSON form that the store keeps."""
    form: dict[str, Any] = json.loads(article.model_dump_json(by_alias=True, exclude_none=True))
    return form


PLAIN = an_article(images=[an_image()], related=[{"title": "T", "url": "https://harbour.example/t"}], keywords=["a"])


@pytest.mark.parametrize("article", [PLAIN, an_article(), an_article(source=None, url=None)])
def test_a_record_that_goes_as_it_is_leaves_like_the_article_it_says(article: Article) -> None:
    assert goes_as_it_is(kept(article), a_partner(), ())
    assert outgoing_plain(kept(article), a_publisher(), slug="ferry") == outgoing(article, a_publisher()).wire()


@pytest.mark.parametrize(
    "article",
    [
        an_article(rights={"copyright": "C"}),
        an_article(expires_at=NOON),
        an_article(images=[an_image(rights={"deny_partners": ["other"]})]),
        an_article(related=[{"title": "T", "url": "https://h.example/", "image": an_image(rights={"copyright": "C"})}]),
    ],
)
def test_a_record_with_rights_is_read_before_it_goes(article: Article) -> None:
    assert not goes_as_it_is(kept(article), a_partner(), ())


@pytest.mark.parametrize("profile", [{"content": "summary"}, {"content": 1}, {"images": "lead"}, {"images": "none"}])
def test_a_profile_that_cuts_is_honoured(profile: dict[str, object]) -> None:
    assert not goes_as_it_is(an_article().wire(), a_partner(profile=profile), ())


def test_a_licence_that_the_partner_lacks_is_looked_at() -> None:
    rules = (RightsRule(name="ap", credits=("AP",)),)
    assert not goes_as_it_is(an_article().wire(), a_partner(), rules)
    assert goes_as_it_is(an_article().wire(), a_partner(licences=["AP"]), rules)
