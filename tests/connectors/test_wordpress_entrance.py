"""Where a WordPress's API is found, what is shown there to be let in, and what is said when we are not."""

from __future__ import annotations

import socket

import pytest

from syndicate.connectors.suite.copy import accepted, refused
from syndicate.connectors.suite.sendings import NOW, a_retraction, a_sending
from syndicate.connectors.suite.site import LOOPBACK, connector_at, means
from syndicate.net.client import Client
from syndicate.net.guard import AddrInfo, Guard
from tests.connectors.partners import partner
from tests.connectors.wordpress_faults import Answer, Fault
from tests.connectors.wordpress_site import CONTRIBUTOR, EDITOR, WordPressSite
from tests.connectors.wordpress_story import a_life, the_post, writes


async def test_a_page_in_place_of_an_answer_is_no_retraction() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
        site.pretty = False
        refused(await life.copy.send(a_retraction()))
        # And the API is looked for anew.
        accepted(await life.copy.send(a_retraction()))
    assert the_post(site)["status"] == "trash"


async def test_a_page_that_says_not_found_is_no_word_of_wordpress() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
        site.faults = {len(site.requests) + 1: Fault.MISSING}
        refused(await life.copy.send(a_retraction()))
        assert writes(site)[-1].startswith("DELETE")


async def test_a_refusal_says_what_to_change() -> None:
    site = WordPressSite(capabilities=CONTRIBUTOR)
    async with a_life(site) as life:
        outcome = refused(await life.copy.send(a_sending()))
    assert "403 rest_cannot_publish" in outcome.reason
    assert "status to pending" in outcome.reason
    assert outcome.certain


async def test_a_test_says_what_the_account_may_not_do() -> None:
    site = WordPressSite(capabilities=CONTRIBUTOR)
    async with a_life(site) as life:
        outcome = refused(await life.connector.test(delivery_id="msg_t", at=NOW))
        assert outcome.reason.startswith("the account lacks publish_posts, ")
        assert "upload_files" in outcome.reason
        site.capabilities = EDITOR
        accepted(await life.connector.test(delivery_id="msg_t", at=NOW))


async def test_an_address_that_is_no_wordpress_is_told() -> None:
    site = WordPressSite(api_at="")
    async with a_life(site) as life:
        assert "no WordPress API" in refused(await life.copy.send(a_sending())).reason


async def test_credentials_do_not_follow_a_link_to_another_host() -> None:
    site = WordPressSite(api_at="http://localhost:1/wp-json/")
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
    assert the_post(site)["status"] == "publish"


async def test_the_password_does_not_go_in_the_open_to_a_host_that_is_not_the_operators() -> None:
    site = WordPressSite()

    def lookup(host: str, port: int) -> list[AddrInfo]:
        # One address that the operator opened, and one of anybody's.
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in ("127.0.0.1", "93.184.216.34")
        ]

    guard = Guard(allow_private=LOOPBACK, base_url="http://127.0.0.1:9")
    async with partner(site.behave) as site.server:
        site.extra = {"url": site.server.at("herald.example", "/")}
        site.linked = False
        async with Client(guard, base_url="http://127.0.0.1:9", lookup=lookup) as client, means(client=client) as made:
            outcome = refused(await connector_at(site, made).send(a_sending()))
    assert "only be sent over https" in outcome.reason
    assert outcome.certain
    assert [target for _, target in site.requests] == ["/", "/wp-json/?_fields=namespaces"]


async def shows_the_post(site: WordPressSite) -> bool:
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
    return bool(the_post(site)["status"] == "publish")


@pytest.mark.parametrize("slash", ["/", ""])
@pytest.mark.parametrize("linked", [True, False])
@pytest.mark.parametrize("pretty", [True, False])
async def test_a_wordpress_in_a_folder_is_found_with_and_without_a_slash(
    slash: str, linked: bool, pretty: bool
) -> None:
    site = WordPressSite(folder="/news/", linked=linked, pretty=pretty)
    async with a_life(site) as life:
        site.extra = {"url": site.url.rstrip("/") + slash}
        await connector_at(site, life.means).send(a_sending())
    assert the_post(site)["status"] == "publish"


@pytest.mark.parametrize(
    "front",
    [
        (302, {"Location": "/en/"}),
        (401, {"WWW-Authenticate": "Basic"}),
        (403, {}),
        (200, {"Link": "</style.css>; rel=preload"}),
    ],
)
async def test_a_front_page_that_sends_on_or_is_closed_keeps_nobody_from_the_api(
    front: tuple[int, dict[str, str]],
) -> None:
    assert await shows_the_post(WordPressSite(front=front, linked=front[0] == 200))


async def test_an_api_elsewhere_is_found_among_other_links_of_the_page() -> None:
    site = WordPressSite(front=(200, {"Link": "</style.css>; rel=preload"}), pretty=False)
    assert await shows_the_post(site)
    assert [target for _, target in site.requests[:2]][1].startswith("/index.php?rest_route=/wp/v2/")


async def test_an_api_that_answers_only_who_logged_in_is_found() -> None:
    assert await shows_the_post(WordPressSite(private=True, linked=False))


async def test_a_password_before_wordpress_is_told_apart_from_ours() -> None:
    site = WordPressSite(before=Answer(401, "<h1>401 Unauthorized</h1>", {"WWW-Authenticate": "Basic"}))
    async with a_life(site) as life:
        outcome = refused(await life.copy.send(a_sending()))
    assert "asks for a password before WordPress is reached" in outcome.reason
    assert outcome.unauthorised


async def test_a_site_that_moved_is_found_at_its_new_place() -> None:
    site = WordPressSite()
    async with a_life(site) as life:
        await life.until_accepted(a_sending())
        site.before = Answer(301, "moved", {"Location": "https://www.gazette.example/"})
        outcome = refused(await life.copy.send(a_retraction()))
        assert "answered 301, a redirect to" in outcome.reason
        site.before, site.pretty = None, False
        accepted(await life.copy.send(a_retraction()))
    assert the_post(site)["status"] == "trash"
