"""An article as schema.org describes it."""

from __future__ import annotations

from syndicate.model.article import Source
from syndicate.render.jsonld import news_article
from tests.builders import NOON, a_publisher, an_entry, an_image

PAGE = "https://harbour.example/articles/ferry"


def test_an_article_is_described_with_its_pictures_and_their_credits() -> None:
    image = an_image(1, rights={"copyright": "© Port", "licence_url": "https://port.example/terms"})
    entry = an_entry(images=[image], authors=[{"name": "Ann", "organisation": "Desk"}], keywords=["ferry"])
    assert news_article(entry, a_publisher(), page_url=PAGE) == {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": "tag:harbour.example,2026:ferry",
        "headline": "New ferry sails on time",
        "description": "The first crossing of the new ferry left on the minute.",
        "image": [
            {
                "@type": "ImageObject",
                "url": "https://images.harbour.example/1.jpg",
                "width": 1200,
                "height": 800,
                "caption": "Caption 1",
                "creditText": "Photographer 1",
                "copyrightNotice": "© Port",
                "license": "https://port.example/terms",
            }
        ],
        "datePublished": "2026-03-04T10:00:00Z",
        "dateModified": "2026-03-04T11:00:00Z",
        "author": [{"@type": "Person", "name": "Ann", "worksFor": {"@type": "Organization", "name": "Desk"}}],
        "publisher": {"@type": "Organization", "name": "Harbour Daily", "url": "https://harbour.example/"},
        "mainEntityOfPage": PAGE,
        "articleSection": ["Harbour"],
        "keywords": ["ferry"],
        "inLanguage": "en-GB",
    }


def test_a_republished_article_says_what_it_is_based_on() -> None:
    wire = Source(name="Wire", url="https://wire.example/", article_url="https://wire.example/1")
    described = news_article(an_entry(source=wire), a_publisher(), page_url=PAGE)
    assert described["isBasedOn"] == "https://wire.example/1"
    assert "isBasedOn" not in news_article(an_entry(), a_publisher(), page_url=PAGE)


def test_an_organisation_that_signs_is_no_person() -> None:
    assert news_article(an_entry(), a_publisher(), page_url=PAGE)["author"] == [
        {"@type": "Organization", "name": "Harbour Daily"}
    ]


def test_corrections_and_rights_are_described() -> None:
    entry = an_entry(corrections=[{"note": "Nine.", "at": NOON}], rights={"copyright": "© H", "licence": "CC BY"})
    described = news_article(entry, a_publisher(), page_url=PAGE)
    assert described["correction"] == [
        {"@type": "CorrectionComment", "text": "Nine.", "datePublished": "2026-03-04T12:00:00Z"}
    ]
    assert (described["copyrightNotice"], "license" in described) == ("© H", False)
