"""The body of an article as a partner's page or mail shows it, in the words and with the tags of its profile."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from lxml import etree

from syndicate.model.article import Article
from syndicate.model.declarations import Profile, Publisher
from syndicate.model.entry import Entry
from syndicate.render.body import compose_body
from syndicate.render.markup import parse_fragment, write_fragment
from syndicate.render.wording import decorate_links, own_hosts, with_query, wording_of

_AS_THEY_ARE: Mapping[str, str] = MappingProxyType({})
# What stands on lines of its own: where such a tag goes, the words must not run together.
_BLOCKS = frozenset(
    {"p", "div", "section", "article", "aside", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd"}
    | {"blockquote", "pre", "figure", "figcaption", "table", "caption", "tr", "td", "th", "hr", "br", "details"}
)
# The name, in no document, of a figure that goes with its picture.
_PICTURE = "picture-gone"


def partner_html(
    article: Article, profile: Profile, publisher: Publisher, *, addresses: Mapping[str, str] = _AS_THEY_ARE
) -> str:
    """Return the body with figures and corrections, then the line that says where it comes from.

    `article` is a record as it leaves; `addresses` are where the partner keeps its copies of pictures, by their own.
    """
    assert article.published_at is not None
    wording = wording_of(article, profile, publisher)
    updated_at = article.updated_at or article.published_at
    entry = Entry(article=article, published_at=article.published_at, updated_at=updated_at, wording=wording)
    # A shortened story keeps its lead picture and those between the paragraphs that are left.
    paragraphs = 1 if profile.content == "summary" else profile.content
    body = parse_fragment(decorate_links(compose_body(entry, content=paragraphs), article, wording))
    _move_pictures(body, addresses)
    if profile.allowed_html:
        _keep_tags(body, frozenset(tag.lower() for tag in profile.allowed_html))
    return write_fragment(body)


def decorated(url: str, profile: Profile, publisher: Publisher, *, article: Article | None = None) -> str:
    """Add the profile's query to an address of ours, which the site of an article of ours is, too; no other changes."""
    return with_query(url, profile.link_query, own_hosts(article, publisher))


def _move_pictures(body: etree._Element, addresses: Mapping[str, str]) -> None:
    """Show the partner's own copies of pictures, and let what leads to a picture lead to its copy."""
    for tag, name in (("img", "src"), ("a", "href")):
        for element in body.iter(tag):
            address = str(element.get(name, ""))
            element.set(name, addresses.get(address, address))


def _keep_tags(body: etree._Element, tags: frozenset[str]) -> None:
    """Drop the other tags and keep the words in them; without pictures their captions say nothing.

    The source line is owed: where links are not taken it names the address.
    """
    if "img" not in tags:
        _drop_pictures(body)
    if "a" not in tags:
        for link in body.iterfind("p[@class='source']/a"):
            link.tail = f" ({link.get('href')}){link.tail or ''}"
    others = [element for element in body.iterdescendants() if element.tag not in tags]
    for element in others:
        if element.tag in _BLOCKS:
            _break_lines(element, with_tag="br" in tags)
    etree.strip_tags(body, *{str(element.tag) for element in others})


def _drop_pictures(body: etree._Element) -> None:
    for figure in body.iter("figure"):
        if figure.find(".//img") is not None:
            figure.tag = _PICTURE
    etree.strip_elements(body, _PICTURE, "img", with_tail=False)


def _break_lines(element: etree._Element, *, with_tag: bool) -> None:
    if with_tag:
        element.addnext(etree.Element("br"))
    else:
        element.tail = "\n" + (element.tail or "")
    element.text = "\n" + (element.text or "")
