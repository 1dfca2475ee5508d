"""AtomPub beyond what every connector promises: discovery, others' markup, drafts, media and stubborn servers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from lxml import etree

from syndicate.connectors.contract import Refused
from syndicate.connectors.suite.copy import accepted, refused
from syndicate.connectors.suite.sendings import NOW, a_sending, an_update
from syndicate.connectors.suite.site import Mood, connector_at, means
from syndicate.errors import ConfigurationError
from syndicate.parse.atompub import Collection, read_element
from tests.connectors.atom_server import APP, ATOM, OWN, AtomServer
from tests.connectors.lives import a_copy_at
from tests.connectors.scripted import Cut
from tests.connectors.wordpress_story import PICTURES, PUBLISHED, RETRACTED, corrected
from tests.connectors.wordpress_story import an_image as pictured


def the_entry(server: AtomServer) -> etree._Element:
    (kept,) = server.entries.values()
    return kept.entry


def said(entry: etree._Element, name: str) -> str:
    return str(entry.findtext(f"{{{ATOM}}}{name}"))


def relations(entry: etree._Element) -> dict[str, str]:
    return {link.get("rel", "alternate"): str(link.get("href")) for link in entry.findall(f"{{{ATOM}}}link")}


async def test_the_collections_are_those_of_the_service_document() -> None:
    class Discovered(AtomServer):
        @property
        def options(self) -> dict[str, object]:
            return {"service": f"{self.root}/service", "user": "harbour"}

    discovered = Discovered()
    async with a_copy_at(discovered) as copy:
        accepted(await copy.send(PUBLISHED))
        accepted(await copy.send(corrected()))
    assert (len(discovered.entries), len(discovered.media)) == (1, 3)
    assert len(discovered.sent("GET", "/service")) == 1


async def test_the_copys_address_is_the_page_that_the_server_made() -> None:
    server = AtomServer()
    server.quiet = True
    async with a_copy_at(server) as copy:
        assert accepted(await copy.send(a_sending())).url == "https://gazette.example/ferry.html"
        assert accepted(await copy.send(an_update("New ferry sails again"))).url == "https://gazette.example/ferry.html"


async def test_what_the_server_and_its_editors_wrote_stays() -> None:
    server = AtomServer()
    async with a_copy_at(server) as copy:
        accepted(await copy.send(a_sending(title="New ferry sails")))
        entry = the_entry(server)
        entry.insert(0, etree.Comment("kept"))
        control = etree.SubElement(entry, f"{{{APP}}}control")
        etree.SubElement(control, f"{{{APP}}}draft").text = "yes"
        before = relations(entry)
        accepted(await copy.send(an_update("New ferry sails again", article={"rights": {"copyright": "© Harbour"}})))
    entry = the_entry(server)
    assert (said(entry, "title"), said(entry, "rights")) == ("New ferry sails again", "© Harbour")
    assert (entry.findtext(f"{{{OWN}}}desk"), entry.findtext(f"{{{APP}}}control/{{{APP}}}draft")) == (
        "City desk",
        "yes",
    )
    assert [str(node.text) for node in entry if not isinstance(node.tag, str)] == ["kept"]
    assert relations(entry) == before
    assert all(len(entry.findall(f"{{{ATOM}}}{name}")) == 1 for name in ("id", "title", "updated", "content"))


async def test_a_change_that_comes_between_is_kept_and_ours_made_on_top() -> None:
    server = AtomServer()
    async with a_copy_at(server) as copy:
        accepted(await copy.send(a_sending(title="New ferry sails")))
        server.stale_answers = 2
        accepted(await copy.send(an_update("New ferry sails again")))
    assert said(the_entry(server), "title") == "New ferry sails again"
    assert len(the_entry(server).findall(f"{{{OWN}}}note")) == 2


async def test_a_tag_that_a_proxy_made_weak_is_told_as_the_server_knows_it() -> None:
    server = AtomServer()
    server.weakens_tags = True
    async with a_copy_at(server) as copy:
        accepted(await copy.send(a_sending()))
        accepted(await copy.send(an_update("New ferry sails again")))
    assert said(the_entry(server), "title") == "New ferry sails again"


async def test_an_entry_that_changes_all_the_time_is_left_for_later() -> None:
    server = AtomServer()
    async with a_copy_at(server) as copy:
        accepted(await copy.send(a_sending()))
        server.stale_answers = 9
        outcome = refused(await copy.send(an_update("New ferry sails again")))
    assert (outcome.status, outcome.permanent) == (412, False)


async def test_a_draft_is_asked_for_only_when_it_is_made() -> None:
    server = AtomServer()
    server.more = {"draft": True}
    async with a_copy_at(server) as copy:
        accepted(await copy.send(a_sending()))
        control = the_entry(server).find(f"{{{APP}}}control")
        assert control is not None
        assert control.findtext(f"{{{APP}}}draft") == "yes"
        the_entry(server).remove(control)
        accepted(await copy.send(an_update("New ferry sails again")))
    assert the_entry(server).find(f"{{{APP}}}control") is None


async def test_the_entry_shows_the_servers_own_pictures() -> None:
    server = AtomServer()
    async with a_copy_at(server) as copy:
        accepted(await copy.send(PUBLISHED))
    whole = etree.tostring(the_entry(server), encoding="unicode")
    assert all(f"{server.root}/files/{number}" in whole for number in server.media)
    assert "https://harbour.example/media/" not in whole


async def test_captions_credits_and_rights_stand_in_the_pictures_entries_and_are_corrected() -> None:
    server = AtomServer()
    image = pictured("lead", rights={"copyright": "© AP"})
    async with a_copy_at(server) as copy:
        accepted(await copy.send(a_sending(article={"images": [image]})))
        (kept,) = server.media.values()
        told = [said(kept.entry, name) for name in ("title", "summary", "rights")]
        assert told == ["The lead", "The lead Photo: lead", "© AP"]
        changed = {**image, "caption": "The ferry"}
        accepted(await copy.send(an_update("New ferry sails again", article={"images": [changed]})))
        assert said(kept.entry, "summary") == "The ferry Photo: lead"
    assert len(server.sent("POST", "/pictures")) == 1


async def test_a_picture_that_the_article_lost_is_deleted_there() -> None:
    server = AtomServer()
    async with a_copy_at(server) as copy:
        accepted(await copy.send(PUBLISHED))
        accepted(await copy.send(an_update("Again", article={"images": [pictured("lead")]})))
    assert [kept.data for kept in server.media.values()] == [PICTURES[pictured("lead")["url"]].data]


async def test_a_retraction_finds_a_picture_whose_answer_was_lost() -> None:
    server = AtomServer()
    server.cut = Cut(0, done=True)
    async with a_copy_at(server) as copy:
        refused(await copy.send(PUBLISHED))
        assert len(server.media) == 1
        accepted(await copy.send(RETRACTED))
    assert server.media == {}


async def test_hotlinked_pictures_and_types_that_are_not_taken_stay_where_they_are() -> None:
    server = AtomServer()
    async with a_copy_at(server, profile={"pictures": "hotlink"}) as copy:
        accepted(await copy.send(PUBLISHED))
    assert server.media == {}
    assert "https://harbour.example/media/" in etree.tostring(the_entry(server), encoding="unicode")


async def test_a_lost_entry_is_found_on_a_later_page_and_not_beyond_its_time() -> None:
    server = AtomServer()
    async with a_copy_at(server) as copy:
        for number in range(9):
            server.add_other(f"Old {number}", minutes=-600)
        server.mood = Mood.LOSING
        refused(await copy.send(a_sending(title="New ferry sails")))
        server.mood = Mood.WELL
        for number in range(5):
            server.add_other(f"Other {number}", minutes=1)
        accepted(await copy.send(a_sending(title="New ferry sails")))
        shown = list(await server.shown())
        assert shown.count("New ferry sails") == 1
        assert len(server.sent("GET", "/news")) == 4  # three pages, and the entry to be replaced
        server.entries = {id_: kept for id_, kept in server.entries.items() if "Old" in said(kept.entry, "title")}
        copy.remote = {"creating_at": NOW.isoformat(), "url": "https://harbour.example/articles/ferry"}
        server.seen.clear()
        accepted(await copy.send(a_sending(title="New ferry sails")))
        assert len(server.sent("GET", "/news")) == 1


async def test_others_entries_with_our_words_are_not_ours() -> None:
    server = AtomServer()
    async with a_copy_at(server) as copy:
        server.add_other("New ferry sails")
        server.add_other("The old ferry")
        (_, old) = server.entries.values()
        etree.SubElement(old.entry, f"{{{ATOM}}}link", rel="alternate", href="https://gazette.example/ferry.html")
        begun = {"creating_at": NOW.isoformat(), "title": "New ferry sails"}
        copy.remote = {**begun, "url": "https://harbour.example/articles/ferry"}
        accepted(await copy.send(a_sending(title="New ferry sails")))
    assert len(server.entries) == 3


async def test_a_story_that_names_this_one_as_related_is_not_taken_for_it() -> None:
    server = AtomServer()
    bridge = {
        "id": "tag:harbour.example,2026:bridge",
        "url": "https://harbour.example/articles/bridge",
        "related": [{"title": "New ferry sails", "url": "https://harbour.example/articles/ferry"}],
    }
    async with a_copy_at(server) as copy:
        server.mood = Mood.SILENT
        refused(await copy.send(a_sending(title="New ferry sails")))
        server.mood = Mood.WELL
        other = a_sending(title="New bridge opens", article=bridge, delivery_id="msg_9", slug="bridge")
        accepted(await copy.other().send(other))
        accepted(await copy.send(a_sending(title="New ferry sails")))
    assert sorted(await server.shown()) == ["New bridge opens", "New ferry sails"]


async def test_a_server_that_does_not_say_where_the_entry_is_is_searched() -> None:
    server = AtomServer()
    server.nameless = server.quiet = True
    async with a_copy_at(server) as copy:
        accepted(await copy.send(a_sending()))
        accepted(await copy.send(an_update("New ferry sails again")))
    assert list(await server.shown()) == ["New ferry sails again"]


async def test_a_server_that_insists_on_a_tag_to_delete_is_given_it() -> None:
    server = AtomServer()
    server.insists_on_tags = True
    async with a_copy_at(server) as copy:
        accepted(await copy.send(PUBLISHED))
        accepted(await copy.send(RETRACTED))
    assert (server.entries, server.media) == ({}, {})


async def test_an_entry_that_changes_while_it_is_deleted_goes_at_the_last_try() -> None:
    server = AtomServer()
    server.insists_on_tags = True
    async with a_copy_at(server) as copy:
        accepted(await copy.send(a_sending()))
        server.stale_deletions = 1
        accepted(await copy.send(RETRACTED))
    assert len(server.sent("DELETE")) == 3


async def test_credentials_do_not_follow_an_address_on_another_host() -> None:
    server = AtomServer()
    async with a_copy_at(server) as copy:
        copy.remote = {"edit": "http://elsewhere.example/news/1"}
        outcome = refused(await copy.send(an_update("New ferry sails again")))
        assert outcome.reason == "the server names an address on another host"
        assert isinstance(await copy.send(RETRACTED), Refused)


async def test_a_token_goes_as_bearer_and_a_busy_server_is_left_alone() -> None:
    server = AtomServer()
    server.secrets = {"token": ("canary-token",)}
    async with a_copy_at(server) as copy:
        accepted(await copy.send(a_sending()))
        server.mood = Mood.BUSY
        outcome = refused(await copy.send(an_update("New ferry sails again")))
    assert {seen.headers["Authorization"] for seen in server.seen} == {"Bearer canary-token"}
    assert (outcome.overloaded, outcome.retry_after) == (True, timedelta(seconds=90))


async def test_a_password_without_a_user_and_an_address_of_nothing_are_refused() -> None:
    server = AtomServer()
    server.root = "https://gazette.example"
    for more in ({"user": None}, {"collection": None}):
        server.more = more
        async with means() as made:
            with pytest.raises(ConfigurationError):
                connector_at(server, made)


@pytest.mark.parametrize(
    ("accepts", "takes"),
    [
        (("image/*",), True),
        (("*/*",), True),
        (("image/png", "image/jpeg"), True),
        (("image/png",), False),
        (("",), False),
    ],
)
def test_a_collection_takes_what_it_says(accepts: tuple[str, ...], takes: bool) -> None:
    assert Collection("https://gazette.example/x", accepts).takes("image/jpeg") is takes


@pytest.mark.parametrize("data", [b"", b"no xml", b"<a><b></a>", b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'])
def test_what_is_no_xml_or_brings_entities_is_not_read(data: bytes) -> None:
    assert read_element(data, address="https://gazette.example/") is None


async def test_a_slug_is_percent_encoded() -> None:
    server = AtomServer()
    async with a_copy_at(server) as copy:
        accepted(await copy.send(a_sending(slug="fähre-100%")))
    (posted,) = server.sent("POST", "/news")
    assert posted.headers["Slug"] == "f%C3%A4hre-100%25"
