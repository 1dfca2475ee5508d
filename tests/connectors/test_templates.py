"""A partner's own document: what a template is given, and what a wrong one costs."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from pydantic_core import to_json

from syndicate.actions.claim import Room, claim
from syndicate.actions.send import send
from syndicate.app.configuration import load_configuration
from syndicate.app.service import Service, opened
from syndicate.clock import FixedClock
from syndicate.connectors.contract import Refused, Sending
from syndicate.connectors.documents import Documents
from syndicate.connectors.suite.sendings import a_correction, a_retraction, a_sending
from syndicate.errors import ConfigurationError, UnwritableError
from syndicate.model.article import Article
from syndicate.model.declarations import Profile
from tests.builders import NOON, a_publisher, an_article
from tests.papers import SECRET, a_paper, configure, put
from tests.stories import a_full_article

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "partner.xml"


def documents(path: Path, kind: str = "application/xml") -> Documents:
    return Documents(Profile(template=path, template_type=kind), a_publisher())


@pytest.fixture
def template(tmp_path: Path) -> Any:
    def write(text: str, *, kind: str = "application/xml", for_all: bool = False) -> Documents:
        whole = text if for_all else f"{{% if event.is_withdrawal %}}<gone/>{{% else %}}{text}{{% endif %}}"
        path = tmp_path / "partner.xml"
        path.write_text(whole, "utf-8")
        return documents(path, kind)

    return write


def sending_of(article: Article) -> Sending:
    return a_sending(record=to_json(article.wire()), article_id=article.id, url=article.url)


def test_the_example_writes_an_article_with_all_that_the_partner_asks_for() -> None:
    document = documents(EXAMPLE).of(sending_of(a_full_article(title="Fish & chips")))
    assert (document.media_type, document.suffix) == ("application/xml", "xml")
    story = etree.fromstring(document.body)[0]
    told = {str(child.tag): child.text for child in story}
    assert told["headline"] == "Fish & chips"
    # The publisher's own zone: London in winter.
    assert told["published"] == "04.03.2026 10:00"
    assert told["correction"] == "It left at ten."
    assert (told["text"] or "").count("<figure>") == 3
    assert [picture.findtext("credit") for picture in story.iter("picture")] == [
        "Photographer 1",
        "Photographer 2",
        "",
    ]
    assert [section.get("code") for section in story.iter("section")] == ["20000123", "Local news"]


def test_the_example_tells_corrections_and_withdrawals() -> None:
    assert b"<status>corrected</status>" in documents(EXAMPLE).of(a_correction("New ferry sails at ten")).body
    gone = documents(EXAMPLE).of(a_retraction()).body
    assert b">Withdrawn: the ferry never sailed.</delete>" in gone
    assert b"<story" not in gone


def test_dates_are_shown_in_the_publishers_zone() -> None:
    summer = an_article(published_at="2026-07-01T10:00:00Z", updated_at="2026-07-01T10:00:00Z")
    assert b"<published>01.07.2026 11:00<" in documents(EXAMPLE).of(sending_of(summer)).body


def test_equal_sendings_give_equal_bytes() -> None:
    assert documents(EXAMPLE).of(a_sending()) == documents(EXAMPLE).of(a_sending())


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("<t>{{ article.title }}</t>", b"<t>&lt;b&gt; &amp; ]]&gt;</t>"),
        ("<t>{{ article.title|cdata }}</t>", b"<t><![CDATA[<b> & ]]]]><![CDATA[>]]></t>"),
        ("<t>{{ event.at|rfc822 }}</t>", b"<t>Wed, 04 Mar 2026 12:00:00 GMT</t>"),
        ("<t>{{ event.at|rfc3339 }}</t>", b"<t>2026-03-04T12:00:00Z</t>"),
        ("<t>{{ publisher.url }}</t>", b"<t>https://harbour.example/</t>"),
        ("<t>{{ '<p>One</p><p>two</p>'|text }}</t>", b"<t>One\ntwo</t>"),
        (
            "<t>{{ '<p>One<br>two'|xhtml }}</t>",
            b'<t><div xmlns="http://www.w3.org/1999/xhtml"><p>One<br/>two</p></div></t>',
        ),
    ],
)
def test_what_stands_in_a_template_is_written_safely(template: Any, text: str, written: bytes) -> None:
    assert template(text).of(a_sending(title="<b> & ]]>")).body == written


def test_a_body_is_html_in_html_and_text_in_xml(template: Any) -> None:
    assert b"&lt;p&gt;The ferry" in template("<t>{{ body_html }}</t>").of(a_sending()).body
    assert b"<p>The ferry" in template("<t>{{ body_html }}</t>", kind="text/html").of(a_sending()).body


def test_json_is_written_as_json(template: Any) -> None:
    made = template(
        '{"title": {{ (article.title if article else none)|tojson }}}', kind="application/json", for_all=True
    )
    document = made.of(a_sending(title='Say "hello"'))
    assert (document.body, document.suffix) == (b'{"title": "Say \\"hello\\""}', "json")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<t>{{ article.title }", "partner.xml, line 1: "),
        ("<t>\n{% endif %}", "partner.xml, line 2: "),
        ("<t>\n{{ nothing|surely }}", "partner.xml, line 2: No filter named 'surely'"),
        ("<t>\n\n{{ article.title }}</t>", "partner.xml, line 3: "),
        ("<t>{{ event.naught }}</t>", "partner.xml, line 1: "),
        ("<t>{{ event.id }}<t>", "writes no well-formed application/xml"),
    ],
)
def test_a_wrong_template_is_refused_with_its_line(template: Any, text: str, reason: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        template(text, for_all=True)
    (violation,) = refused.value.violations
    assert violation.path == "profile.template"
    assert reason in violation.reason


def test_a_template_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as refused:
        documents(tmp_path / "absent.xml")
    assert "cannot read" in refused.value.violations[0].reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<t>\n{{ article.extensions.code }}</t>", "partner.xml, line 4: "),
        ("<t>{{ article.titel }}</t>", "titel"),
        ("<t>{{ article.title|safe }}</t>", "writes no well-formed application/xml"),
        ("<t>{{ 1 // 0 }}</t>", "ZeroDivisionError"),
        ("<t>{{ article.title.__class__.__mro__ }}</t>", "unsafe"),
        ("<t>{% for n in range(10000000) %}x{% endfor %}</t>", "Range too big"),
    ],
)
def test_an_article_that_a_template_cannot_write_is_told_with_the_line(template: Any, text: str, reason: str) -> None:
    made = template(f"\n\n{text}" if "line 4" in reason else text)
    with pytest.raises(UnwritableError) as refused:
        made.of(a_sending(title="<b>"))
    assert reason in refused.value.message


PARTNER = """
[partners.gazette]
url = "http://127.0.0.1:9/inbound"
signing_secret = "env:PARTNER_SECRET"
[partners.gazette.profile]
template = "partner.xml"
"""
NEEDS_CODE = "{% if event.is_withdrawal %}<gone/>{% else %}<t>{{ article.extensions.code }}</t>{% endif %}"


async def test_an_article_that_cannot_be_written_costs_its_own_delivery_alone(tmp_path: Path) -> None:
    (tmp_path / "partner.xml").write_text(NEEDS_CODE, "utf-8")
    async with a_paper(tmp_path, PARTNER) as paper:
        await put(paper, id="tag:harbour.example,2026:coded", title="Coded", extensions={"code": "F1"})
        await put(paper, id="tag:harbour.example,2026:bare", title="Bare")
        room = Room(normal=10, retractions=10, in_flight=0)
        attempts = [
            await send(paper.office, paper.connections, parcel, jitter=0.5)
            for parcel in await claim(paper.office, {"gazette": room})
        ]
        outcomes = {each.parcel.delivery.article_id[-5:]: each.outcome for each in attempts if each}
    # Nobody listens there: what could be written was sent and met nobody.
    assert "refused" in str(outcomes["coded"]).lower()
    unwritten = outcomes[":bare"]
    assert isinstance(unwritten, Refused)
    assert (unwritten.permanent, unwritten.certain) == (True, True)
    assert "partner.xml, line 1" in unwritten.reason


async def test_a_changed_template_is_picked_up_and_a_broken_one_is_not(tmp_path: Path) -> None:
    (tmp_path / "partner.xml").write_text("<old/>", "utf-8")
    loaded = configure(tmp_path, PARTNER)
    reread = partial(load_configuration, loaded.path, {"PARTNER_SECRET": SECRET})
    async with opened(loaded, clock=FixedClock(NOON), reread=reread) as paper:
        assert shown(paper) == b"<old/>"
        (tmp_path / "partner.xml").write_text("<renewed/>", "utf-8")
        await paper.reload()
        assert shown(paper) == b"<renewed/>"
        (tmp_path / "partner.xml").write_text("<broken>", "utf-8")
        await paper.reload()
        assert shown(paper) == b"<renewed/>"


def shown(paper: Service) -> bytes:
    connector = paper.connections.connector("gazette")
    assert connector is not None
    return connector.preview(a_sending()).body
