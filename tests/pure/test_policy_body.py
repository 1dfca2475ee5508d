"""Cutting bodies: pictures a partner may not have, and first paragraphs."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.parse.html import sanitise
from syndicate.policy.body import first_paragraphs, keep_pictures, without_links

ONE, TWO = "https://images.harbour.example/1.jpg", "https://images.harbour.example/2.jpg?w=1&h=2"
IMG_ONE, IMG_TWO = f'<img src="{ONE}" alt="a > b">', '<img src="https://images.harbour.example/2.jpg?w=1&amp;h=2"/>'


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (f"<p>a</p>{IMG_ONE}<p>b</p>{IMG_TWO}", f"<p>a</p><p>b</p>{IMG_TWO}"),
        (f"<p>{IMG_ONE}</p><p>b {IMG_ONE}</p>", "<p>b </p>"),
        (f'<p><a href="/x">{IMG_ONE}</a></p>c', "c"),
        (f'<figure>{IMG_ONE}<figcaption><a href="/x">Caption</a> 1</figcaption></figure>c', "c"),
        (
            f"<figure>{IMG_ONE}{IMG_TWO}<figcaption>Both</figcaption></figure>",
            f"<figure>{IMG_TWO}<figcaption>Both</figcaption></figure>",
        ),
        ("<figure><blockquote>Said</blockquote></figure>", "<figure><blockquote>Said</blockquote></figure>"),
        ("<IMG SRC='https://images.harbour.example/1.jpg'>x", "x"),
        ('<img alt="no source">x', "x"),
        (f'<img data-src="{TWO}" src="{ONE}">x', "x"),
        ('<img src="https://elsewhere.example/x.jpg">x', "x"),
        (
            '<img src="HTTPS://images.harbour.example:443/2.jpg?w=1&amp;h=2">',
            '<img src="HTTPS://images.harbour.example:443/2.jpg?w=1&amp;h=2">',
        ),
        ("<p></p><p>1 &lt; 2</p>", "<p></p><p>1 &lt; 2</p>"),
    ],
)
def test_only_the_pictures_to_keep_stay_and_what_they_leave_empty_goes(body: str, left: str) -> None:
    assert keep_pictures(body, {TWO}) == left


@pytest.mark.parametrize(
    ("body", "count", "left"),
    [
        ("<p>a</p><p>b</p><p>c</p>", 2, "<p>a</p><p>b</p>"),
        ("<p>a</p><p>b</p>", 5, "<p>a</p><p>b</p>"),
        ("<h2>A</h2><p>a</p><h2>B</h2><p>b</p>", 1, "<h2>A</h2><p>a</p>"),
        ("<blockquote><p>a</p><p>b</p></blockquote><p>c</p>", 1, "<blockquote><p>a</p></blockquote>"),
        ("<p>a</p><ul><li><p>b</p></li><li>c</li></ul><p>d</p>", 2, "<p>a</p><ul><li><p>b</p></li><li>c</li></ul>"),
        ("a<br><br/>b<br>\n<br>c", 2, "a<br><br/>b<br>\n<br>"),
        ("a<br>b<br>c", 1, "a<br>b<br>c"),
        ("<p>a<br><br>b</p><p>c</p>", 1, "<p>a<br><br>b</p>"),
        ('<p title="</p>">a</p><p>b</p>', 1, '<p title="</p>">a</p>'),
        ("plain text", 1, "plain text"),
    ],
)
def test_a_body_ends_after_its_first_paragraphs(body: str, count: int, left: str) -> None:
    assert first_paragraphs(body, count) == left


class Pictures(HTMLParser):
    def __init__(self, body: str) -> None:
        super().__init__()
        self.sources: set[str | None] = set()
        self.feed(body)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.sources.add(dict(attrs).get("src"))


pieces = st.sampled_from(
    ["<p>", "</p>", "<b>", "<figure>", "</figure>", IMG_ONE, IMG_TWO, "<br>", "x", " ", "<", "<img ", "&lt;", '"']
)


@given(st.lists(pieces, max_size=30).map("".join))
def test_no_body_however_broken_it_came_keeps_a_picture_it_must_not(came: str) -> None:
    # Cleaned, as every body is before it is kept: quotes in the name of a tag are gone then.
    body = sanitise(came, base_url=None).html
    assert Pictures(keep_pictures(body, {TWO})).sources <= {TWO}


paragraphs = st.lists(
    st.text("ab <&\"'", max_size=8).map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;")), max_size=8
)


@given(paragraphs, st.integers(1, 10))
def test_as_many_paragraphs_as_asked_for(texts: list[str], count: int) -> None:
    body = "".join(f"<p>{text}</p>" for text in texts)
    assert first_paragraphs(body, count) == "".join(f"<p>{text}</p>" for text in texts[:count])
    assert keep_pictures(body, ()) == body


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (f'<p>See <a href="{ONE}">the <b>ferry</b></a>.</p>', "<p>See the <b>ferry</b>.</p>"),
        (f'<a href="{TWO}">two</a> <a href="{ONE}">one</a>', f'<a href="{TWO}">two</a> one'),
        (f"<a title=\"1\" HREF='{ONE.replace('https', 'HTTPS')}'>one</a>", "one"),
        (f'<a data-href="{ONE}">one</a>', f'<a data-href="{ONE}">one</a>'),
        ('<a name="x">one</a></a>', '<a name="x">one</a></a>'),
        (f'<a href="{ONE}">never closed', "never closed"),
        (f"<p>{ONE}</p>", f"<p>{ONE}</p>"),
    ],
)
def test_links_that_must_go_leave_their_words(body: str, left: str) -> None:
    assert without_links(body, {ONE}) == left
