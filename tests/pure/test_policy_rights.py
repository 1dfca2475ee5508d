"""Rights: what of an article one partner may have."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from syndicate.model.article import Article
from syndicate.model.declarations import PartnerDeclaration, RightsRule
from syndicate.policy.rights import (
    NotAllowed,
    has_rights,
    next_change,
    refusal_for_partner,
    shape_for_partner,
    with_rights_at,
)
from syndicate.render.event import is_plain
from tests.builders import NOON, an_article, an_image

AP = RightsRule(name="ap", credits=("AP", "Associated Press"))
GETTY = RightsRule(name="getty", credits=("Getty Images",), licences=("Getty Editorial",))
LATER = NOON + timedelta(hours=1)


def a_partner(**changes: Any) -> PartnerDeclaration:
    return PartnerDeclaration.model_validate({"name": "gazette", "options": {}} | changes)


def shaped(article: Article, **partner: Any) -> Article:
    result = shape_for_partner(article, a_partner(**partner), (AP, GETTY), now=NOON)
    assert isinstance(result, Article)
    return result


def refusal(article: Article, **partner: Any) -> str:
    result = shape_for_partner(article, a_partner(**partner), (AP, GETTY), now=NOON)
    assert isinstance(result, NotAllowed)
    assert refusal_for_partner(article, a_partner(**partner), now=NOON) == result
    return result.reason


def numbers(article: Article) -> list[str]:
    return [image.url[-5] for image in article.images]


def test_an_article_nothing_restricts_goes_as_it_is() -> None:
    article = an_article(images=[an_image(1), an_image(2)], rights={"usage_terms": "Online"})
    assert shaped(article) is article


@pytest.mark.parametrize(
    "credit",
    ["AP", "© AP", "©AP", "ap", "AP/John Smith", "John Smith (AP)", "Associated  Press", "ASSOCIATEDPRESS", "AP_Photo"],
)
def test_a_picture_of_an_agency_goes_only_to_partners_that_hold_its_licence(credit: str) -> None:
    article = an_article(images=[an_image(1, credit=credit), an_image(2)])
    assert numbers(shaped(article)) == ["2"]
    assert numbers(shaped(article, licences=["getty"])) == ["2"]
    assert shaped(article, licences=["AP"]) is article


@pytest.mark.parametrize("where", ["a picture of the story", "a picture of a related story"])
def test_a_picture_that_must_not_go_gets_to_nobody_by_a_link(where: str) -> None:
    pictures: dict[str, Any] = {"images": [an_image(1, credit="AP"), an_image(2)]}
    if where != "a picture of the story":
        related = {"title": "Old ferry", "url": "https://harbour.example/old", "image": an_image(1, credit="AP")}
        pictures = {"images": [an_image(2)], "related": [related]}
    links = "".join(f'<p><a href="{an_image(number).url}">Picture {number}</a></p>' for number in (1, 2))
    article = an_article(body_html=links, **pictures)
    assert shaped(article).body_html == links.replace(f'<a href="{an_image(1).url}">Picture 1</a>', "Picture 1")
    assert shaped(article, licences=["ap"]).body_html == links
    # What the profile alone leaves out, readers may follow a link to.
    assert shaped(article, licences=["ap"], profile={"images": "none"}).body_html == links


def test_a_picture_whose_rights_have_ended_gets_to_nobody_by_a_link() -> None:
    ended = an_image(1, rights={"expires_at": NOON})
    article = an_article(images=[ended], body_html=f'<p><a href="{ended.url}">The ferry</a></p>')
    assert shaped(article).body_html == "<p>The ferry</p>"
    assert with_rights_at(article, NOON).body_html == "<p>The ferry</p>"


def test_what_was_denied_to_a_partner_stays_denied_under_its_new_name() -> None:
    article = an_article(rights={"deny_partners": ["Gazette"]})
    assert refusal(article, name="herald", renamed_from="gazette").endswith("they deny it to this partner")
    assert shaped(article, name="herald") is article


@pytest.mark.parametrize("credit", ["Apple", "APPLE", "Map: Harbour Daily", "Grape", "Press Associated", "", None])
def test_a_credit_that_only_looks_like_an_agencys_is_free(credit: str | None) -> None:
    article = an_article(images=[an_image(1, credit=credit)])
    assert shaped(article) is article


def test_a_licence_or_a_copyright_binds_like_a_credit() -> None:
    licensed = an_image(1, rights={"licence": "Getty Editorial"})
    owned = an_image(2, rights={"copyright": "© 2026 GettyImages"})
    article = an_article(images=[licensed, owned, an_image(3, rights={"licence": "CC BY 4.0"})])
    assert numbers(shaped(article)) == ["3"]


def test_a_picture_under_two_licences_needs_both() -> None:
    article = an_article(images=[an_image(1, credit="AP via Getty Images")])
    assert numbers(shaped(article, licences=["ap"])) == []
    assert numbers(shaped(article, licences=["ap", "getty"])) == ["1"]


def test_a_picture_that_may_not_go_leaves_the_body_and_the_related_stories_too() -> None:
    agency, own = an_image(1, credit="AP"), an_image(2)
    article = an_article(
        images=[agency, own],
        body_html=f'<p>a</p><figure><img src="{agency.url}"></figure><p>b</p><img src="{own.url}">',
        related=[{"title": "Storm", "url": "https://harbour.example/storm", "image": an_image(3, credit="AP")}],
    )
    result = shaped(article)
    assert result.body_html == f'<p>a</p><p>b</p><img src="{own.url}">'
    assert result.related[0].image is None
    assert result.related[0].title == "Storm"
    assert article.images == (agency, own)


@pytest.mark.parametrize(
    ("rights", "why"),
    [
        ({"deny_partners": ["Gazette"]}, "deny"),
        ({"allow_partners": ["echo"]}, "do not name"),
        ({"allow_partners": []}, "do not name"),
        ({"allow_partners": ["gazette"], "deny_partners": ["gazette"]}, "deny"),
        ({"expires_at": NOON}, "ended"),
    ],
)
def test_rights_keep_an_article_or_a_picture_from_a_partner(rights: dict[str, Any], why: str) -> None:
    assert why in refusal(an_article(rights=rights))
    assert numbers(shaped(an_article(images=[an_image(1, rights=rights), an_image(2)]))) == ["2"]


@pytest.mark.parametrize(
    "rights", [{"allow_partners": ["Gazette", "echo"]}, {"deny_partners": ["echo"]}, {"expires_at": LATER}]
)
def test_rights_that_allow_a_partner_change_nothing(rights: dict[str, Any]) -> None:
    article = an_article(rights=rights, images=[an_image(1, rights=rights)])
    assert shaped(article) is article


@pytest.mark.parametrize(
    ("named", "declared"),
    [
        (["GB", "IE"], ["gb"]),
        (["gb", "ie"], ["GB", "IE"]),
        (["World"], ["GB"]),
        (["World"], []),
        (["FR", "world"], ["world"]),
    ],
)
def test_a_story_goes_where_all_of_a_partners_territories_are_named(named: list[str], declared: list[str]) -> None:
    rights = {"territories": named}
    article = an_article(rights=rights, images=[an_image(1, rights=rights)])
    assert shaped(article, territories=declared) is article


@pytest.mark.parametrize(
    ("named", "declared", "why"),
    [
        (["GB"], ["GB", "IE"], "do not hold in IE"),
        (["GB"], ["world"], "do not hold in world"),
        (["GB"], [], "hold in GB, and the partner declares no territories"),
        ([], ["GB"], "do not hold in GB"),
        ([], [], "hold in no territory"),
        (["United Kingdom"], ["GB"], "do not hold in GB"),
    ],
)
def test_a_territory_that_is_not_named_keeps_a_story_or_a_picture_away(
    named: list[str], declared: list[str], why: str
) -> None:
    rights = {"territories": named}
    assert why in refusal(an_article(rights=rights), territories=declared)
    pictured = an_article(images=[an_image(1, rights=rights), an_image(2)])
    assert numbers(shaped(pictured, territories=declared)) == ["2"]


@pytest.mark.parametrize("name", ["United Kingdom", "GBR", "", "*"])
def test_a_partners_territory_is_a_code_or_the_world(name: str) -> None:
    with pytest.raises(ValidationError, match="ISO 3166"):
        a_partner(territories=[name])


@pytest.mark.parametrize(
    "rights",
    [{"territories": ["GB"]}, {"allow_partners": ["echo"]}, {"deny_partners": ["gazette"]}, {"expires_at": NOON}],
)
def test_what_rights_touch_takes_no_short_cut(rights: dict[str, Any]) -> None:
    whole, pictured = an_article(rights=rights), an_article(images=[an_image(1, rights=rights)])
    story = {"title": "Storm", "url": "https://harbour.example/storm", "image": an_image(3, rights=rights)}
    for article in (whole, pictured, an_article(related=[story])):
        assert has_rights(article.wire())
        assert not is_plain(article.model_dump_json(by_alias=True, exclude_none=True))


def test_an_expired_article_goes_nowhere() -> None:
    assert "expired" in refusal(an_article(expires_at=NOON))
    assert shaped(an_article(expires_at=LATER)).title


def test_a_profile_may_ask_for_the_lead_picture_or_for_none() -> None:
    body = '<p>a</p><img src="https://images.harbour.example/2.jpg"><p>b</p>'
    article = an_article(images=[an_image(1, credit="AP"), an_image(2), an_image(3)], body_html=body)
    lead = shaped(article, profile={"images": "lead"})
    assert numbers(lead) == ["2"]
    assert lead.body_html == body
    none = shaped(article, profile={"images": "none"})
    assert numbers(none) == []
    assert none.body_html == "<p>a</p><p>b</p>"


def test_related_stories_have_pictures_only_where_all_are_asked_for() -> None:
    story = {"title": "Storm", "url": "https://harbour.example/storm", "image": an_image(3)}
    article = an_article(related=[story])
    assert shaped(article) is article
    assert shaped(article, profile={"images": "lead"}).related[0].image is None


def test_a_profile_may_ask_for_the_summary_or_some_paragraphs() -> None:
    article = an_article()
    summary = shaped(article, profile={"content": "summary"})
    assert (summary.body_html, summary.summary) == (None, article.summary)
    assert shaped(article, profile={"content": 1}).body_html == "<p>The ferry left at nine.</p>"
    assert shaped(article, profile={"content": 2}) is article


def test_the_next_change_is_the_first_right_that_ends() -> None:
    article = an_article(
        rights={"expires_at": NOON + timedelta(days=3)},
        images=[an_image(1, rights={"expires_at": LATER}), an_image(2)],
        related=[
            {
                "title": "Storm",
                "url": "https://harbour.example/storm",
                "image": an_image(3, rights={"expires_at": NOON}),
            }
        ],
    )
    assert next_change(article) == NOON
    assert next_change(article, after=NOON) == LATER
    assert next_change(article, after=LATER) == NOON + timedelta(days=3)
    assert next_change(article, after=NOON + timedelta(days=3)) is None
    assert next_change(an_article()) is None


pictures: st.SearchStrategy[list[dict[str, Any]]] = st.lists(
    st.builds(
        dict,
        credit=st.sampled_from([None, "AP", "© Getty Images", "Jo Smith", "AP/Getty Images"]),
        rights=st.none()
        | st.fixed_dictionaries(
            {}, optional={"expires_at": st.sampled_from([NOON, LATER]), "deny_partners": st.just(["gazette"])}
        ),
    ),
    max_size=4,
)


@given(pictures, st.lists(st.sampled_from(["ap", "getty"])), st.sampled_from(["all", "lead", "none"]))
def test_shaping_only_takes_away_and_shaping_twice_changes_nothing_more(
    parts: list[dict[str, Any]], licences: list[str], images: str
) -> None:
    listed = [an_image(number, **part) for number, part in enumerate(parts)]
    body = "".join(f'<p>{image.credit}</p><img src="{image.url}">' for image in listed) or None
    article = an_article(images=listed, body_html=body)
    partner = {"licences": licences, "profile": {"images": images}}
    result = shaped(article, **partner)
    assert [image for image in article.images if image in result.images] == list(result.images)
    assert (result.body_html or "").count("<img") == len(result.images)
    for image in result.images:
        assert "ap" in licences or "AP" not in (image.credit or "")
        assert "getty" in licences or "Getty" not in (image.credit or "")
    assert shaped(result, **partner) is result
