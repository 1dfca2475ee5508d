"""HTML as text for mails."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.render.plain_text import text_of


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One\n  two</p><p>three</p>", "One two\n\nthree"),
        ("One<br>two <b>three</b>", "One\ntwo three"),
        ("<h1>New ferry</h1><p>Sails</p>", "New ferry\n=========\n\nSails"),
        ("<ul><li>one</li><li><p>two</p></li></ul>", "- one\n- two"),
        ("<ol><li>one<ul><li>deep</li></ul></li><li>two</li></ol>", "1. one\n   - deep\n2. two"),
        ("<blockquote><p>One</p><p>two</p></blockquote>", "> One\n>\n> two"),
        ("<p>See <a href='https://a.example/'>the page</a>.</p>", "See the page <https://a.example/>."),
        ("<p><a href='https://a.example/'>https://a.example/</a></p>", "https://a.example/"),
        ("<p><a href='#a1'>Story</a></p>", "Story"),
        (
            "<table><tr><th>Port</th><th>At</th></tr><tr><td>Harwich</td><td>9</td></tr></table>",
            "Port | At\nHarwich | 9",
        ),
        ("<table><caption>Tides</caption><tr><td>High</td></tr></table>", "Tides\n\nHigh"),
        ("<table><tr><td>Harwich <table><tr><td>quay</td></tr></table></td></tr></table>", "Harwich quay"),
        ("<ul>loose<li>one</li><ul><li>deep</li></ul>end</ul>", "loose\n- one\n- deep\nend"),
        ("<ol start='3'><li>three</li><li>four</li></ol>", "3. three\n4. four"),
        ("<pre>one\n  two</pre>", "one\n  two"),
        ("<pre>one<br>  <a href='https://a.example/'>two</a></pre>", "one\n  two <https://a.example/>"),
        (
            "<figure><img src='/1.jpg' alt='A ferry'><figcaption>The ferry <cite>Jo / AP</cite></figcaption></figure>",
            "[Picture: A ferry] /1.jpg\nThe ferry (Jo / AP)",
        ),
        (
            "<p>before<img src='https://a.example/1.jpg' alt=''>after</p>",
            "before[Picture] https://a.example/1.jpgafter",
        ),
        ("<div>loose<p>one</p>words</div>", "loose\n\none\n\nwords"),
        ("<p>5 &lt; 6 &amp; 7</p>", "5 < 6 & 7"),
        ("", ""),
    ],
)
def test_what_html_says_is_said_in_text(html: str, text: str) -> None:
    assert text_of(html) == f"{text}\n"


def test_paragraphs_are_not_wrapped() -> None:
    assert text_of(f"<p>{'word ' * 200}</p>").count("\n") == 1


@given(
    st.lists(st.text(st.characters(categories=("L", "N")), min_size=1), min_size=1), st.sampled_from(("p", "li", "td"))
)
def test_no_word_is_lost(words: list[str], tag: str) -> None:
    assert text_of("".join(f"<{tag}>{word}</{tag}>" for word in words)).split() == words


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><td>w" * 60 + "</td></tr></table>" * 60,
        "<blockquote>" * 200 + "w<br>" * 50_000 + "</blockquote>" * 200,
        "<ul><li>" * 100 + "w<br>" * 50_000 + "</li></ul>" * 100,
    ],
    ids=["tables", "quotations", "lists"],
)
def test_what_is_nested_on_purpose_grows_no_faster_than_it_is_long(html: str) -> None:
    assert len(text_of(html)) < 10 * len(html)
