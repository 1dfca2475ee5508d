"""The HTML of an article: figures, excerpts, corrections, source."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.model.article import Source
from syndicate.render.body import compose_body, compose_extras, compose_feed_html, summary_of
from syndicate.render.figures import place_pictures
from tests.builders import NOON, a_publisher, an_article, an_entry, an_image

ONE = '<img src="https://images.harbour.example/1.jpg">'
TWO = '<img src="https://images.harbour.example/2.jpg">'
FIGURE_ONE = (
    '<figure><img src="https://images.harbour.example/1.jpg" alt="What picture 1 shows" width="1200" height="800">'
    "<figcaption>Caption 1 <cite>Photographer 1</cite></figcaption></figure>"
)
FIGURE_TWO = (
    '<figure><img src="https://images.harbour.example/2.jpg" alt="What picture 2 shows" width="1200" height="800"'
    ' loading="lazy"><figcaption>Caption 2 <cite>Photographer 2</cite></figcaption></figure>'
)
WIRE = Source(name="Wire & Co", url="https://wire.example/")


def test_a_picture_stands_as_a_figure_where_the_body_names_it() -> None:
    body = place_pictures(f"<p>a</p>{ONE}<p>b</p>", [an_image(1)])
    assert body == f"<p>a</p>{FIGURE_ONE}<p>b</p>"


def test_the_lead_goes_on_top_and_other_unnamed_pictures_to_the_end_in_order() -> None:
    body = place_pictures("text <b>bold</b>", [an_image(1), an_image(2), an_image(3)])
    assert body.startswith(f"{FIGURE_ONE}text <b>bold</b>{FIGURE_TWO}")
    assert body.endswith("<cite>Photographer 3</cite></figcaption></figure>")


def test_an_img_that_is_no_picture_of_the_record_stays_as_it_is() -> None:
    foreign = '<p>x<img src="https://elsewhere.example/z.png" class="c">y</p>'
    assert place_pictures(foreign, []) == foreign


def test_a_picture_is_found_under_another_spelling_of_its_address() -> None:
    image = an_image(1, url="https://images.harbour.example/é.jpg", caption=None, credit=None, alt="A")
    body = place_pictures('<img src="HTTPS://Images.Harbour.Example:443/é.jpg">', [image])
    assert body.count("<img") == 1
    assert 'src="https://images.harbour.example/%C3%A9.jpg" alt="A"' in body


def test_a_picture_without_caption_and_credit_has_no_figcaption_and_an_empty_alt() -> None:
    image = an_image(1, caption=None, credit=None, alt=None, width=None, height=None)
    assert place_pictures("", [image]) == f'<figure>{ONE[:-1]} alt=""></figure>'


def test_a_credit_alone_still_makes_a_figcaption() -> None:
    assert "<figcaption><cite>AP</cite></figcaption>" in place_pictures("", [an_image(1, caption=None, credit="AP")])


def test_captions_and_alt_texts_are_escaped() -> None:
    body = place_pictures("", [an_image(1, caption="<script>x</script> & y", credit="<i>", alt='"><script>')])
    assert "<script>x" not in body.replace('alt="&quot;><script>"', "")
    assert "&lt;script&gt;x&lt;/script&gt; &amp; y <cite>&lt;i&gt;</cite>" in body


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"<p>a{ONE}b</p>", f"<p>a</p>{FIGURE_ONE}<p>b</p>"),
        (f"<p>{ONE}</p>after", f"{FIGURE_ONE}after"),
        (f"<p>a<b>b{ONE}c</b>d</p>e", f"<p>a<b>b</b></p>{FIGURE_ONE}<p><b>c</b>d</p>e"),
        (f'<h2 id="h">a{ONE}b</h2>', f'<h2 id="h">a</h2>{FIGURE_ONE}<h2>b</h2>'),
        (f"<h2>a<figure>{ONE}</figure></h2>", f"<h2>a</h2>{FIGURE_ONE}"),
        (f"<ul><li>a{ONE}</li></ul>", f"<ul><li>a{FIGURE_ONE}</li></ul>"),
    ],
)
def test_a_paragraph_is_split_around_a_figure(body: str, expected: str) -> None:
    assert place_pictures(body, [an_image(1)]) == expected


def test_a_link_around_a_picture_is_kept() -> None:
    body = place_pictures(f'<p><a href="https://harbour.example/big">{ONE}</a></p>', [an_image(1)])
    assert body.startswith('<figure><a href="https://harbour.example/big"><img')
    assert body.endswith("</a><figcaption>Caption 1 <cite>Photographer 1</cite></figcaption></figure>")


def test_a_figure_of_the_body_takes_the_caption_of_the_record() -> None:
    body = place_pictures(f"<figure>{ONE}<figcaption>Old</figcaption></figure>", [an_image(1)])
    assert body == FIGURE_ONE


def test_a_figure_of_the_body_keeps_its_caption_where_the_record_has_none() -> None:
    body = place_pictures(
        f"<figure>{ONE}<figcaption>Old</figcaption></figure>", [an_image(1, caption=None, credit=None)]
    )
    assert body.count("<figure>") == 1
    assert "<figcaption>Old</figcaption>" in body


class _Reader(HTMLParser):
    """Reads text, and counts figures in paragraphs, which a browser would close before them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.open: list[str] = []
        self.misplaced = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.misplaced += tag == "figure" and "p" in self.open
        if tag not in ("img", "br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.text += "".join(data.split())


TAGS = ["p", "b", "h2", "ul", "li", "table", "td", "div", "blockquote", "pre", "figure", "figcaption"]
PIECES = st.sampled_from([*(f"<{tag}>" for tag in TAGS), *(f"</{tag}>" for tag in TAGS), "<br>", "&lt;", ONE, TWO])
PIECES |= st.sampled_from(["<a href='https://a.example/'>", "</a>"]) | st.text(max_size=5)
BODIES = st.lists(PIECES, max_size=25).map("".join).map(nh3.clean)


@given(BODIES)
def test_placing_pictures_loses_no_text_and_puts_no_figure_in_a_paragraph(html: str) -> None:
    images = [an_image(number, caption=None, credit=None) for number in (1, 2)]
    placed = _Reader(place_pictures(html, images))
    assert placed.text == _Reader(an_article(body_html=html).body_html or "").text
    assert placed.misplaced == 0


@given(BODIES, st.integers(1, 5))
def test_an_excerpt_is_a_beginning_of_the_text(html: str, paragraphs: int) -> None:
    whole = _Reader(an_article(body_html=html).body_html or "").text
    assert whole.startswith(_Reader(place_pictures(html, [], paragraphs=paragraphs)).text)


def test_an_excerpt_keeps_the_pictures_among_its_paragraphs_and_no_others() -> None:
    entry = an_entry(body_html=f"<p>one</p>{TWO}<p>two</p><p>three</p>", images=[an_image(1), an_image(2), an_image(3)])
    assert compose_body(entry, attribution=False, content=2) == f"{FIGURE_ONE}<p>one</p>{FIGURE_TWO}<p>two</p>"


def test_an_excerpt_does_not_move_up_a_picture_that_stands_further_down() -> None:
    entry = an_entry(body_html=f"<p>one</p><p>two</p>{ONE}", images=[an_image(1)])
    assert compose_body(entry, attribution=False, content=1) == "<p>one</p>"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<div><p>one</p><p>two</p></div><p>three</p>", "<div><p>one</p><p>two</p></div>"),
        ("one<br><br>two<br>three<br>four", "one<br><br>two<br>"),
        (
            "<h2>Title</h2><p>one</p><ul><li>two</li><li>three</li></ul>",
            "<h2>Title</h2><p>one</p><ul><li>two</li></ul>",
        ),
        ("<p> </p><p>one</p><p>two</p>", "<p> </p><p>one</p><p>two</p>"),
    ],
)
def test_paragraphs_are_counted_however_they_are_marked_up(body: str, expected: str) -> None:
    assert compose_body(an_entry(body_html=body), attribution=False, content=2) == expected


def test_the_summary_mode_shows_the_summary_and_the_source() -> None:
    entry = an_entry(summary="A < B", source=WIRE, images=[an_image(1)])
    assert compose_body(entry, content="summary") == (
        '<p>A &lt; B</p><p class="source">Posted on: <a href="https://wire.example/">Wire &amp; Co</a></p>'
    )


@pytest.mark.parametrize(
    ("source", "url", "address"),
    [
        ({"article_url": "https://wire.example/a/1"}, "https://harbour.example/x", "https://wire.example/a/1"),
        ({}, "https://www.wire.example/a/2", "https://www.wire.example/a/2"),
        ({}, "https://harbour.example/x", "https://wire.example/"),
    ],
)
def test_posted_on_leads_to_the_original_as_closely_as_is_known(source: dict[str, str], url: str, address: str) -> None:
    entry = an_entry(source=WIRE.model_copy(update=source), url=url)
    assert f'Posted on: <a href="{address}">Wire &amp; Co</a>' in compose_body(entry)


def test_the_publisher_names_no_source_for_its_own_articles_but_others_do() -> None:
    entry = an_entry()
    assert "Posted on" not in compose_body(entry, publisher=a_publisher())
    assert "Posted on" not in compose_body(entry, attribution=False)
    assert "Posted on: <a" in compose_body(entry)


def test_corrections_are_shown_with_their_dates() -> None:
    corrections = [{"note": "It was <ten>.", "at": NOON}, {"note": "Twice.", "at": NOON + timedelta(days=1)}]
    body = compose_body(an_entry(corrections=corrections), publisher=a_publisher())
    assert body.endswith(
        '<p class="correction">Correction (2026-03-04): It was &lt;ten&gt;.</p>'
        '<p class="correction">Correction (2026-03-05): Twice.</p>'
    )


def test_related_stories_and_comments_are_links() -> None:
    entry = an_entry(
        related=[{"title": "More & more", "url": "https://harbour.example/?a=1&b=2"}],
        comments={"url": "https://harbour.example/c", "count": 3},
    )
    assert compose_extras(entry) == (
        '<section class="related"><h2>Check also</h2><ul>'
        '<li><a href="https://harbour.example/?a=1&amp;b=2">More &amp; more</a></li></ul></section>'
        '<p class="comments"><a href="https://harbour.example/c">Leave a reply</a> (3)</p>'
    )
    assert compose_extras(an_entry()) == ""


def test_the_byline_opens_the_text_of_a_feed_as_printed() -> None:
    entry = an_entry(byline="By Sara Malm & Co")
    assert compose_feed_html(entry, a_publisher(), "full").startswith('<p class="byline">By Sara Malm &amp; Co</p><p>')
    assert "byline" not in compose_feed_html(entry, a_publisher(), "summary")


def test_an_article_without_summary_is_summed_up_by_its_first_paragraph_then_its_title() -> None:
    body = "<h2>Head</h2><p>One  <b>two</b>.</p><p>Three</p>"
    assert summary_of(an_article(summary=None, body_html=body)) == "One two."
    assert summary_of(an_article(summary=None, body_html=None)) == "New ferry sails on time"
    assert len(summary_of(an_article(summary=None, body_html="long text " * 500))) <= 500


def test_no_forbidden_character_comes_back_through_a_character_reference() -> None:
    body = compose_body(an_entry(body_html="<p>a&#129;b&#1;c</p>"), attribution=False)
    assert re.sub(r"[^\x20-\x7e]", "!", body) == "<p>abc</p>"
