"""The body as a partner shows it: its pictures, its tags, its words for where the story comes from."""

from __future__ import annotations

import re
from typing import Any

import pytest

from syndicate.model.article import Article
from syndicate.model.declarations import PartnerDeclaration, RightsRule
from syndicate.policy.rights import shape_for_partner
from syndicate.render.event import outgoing
from syndicate.render.partner_html import decorated, partner_html
from tests.builders import NOON, a_publisher, an_article, an_image

AP = RightsRule(name="ap", credits=("AP",))
HOME = "https://harbour.example/articles/ferry"
LINE = f'<p class="source">Posted on: <a href="{HOME}">Harbour Daily</a></p>'
WIRE = {"name": "Wire & Co", "url": "https://wire.example/", "article_url": "https://wire.example/ferry?a=1&b=2"}


def a_partner(**profile: Any) -> PartnerDeclaration:
    return PartnerDeclaration.model_validate({"name": "gazette", "options": {}, "profile": profile})


def shown(article: Article, *, addresses: dict[str, str] | None = None, **profile: Any) -> str:
    """Return the body as a partner without licences shows it."""
    partner, publisher = a_partner(**profile), a_publisher()
    shaped = shape_for_partner(article, partner, (AP,), now=NOON)
    assert isinstance(shaped, Article)
    return partner_html(outgoing(shaped, publisher), partner.profile, publisher, addresses=addresses or {})


def pictures(html: str) -> list[str]:
    return re.findall(r'src="https://images.harbour.example/(\d).jpg"', html)


def test_our_own_story_names_us_since_the_site_is_somebody_elses() -> None:
    assert shown(an_article()) == "<p>The ferry left at nine.</p><p>It arrived at ten.</p>" + LINE


@pytest.mark.parametrize(
    ("content", "left"), [(1, ["nine"]), (2, ["nine", "ten"]), (9, ["nine", "ten"]), ("summary", ["first crossing"])]
)
def test_a_partner_gets_as_much_text_as_its_profile_asks_for(content: Any, left: list[str]) -> None:
    html = shown(an_article(), content=content)
    assert [word for word in ("nine", "ten", "first crossing") if word in html] == left
    assert html.endswith(LINE)


def test_a_shortened_story_has_its_lead_picture_and_not_a_gallery_at_its_end() -> None:
    article = an_article(images=[an_image(1), an_image(2), an_image(3)])
    assert pictures(shown(article)) == ["1", "2", "3"]
    assert pictures(shown(article, content=1)) == ["1"]
    assert pictures(shown(article, content="summary")) == ["1"]


@pytest.mark.parametrize(("images", "left"), [("all", ["1", "3"]), ("lead", ["1"]), ("none", [])])
def test_no_picture_stands_in_the_body_that_the_partner_may_not_have(images: str, left: list[str]) -> None:
    listed = [an_image(1), an_image(2, credit="© AP"), an_image(3)]
    body = "".join(f'<p>a</p><figure><img src="{each.url}"><figcaption>x</figcaption></figure>' for each in listed)
    html = shown(an_article(images=listed, body_html=body), images=images)
    assert pictures(html) == left
    assert html.count("<figure>") == len(left)


def test_corrections_are_shown_and_the_editors_note_never() -> None:
    corrections = [{"note": "It sailed at <ten>.", "at": NOON}]
    html = shown(an_article(corrections=corrections, editor_note="Not for readers"))
    assert '<p class="correction">Correction (2026-03-04): It sailed at &lt;ten&gt;.</p><p class="source">' in html
    assert "Not for readers" not in html


def test_copied_pictures_stand_at_the_partners_own_address_and_links_to_them_follow() -> None:
    image = an_image(1)
    body = f'<p>a</p><a href="{image.url}"><img src="{image.url}"></a>'
    html = shown(an_article(images=[image], body_html=body), addresses={image.url: "https://gazette.example/1.jpg"})
    assert html.count("https://gazette.example/1.jpg") == 2
    assert image.url not in html


# --- the source line -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attribution", "line"),
    [
        ("Zuerst in: {source}.", '<p class="source">Zuerst in: <a href="{}">Harbour Daily</a>.</p>'),
        ("{source}", '<p class="source"><a href="{}">Harbour Daily</a></p>'),
        ('From <b>&"{source}"', '<p class="source">From &lt;b&gt;&amp;"<a href="{}">Harbour Daily</a>"</p>'),
        ("By our partner", '<p class="source"><a href="{}">By our partner</a></p>'),
        ("{source}, by {source}", '<p class="source"><a href="{}">Harbour Daily</a>, by Harbour Daily</p>'),
        ("", '<p class="source"><a href="{}">Harbour Daily</a></p>'),
        ("{0} {source!r} {", '<p class="source"><a href="{}">{0} {source!r} {</a></p>'),
    ],
)
def test_the_source_line_is_worded_by_the_profile_and_always_links(attribution: str, line: str) -> None:
    assert shown(an_article(), attribution=attribution).endswith(line.replace("{}", HOME, 1))


def test_a_story_of_an_upstream_names_and_links_its_first_publisher() -> None:
    html = shown(an_article(source=WIRE, url="https://wire.example/ferry"))
    link = '<a href="https://wire.example/ferry?a=1&amp;b=2">Wire &amp; Co</a>'
    assert html.endswith(f'<p class="source">Posted on: {link}</p>')


# --- tags ----------------------------------------------------------------------------------------------------------


def test_tags_the_partner_does_not_take_go_and_their_words_stay() -> None:
    body = "<h2>One</h2><p>The <em>new</em> ferry <strong>left</strong>.</p><ul><li>a</li><li>b</li></ul>"
    html = shown(an_article(body_html=body), allowed_html=["P", "a", "strong"])
    assert html.split() == [
        "One",
        *["<p>The", "new", "ferry", "<strong>left</strong>.</p>", "a", "b"],
        *LINE.split(),
    ]


def test_the_source_line_outlives_the_narrowest_html() -> None:
    words = ["The ferry left at nine.", "It arrived at ten.", f"Posted on: Harbour Daily ({HOME})"]
    plain = shown(an_article(), allowed_html=["b"])
    assert [line for line in plain.split("\n") if line] == words
    broken = shown(an_article(), allowed_html=["br"])
    assert [line.strip() for line in broken.split("<br>") if line.strip()] == words
    assert shown(an_article(), allowed_html=["p"]).endswith(f'<p class="source">{words[-1]}</p>')


def test_where_pictures_are_not_taken_their_captions_go_too() -> None:
    body = f'<p>before</p><p>a <img src="{an_image(2).url}"> b</p>'
    html = shown(an_article(images=[an_image(1), an_image(2)], body_html=body), allowed_html=["p", "a", "figure"])
    assert "Caption" not in html
    assert "<img" not in html
    assert "<figure" not in html
    assert "before" in html


# --- links ---------------------------------------------------------------------------------------------------------


def test_links_to_our_pages_are_decorated_and_pictures_and_other_sites_are_not() -> None:
    image = an_image(1, url="https://harbour.example/media/1.jpg")
    body = (
        '<p><a href="https://harbour.example/a?x=1#top">a</a> <a href="https://other.example/">b</a></p>'
        f'<a href="{image.url}"><img src="{image.url}"></a>'
    )
    html = shown(an_article(images=[image], body_html=body), link_query="utm_source=gazette&utm_medium=feed")
    query = "utm_source=gazette&amp;utm_medium=feed"
    assert f'"https://harbour.example/a?x=1&amp;{query}#top"' in html
    assert f'"{HOME}?{query}"' in html
    assert '"https://other.example/"' in html
    assert html.count(f'"{image.url}"') == 2


def test_the_site_of_our_own_story_is_ours_though_the_service_stands_elsewhere() -> None:
    ours = an_article(url="https://www.daily.example/ferry", source=None)
    html = shown(ours, link_query="?via=gazette")
    assert '<a href="https://www.daily.example/ferry?via=gazette">Harbour Daily</a>' in html
    profile = a_partner(link_query="via=gazette").profile
    decorated_url = decorated(str(ours.url), profile, a_publisher(), article=ours)
    assert decorated_url == "https://www.daily.example/ferry?via=gazette"


def test_an_upstreams_site_is_not_ours() -> None:
    assert "via=" not in shown(an_article(source=WIRE, url="https://wire.example/ferry"), link_query="via=gazette")


@pytest.mark.parametrize(
    ("url", "after"),
    [
        ("https://harbour.example/a", "https://harbour.example/a?q=1"),
        ("https://HARBOUR.example/a?", "https://HARBOUR.example/a?q=1"),
        ("https://harbour.example/a?b=2", "https://harbour.example/a?b=2&q=1"),
        ("https://harbour.example.evil.example/a", "https://harbour.example.evil.example/a"),
        ("/a", "/a"),
        ("mailto:desk@harbour.example", "mailto:desk@harbour.example"),
    ],
)
def test_a_query_is_added_where_queries_are_added(url: str, after: str) -> None:
    assert decorated(url, a_partner(link_query="q=1").profile, a_publisher()) == after
