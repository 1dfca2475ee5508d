"""Who may ask the API: every address demands a token that lives and has the scope."""

from __future__ import annotations

import pytest

from syndicate.actions import tokens
from tests.web.conftest import OpenDesk
from tests.web.desk import FERRY, Desk, article_path, problem_of

READING = ("articles", "feeds", "partners", "deliveries", "deliveries/x", "copies", "upstreams", "journal")
# Every address of the API with its method and the scope it demands.
ROUTES = [("GET", f"/api/v1/{name}", "read") for name in READING] + [
    ("GET", "/api/v1/feeds/latest", "read"),
    ("GET", "/api/v1/feeds/latest/diff", "read"),
    ("GET", "/api/v1/feeds/latest/findings", "read"),
    ("GET", "/api/v1/feeds/latest/readers", "read"),
    ("GET", "/api/v1/partners/gazette/report", "read"),
    ("GET", article_path(), "read"),
    ("GET", f"/api/v1/articles?id={FERRY}", "read"),
    ("POST", "/api/v1/articles", "write"),
    ("PUT", "/api/v1/articles", "write"),
    ("DELETE", "/api/v1/articles", "write"),
    ("PUT", article_path(), "write"),
    ("DELETE", article_path(), "write"),
    ("POST", article_path() + "/restore", "write"),
    ("POST", "/api/v1/media", "write"),
]


async def test_every_address_of_the_api_is_in_the_table_of_this_test(desk: Desk) -> None:
    served = {
        (route.method, route.resource.canonical)
        for route in desk.service.web_app().router.routes()
        if route.resource is not None and route.resource.canonical.startswith("/api/v1/")
    }
    table = {(method, path.partition("?")[0]) for method, path, _ in ROUTES}
    named = {(method, path.replace(article_path(), "/api/v1/articles/{id}")) for method, path in table}
    patterns = {
        "deliveries/x": "deliveries/{id}",
        "feeds/latest": "feeds/{slug}",
        "partners/gazette": "partners/{name}",
    }
    for name, pattern in patterns.items():
        named = {(method, path.replace(name, pattern)) for method, path in named}
    assert {(method, path) for method, path in served if method != "HEAD"} == named


@pytest.mark.parametrize(("method", "path", "_scope"), ROUTES)
async def test_every_address_of_the_api_demands_a_token(desk: Desk, method: str, path: str, _scope: str) -> None:
    answer = await desk.client.request(method, path)
    await problem_of(answer, 401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("method", "path", "_scope"), ROUTES)
async def test_a_token_that_was_revoked_opens_nothing(desk: Desk, method: str, path: str, _scope: str) -> None:
    token = await desk.new_token("operate")
    await tokens.revoke(desk.service.office, "operate")
    await problem_of(await desk.api(method, path, token=token), 401, "unauthenticated")


@pytest.mark.parametrize(("method", "path", "scope"), ROUTES)
async def test_a_token_that_may_read_may_not_write(desk: Desk, method: str, path: str, scope: str) -> None:
    answer = await desk.api(method, path, token=await desk.new_token("read"))
    assert (answer.status == 403) == (scope == "write")
    if scope == "write":
        await problem_of(answer, 403, "forbidden")


@pytest.mark.parametrize("credentials", ["", "Bearer", "Bearer ", "Basic QTpC", "Bearer syn_nobody_x", "Bearer \u00e9"])
async def test_what_is_no_token_opens_nothing(desk: Desk, credentials: str) -> None:
    headers = {"Authorization": credentials.encode("utf-8").decode("latin-1")}
    await problem_of(await desk.client.get("/api/v1/articles", headers=headers), 401, "unauthenticated")


async def test_a_token_with_a_changed_letter_opens_nothing(desk: Desk) -> None:
    wrong = desk.token[:-1] + ("0" if desk.token[-1] != "0" else "1")
    await problem_of(await desk.api("GET", "/api/v1/articles", token=wrong), 401, "unauthenticated")


async def test_a_token_in_the_query_is_no_token(desk: Desk) -> None:
    await problem_of(await desk.client.get(f"/api/v1/articles?token={desk.token}"), 401, "unauthenticated")


async def test_the_database_holds_no_token(open_desk: OpenDesk) -> None:
    desk = await open_desk()
    await desk.put()
    secret = desk.token.rpartition("_")[2].encode()
    folder = desk.service.loaded.path.parent / "data"
    assert all(secret not in path.read_bytes() for path in folder.rglob("syndicate.db*") if path.is_file())


@pytest.mark.parametrize("method", ["PATCH", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["/", "/feeds/latest.rss", "/articles/x", "/media/x", "/healthz", "/api/v1/articles",
                                  "/api/v1/feeds", "/inbound/wire"])  # fmt: skip
async def test_a_method_an_address_does_not_have_is_answered_405(desk: Desk, method: str, path: str) -> None:
    if (method, path) == ("OPTIONS", "/feeds/latest.rss"):
        method = "PUT"  # scripts of other sites may ask before they ask
    answer = await desk.client.request(method, path)
    await problem_of(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"]


async def test_an_address_the_api_does_not_have_is_a_problem_document(desk: Desk) -> None:
    await problem_of(await desk.api("GET", "/api/v1/nonsense"), 404, "not_found")


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
async def test_an_address_nobody_has_is_a_404_whatever_the_method(desk: Desk, method: str) -> None:
    assert (await desk.client.request(method, "/nowhere")).status == 404
