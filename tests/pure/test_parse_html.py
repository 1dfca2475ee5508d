"""Untrusted HTML: what stays, what goes, and that the result is safe and stable."""

from __future__ import annotations

import contextlib
import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.errors import InvalidError
from syndicate.parse import html_elements as elements
from syndicate.parse.html import MAX_BYTES, sanitise

BASE = "https://harbour.example/news/ferry.html"


def clean(html: str, base_url: str | None = BASE) -> str:
    return sanitise(html, base_url=base_url).html


def link(url: str, text: str) -> str:
    return f'<a href="{url}" rel="noopener noreferrer nofollow">{text}</a>'


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h1>Tide</h1>", "<h2>Tide</h2>"),
        ("<p>a<script>alert(1)</script>b</p>", "<p>ab</p>"),
        ("<p>a<style>p{}</style><form>name<input></form>b</p>", "<p>ab</p>"),
        ("<div>one</div><div>two</div>", "<p>one</p><p>two</p>"),
        ('<a href="/tides?a=1&copy=2">t</a>', link("https://harbour.example/tides?a=1&amp;copy=2", "t")),
        ('<a href="//tides.example/">t</a>', link("https://tides.example/", "t")),
        ('<a href="javascript:alert(1)">t</a>', "t"),
        ('<a href="mailto:desk@harbour.example">t</a>', link("mailto:desk@harbour.example", "t")),
        ('<img src="a.png" srcset="b.png 2x" onerror=x>', '<img src="https://harbour.example/news/a.png">'),
        ('<img src="data:," data-src="/late.png">', '<img src="https://harbour.example/late.png">'),
        ('<p>a<img src="//count.example/p" width="1" height="1">b</p>', "<p>ab</p>"),
        ("<p>a<!-- b --><b>c</p>", "<p>a<b>c</b></p>"),
        ("<svg><script>x</script></svg><math><mi>y</mi></math>z", "z"),
    ],
)
def test_html_is_reduced_to_what_readers_can_be_given(html: str, expected: str) -> None:
    assert clean(html) == expected


@pytest.mark.parametrize(
    "embed",
    [
        '<iframe src="https://video.example/1">x</iframe>',
        '<embed src="https://video.example/1">',
        '<object data="https://video.example/1"><p>no flash</p></object>',
        '<video controls><source src="https://video.example/1">old browser</video>',
        '<audio src="https://video.example/1"></audio>',
    ],
)
def test_an_embed_becomes_a_link_to_what_it_embedded(embed: str) -> None:
    found = sanitise(embed, base_url=None)
    assert found.html == f"<p>{link('https://video.example/1', 'video.example')}</p>"
    assert any("became a link" in change for change in found.changes)


def test_an_embedded_post_keeps_its_text() -> None:
    assert clean('<blockquote class="twitter-tweet"><p>High water</p>- Desk</blockquote><script src=x></script>') == (
        "<blockquote><p>High water</p>- Desk</blockquote>"
    )


@pytest.mark.parametrize(
    "html",
    [
        "<a href=https://a.example><table><a href=https://b.example>y",
        "<b><a href=https://a.example><table><b><a href=https://b.example>y",
        "<li><table><li>y<table><caption>x</table>z",
        "<div><iframe>",
        "<pre>\n\n\nx",
    ],
)
def test_what_parsers_move_about_comes_to_rest(html: str) -> None:
    once = clean(html)
    assert clean(once) == once


def test_a_figure_stays_a_figure() -> None:
    caption = "<figcaption>Pier <cite>A. N.</cite></figcaption>"
    figure = f'<figure><img src="https://i.example/1.jpg" alt="A pier">{caption}</figure>'
    assert sanitise(figure, base_url=None) == sanitise(figure, base_url=BASE)
    assert clean(figure) == figure


def test_a_relative_address_without_a_base_is_dropped_and_named() -> None:
    found = sanitise('<a href="/x">t</a>', base_url=None)
    assert found.html == "t"
    assert found.changes == ("removed an address that is not absolute http, https or mailto",)


def test_changes_name_what_went() -> None:
    changes = sanitise('<p onclick="x" style="y">a<script></script><marquee>b</marquee></p>', base_url=None).changes
    assert changes == (
        "removed script",
        "removed the tag marquee, its text stays",
        "removed the attributes onclick, style",
    )


def test_clean_html_changes_nothing() -> None:
    html = "<p>High water at <b>nine</b> &amp; ten.</p>"
    assert sanitise(html, base_url=None).changes == ()
    assert clean(html) == html


@pytest.mark.parametrize(
    "html",
    ["<blockquote>" * 300, "<b>" * 300, "<ul><li>" * 200, "<table><tr><td>" * 100, "a" * (MAX_BYTES + 1)],
    ids=["blocks", "inline", "lists", "tables", "size"],
)
def test_html_that_is_too_deep_or_too_large_is_refused(html: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        clean(html)
    assert refusal.value.violations


@pytest.mark.parametrize(
    "html", ["<p>a" * 1_000, "<ul>" + "<li><b>a" * 1_000, "<dl>" + "<dt>a<dd>b" * 500, "<br>" * 1_000]
)
def test_many_elements_whose_ends_are_implied_are_not_deep(html: str) -> None:
    assert clean(html)


@pytest.mark.parametrize(
    "part",
    [
        "<!--",
        "<",
        "<a ",
        "<a href='",
        '<p a="',
        "<script>",
        "<form>",
        "<svg>",
        "<b><ul></b>",
        "</p>",
        "&",
        "<cite><p></cite>",
        "<object>",
        "<iframe>",
        "<p a=1 ",
        "<plaintext>",
        "<div title='</div>'>",
        "<textarea>",
        "<a href=https://x.example>",
    ],
)
def test_no_repetition_takes_long(part: str) -> None:
    start = time.process_time()
    with contextlib.suppress(InvalidError):
        clean((part * MAX_BYTES)[: MAX_BYTES - 1])
    assert time.process_time() - start < 5


_NAMES = sorted(
    elements.KEPT | elements.DROPPED | elements.EMBEDS | elements.UNREMARKABLE | {"h1", "tt", "x-y", "input"}
)
_VALUES = st.sampled_from(
    [
        "javascript:alert(1)",
        " JaVaScRiPt:x",
        "//h.example/x",
        "https://h.example/?a=1&b",
        "/r",
        "data:text/html,x",
        "1",
        "",
        "vbscript:x",
        "https://h.example/\"'<>",
        "&#106;avascript:x",
        "mailto:a@b.example",
        "java\tscript:x",
        "#top",
    ]
)
_ATTRIBUTES = st.lists(
    st.builds(
        lambda name, quote, value: f" {name}={quote}{value}{quote}",
        st.sampled_from(
            ["href", "src", "onerror", "style", "title", "width", "cite", "xlink:href", "srcset", "formaction"]
        ),
        st.sampled_from(['"', "'", ""]),
        _VALUES,
    ),
    max_size=3,
).map("".join)
_PIECES = st.one_of(
    st.builds(lambda name, attributes: f"<{name}{attributes}>", st.sampled_from(_NAMES), _ATTRIBUTES),
    st.sampled_from(_NAMES).map(lambda name: f"</{name}>"),
    st.sampled_from(
        ["\n", "a", "&amp;", "&lt;b&gt;", "<!--", "-->", "<![CDATA[", "]]>", "\x00", "&nbsp;", "\xa0", "<", ">", '"']
    ),
    st.text(max_size=8),
)
HTML = st.lists(_PIECES, max_size=25).map("".join)


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, "", ""))
        self.found += [(tag, name, value or "") for name, value in attrs]


@given(HTML)
@settings(max_examples=400, deadline=None)
def test_sanitised_html_is_safe_and_sanitising_it_again_changes_nothing(html: str) -> None:
    once = clean(html)
    assert sanitise(once, base_url=BASE).html == once
    assert sanitise(once, base_url=None).html == once
    seen = _Seen()
    seen.feed(once)
    for tag, name, value in seen.found:
        assert tag in elements.KEPT
        assert not name or name in elements.ATTRIBUTES.get(tag, frozenset()) | {"rel"}
        if name in elements.ADDRESSES:
            assert re.match(r"https?://|mailto:", value)
