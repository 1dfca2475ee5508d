"""Records that go to a partner as the store keeps them, without being read as articles first."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syndicate.model.article import Article
from syndicate.model.declarations import PartnerDeclaration, RightsRule
from syndicate.policy.rights import has_rights, takes_everything
from syndicate.render.event import is_plain, outgoing, outgoing_plain, outgoing_text, provenance_of
from syndicate.store.articles import dump
from tests.builders import NOON, a_publisher, an_article, an_image


def a_partner(**changes: Any) -> PartnerDeclaration:
    return PartnerDeclaration.model_validate({"name": "gazette"} | changes)


def kept(article: Article) -> dict[str, Any]:
    """Return the JSON form that the store keeps."""
    form: dict[str, Any] = json.loads(article.model_dump_json(by_alias=True, exclude_none=True))
    return form


PLAIN = an_article(images=[an_image()], related=[{"title": "T", "url": "https://harbour.example/t"}], keywords=["a"])
# Text that looks like keys: in the JSON its quotes are escaped.
QUOTING = an_article(
    source=None, summary='They wrote {"expires_at":1,"provenance":[]} on it', body_html="<p>ÅÄÖ “x”</p>"
)
WITH_RIGHTS = [
    an_article(rights={"copyright": "C"}),
    an_article(expires_at=NOON),
    an_article(images=[an_image(rights={"deny_partners": ["other"]})]),
    an_article(related=[{"title": "T", "url": "https://h.example/", "image": an_image(rights={"copyright": "C"})}]),
]


@pytest.mark.parametrize("article", [PLAIN, an_article(), an_article(source=None, url=None)])
def test_a_record_without_rights_leaves_like_the_article_it_says(article: Article) -> None:
    assert not has_rights(kept(article))
    assert outgoing_plain(kept(article), a_publisher(), slug="ferry") == outgoing(article, a_publisher()).wire()


@pytest.mark.parametrize(
    "article", [an_article(source=None), an_article(source=None, url=None), QUOTING], ids=["own", "no url", "quoting"]
)
def test_a_record_of_our_own_leaves_as_text_like_the_article_it_says(article: Article) -> None:
    stored = article.model_copy(update={"status": None, "seq": None})
    assert is_plain(dump(stored))
    text = outgoing_text(dump(stored), a_publisher(), slug="ferry", url=article.url, seq=7)
    left = outgoing(stored, a_publisher()).wire()
    chain = provenance_of(left, a_publisher())
    assert json.loads(text) == left | {"status": "published", "seq": 7, "provenance": chain}


@pytest.mark.parametrize("article", [*WITH_RIGHTS, an_article(), an_article(extensions={"status": "x"}, source=None)])
def test_a_record_with_rights_a_source_or_keys_of_ours_is_read_before_it_goes(article: Article) -> None:
    stored = article.model_copy(update={"status": None, "seq": None})
    assert not is_plain(dump(stored))


@pytest.mark.parametrize("article", WITH_RIGHTS)
def test_rights_are_seen_wherever_they_are(article: Article) -> None:
    assert has_rights(kept(article))


@pytest.mark.parametrize("profile", [{"content": "summary"}, {"content": 1}, {"images": "lead"}, {"images": "none"}])
def test_a_profile_that_cuts_is_honoured(profile: dict[str, object]) -> None:
    assert takes_everything(a_partner(), ())
    assert not takes_everything(a_partner(profile=profile), ())


def test_a_licence_that_the_partner_lacks_is_looked_at() -> None:
    rules = (RightsRule(name="ap", credits=("AP",)),)
    assert not takes_everything(a_partner(), rules)
    assert takes_everything(a_partner(licences=["AP"]), rules)
