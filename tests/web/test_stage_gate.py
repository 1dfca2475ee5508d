"""Who may press the stage's buttons."""

from __future__ import annotations

import pytest

from syndicate.demo.gate import refusal

HOSTS = ("127.0.0.1:8080", "localhost:8080")


def asked(**headers: str) -> dict[str, str]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"Host": "127.0.0.1:8080"} | named


@pytest.mark.parametrize("host", HOSTS)
def test_the_stage_answers_by_the_names_of_this_machine(host: str) -> None:
    assert refusal("GET", {"Host": host}, HOSTS) is None
    assert refusal("POST", {"Host": host, "Origin": f"http://{host}"}, HOSTS) is None


@pytest.mark.parametrize(
    "host", ["evil.example:8080", "127.0.0.1:8081", "127.0.0.1", "", "127.0.0.1:8080.evil.example"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_name_that_somebody_points_at_this_machine_is_refused(host: str, method: str) -> None:
    assert refusal(method, {"Host": host, "Origin": f"http://{host}"}, HOSTS)


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:8081", "https://127.0.0.1:8080", ""]
)
def test_another_sites_form_cannot_press_a_button(origin: str) -> None:
    assert refusal("POST", asked(Origin=origin), HOSTS)


def test_a_form_that_does_not_say_where_it_comes_from_is_refused() -> None:
    assert refusal("POST", asked(), HOSTS)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_what_the_browser_says_of_the_form_counts(site: str) -> None:
    own = asked(Origin="http://127.0.0.1:8080")
    assert refusal("POST", own | {"Sec-Fetch-Site": "same-origin"}, HOSTS) is None
    assert refusal("POST", own | {"Sec-Fetch-Site": site}, HOSTS)
