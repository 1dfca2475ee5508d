from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from syndicate.errors import ConfigurationError, Violation
from syndicate.model.addresses import WebUrl
from syndicate.model.durations import Duration
from syndicate.settings.declaring import ConnectorOptions, Connectors
from syndicate.settings.loading import Loaded, check_problems, load

SERVICE = '[service]\nbase_url = "https://harbour.example"\ntitle = "Harbour Daily"\ntimezone = "Europe/London"\n'
GAZETTE = '[partners.gazette]\nurl = "https://gazette.example/in"\nsigning_secret = "env:GAZETTE_SECRET"\n'
ENVIRON = {"GAZETTE_SECRET": "first-canary", "WIRE_SECRET": "second-canary"}


class WebhookOptions(BaseModel):
    url: WebUrl
    patience: Duration = timedelta(seconds=20)


class WordPressOptions(BaseModel):
    url: WebUrl
    user: str


class PigeonOptions(BaseModel):
    loft: int


def own(name: str) -> ConnectorOptions:
    if name != "python:loft.pigeon":
        raise ConfigurationError("no such connector", [Violation("connector", f"cannot import {name}")])
    return ConnectorOptions(PigeonOptions, optional=frozenset({"token"}))


CONNECTORS = Connectors(
    {
        "webhook": ConnectorOptions(WebhookOptions, (frozenset({"signing_secret"}),)),
        "wordpress": ConnectorOptions(WordPressOptions, (frozenset({"password"}),)),
    },
    own,
)

Load = Callable[..., Loaded]


@pytest.fixture
def load_text(tmp_path: Path) -> Load:
    """Load a config.toml of the given text, with one feed beside it."""

    def load_it(text: str, environ: Mapping[str, str] = ENVIRON, **feeds: str) -> Loaded:
        (tmp_path / "feeds").mkdir(exist_ok=True)
        for slug, feed in (feeds or {"latest": 'title = "Latest"'}).items():
            (tmp_path / "feeds" / f"{slug}.toml").write_text(feed)
        (tmp_path / "config.toml").write_text(text)
        return load(tmp_path / "config.toml", environ, connectors=CONNECTORS)

    return load_it


def problems(load_text: Load, text: str, environ: Mapping[str, str] = ENVIRON, **feeds: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load_text(text, environ, **feeds)
    assert caught.value.violations
    return [str(violation) for violation in caught.value.violations]


def test_a_partner_has_its_general_keys_its_connectors_own_and_no_secret(load_text: Load) -> None:
    text = (
        SERVICE + GAZETTE + 'patience = "2m"\nschedule = "*/15 * * * *"\n[partners.gazette.select]\nlanguages = ["en"]'
    )
    loaded = load_text(text)
    partner = loaded.declarations.partner("gazette")
    assert partner is not None
    assert partner.options == {"url": "https://gazette.example/in", "patience": "2m"}
    assert (partner.connector, partner.schedule, partner.select.languages) == ("webhook", "*/15 * * * *", ("en",))
    assert loaded.secrets.partner("gazette", "signing_secret") == ("first-canary",)


def test_a_partner_without_a_zone_has_the_services(load_text: Load) -> None:
    declarations = load_text(SERVICE + GAZETTE).declarations
    assert [partner.timezone for partner in declarations.partners] == ["Europe/London"]


def test_publisher_feeds_and_upstreams_are_declared(load_text: Load) -> None:
    wire = '[upstreams.wire]\nkind = "push"\nsigning_secret = "env:WIRE_SECRET"\n[pages]\ncontent = "summary"'
    loaded = load_text(SERVICE + wire, world='title = "World"\n[select]\ncategories = ["World"]')
    declarations = loaded.declarations
    assert declarations.publisher.title == "Harbour Daily"
    assert [(feed.slug, feed.select.categories) for feed in declarations.feeds] == [("world", ("World",))]
    assert [upstream.kind for upstream in declarations.upstreams] == ["push"]
    assert loaded.secrets.upstream("wire", "signing_secret") == ("second-canary",)
    assert declarations.page_content == "summary"


def test_paths_are_relative_to_the_file(load_text: Load, tmp_path: Path) -> None:
    settings = load_text(SERVICE).settings
    assert settings.store.url == f"sqlite:///{tmp_path}/data/syndicate.db"
    assert settings.media.url == f"file:{tmp_path}/data/media"
    assert settings.service.feeds == tmp_path / "feeds"


def test_an_absolute_path_stays_as_it_is(load_text: Load) -> None:
    text = SERVICE + '[store]\nurl = "sqlite:////srv/s.db"\n[media]\nurl = "file:/srv/media"'
    settings = load_text(text).settings
    assert (settings.store.url, settings.media.url) == ("sqlite:////srv/s.db", "file:/srv/media")


def test_every_problem_is_told_at_once(load_text: Load) -> None:
    text = (
        '[service]\nbase_url = "harbour.example"\n[server]\nport = "many"\n'
        '[partners.gazette]\nshedule = "every 5m"\n[upstreams.wire]\nkind = "feed"\n[rights.ap]\n'
    )
    found = problems(load_text, text, world="items = 0")
    assert [line.split(": ")[0] for line in found] == [
        "service.base_url",
        "service.title",
        "server.port",
        "rights.ap",
        "partners.gazette.signing_secret",
        "partners.gazette.shedule",
        "partners.gazette.url",
        "upstreams.wire.url",
        "feeds/world.toml",
        "feeds/world.toml",
    ]


@pytest.mark.parametrize(("connector", "needs"), [("webhok", ["signing_secret", "url"]), ("fax", ["url"])])
def test_a_partner_with_one_mistake_is_told_of_all_others_too(
    load_text: Load, connector: str, needs: list[str]
) -> None:
    text = 'concurrency = 0\nschedule = "sometimes"\nlicences = ["ap"]'
    found = problems(load_text, SERVICE + f'[partners.gazette]\nconnector = "{connector}"\n{text}')
    assert [line.split(": ")[0] for line in found] == [
        "partners.gazette.concurrency",
        "partners.gazette.connector",
        *(f"partners.gazette.{key}" for key in needs),
        "partners.gazette.schedule",
        "partners.gazette.licences",
    ]


def test_an_upstream_with_one_mistake_is_told_of_all_others_too(load_text: Load) -> None:
    found = problems(load_text, SERVICE + '[upstreams.wire]\nkind = "feed"\npublish = "never"\nschedule = "sometimes"')
    assert [line.split(": ")[0] for line in found] == [
        "upstreams.wire.publish",
        "upstreams.wire.schedule",
        "upstreams.wire.url",
    ]


def test_a_rule_with_a_mistake_is_not_said_to_be_missing_as_well(load_text: Load) -> None:
    text = '[rights.ap]\ncredits = "AP"\n' + GAZETTE + 'licences = ["ap"]'
    assert [line.split(": ")[0] for line in problems(load_text, SERVICE + text)] == ["rights.ap.credits"]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('[upstreams.wire]\nkind = "feed"\nurl = "https://wire.example/feed.atom"', "upstreams.wire"),
    ],
)
def test_what_is_accepted_and_not_acted_upon_is_warned_of(load_text: Load, text: str, path: str) -> None:
    (warning,) = load_text(SERVICE + text).warnings
    assert warning.startswith(f"{path}: this version ")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[partner.gazette]", "partner: unknown key; did you mean partners?"),
        ("[server]\nprot = 1", "server.prot: unknown key; did you mean port?"),
        ('[rights.ap]\ncredit = ["AP"]', "rights.ap.credit: unknown key; did you mean credits?"),
        (GAZETTE + 'shedule = "x"', "partners.gazette.shedule: unknown key; did you mean schedule?"),
        (
            GAZETTE + 'signing_secert = "x"',
            "partners.gazette.signing_secert: unknown key; did you mean signing_secret?",
        ),
        (GAZETTE + 'token = "env:T"', "partners.gazette.token: unknown key"),
        (GAZETTE + 'name = "x"', "partners.gazette.name: unknown key"),
        (
            GAZETTE + "[partners.gazette.select]\ncategory = []",
            "partners.gazette.select.category: unknown key; did you",
        ),
        (
            GAZETTE + "[partners.gazette.profile]\nimage = 1",
            "partners.gazette.profile.image: unknown key; did you mean",
        ),
        (
            '[upstreams.w]\nkind="feed"\nurl="https://w.example/"\npublished = 1',
            "upstreams.w.published: unknown key; did",
        ),
    ],
)
def test_an_unknown_key_names_the_one_that_was_meant(load_text: Load, text: str, problem: str) -> None:
    found = problems(load_text, SERVICE + text)
    assert len(found) == 1
    assert found[0].startswith(problem)


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        (
            '[partners.Gazette]\nurl = "https://g.example/"\nsigning_secret = "env:GAZETTE_SECRET"',
            "partners.Gazette.name",
            "lower",
        ),
        (GAZETTE + 'schedule = "sometimes"', "partners.gazette.schedule", "every 90s"),
        (GAZETTE + 'timezone = "Europe/Atlantis"', "partners.gazette.timezone", "Europe/London"),
        (GAZETTE + 'delay = "soon"', "partners.gazette.delay", "90s"),
        (GAZETTE + 'rate = "fast"', "partners.gazette.rate", "10/s"),
        (GAZETTE + 'licences = ["ap"]', "partners.gazette.licences", "[rights.ap]"),
        (GAZETTE + 'connector = "fax"', "partners.gazette.connector", "webhook, wordpress"),
        (GAZETTE + 'renamed_from = "gazette"', "partners.gazette.renamed_from", "still exists"),
        ("[partners]\ngazette = 1", "partners.gazette", "[partners.NAME]"),
        ("server = 1", "service.server", "unknown key"),
        ('[upstreams.w]\nkind = "push"', "upstreams.w.signing_secret", "required"),
        ('[store]\nurl = "postgresql://user@host/db?password=x"', "store.url", "store.password"),
        ('[store]\nurl = "mysql://db"', "store.url", "postgresql://"),
        ('[media]\nurl = "s3://bucket/pictures"', "media.url", "file:PATH"),
        ('[network]\nallow_private = ["10.0.0.1/8"]', "network.allow_private.0", ""),
        ('[alerts]\nemail = "desk@harbour.example"', "alerts.email", "smtp.host"),
        ('[alerts]\nemail = "desk"', "alerts.email", "mail address"),
        ('[limits]\nrecord_bytes = "lots"', "limits.record_bytes", ""),
    ],
)
def test_a_wrong_value_is_refused_with_its_path_and_a_cure(load_text: Load, text: str, path: str, words: str) -> None:
    found = problems(load_text, SERVICE + text)
    assert len(found) == 1
    assert found[0].startswith(f"{path}: ")
    assert words in found[0]


def test_two_partners_may_change_their_names_with_each_other(load_text: Load) -> None:
    herald = GAZETTE.replace("gazette]", "herald]") + 'renamed_from = "gazette"\n'
    assert problems(load_text, SERVICE + GAZETTE + herald) == [
        "partners.herald.renamed_from: [partners.gazette] still exists; remove its section"
    ]
    swapped = load_text(SERVICE + GAZETTE + 'renamed_from = "herald"\n' + herald, ENVIRON).declarations
    assert [each.renamed_from for each in swapped.partners] == ["herald", "gazette"]


def test_two_partners_cannot_inherit_the_same_copies(load_text: Load) -> None:
    herald = GAZETTE.replace("gazette]", "herald]") + 'renamed_from = "courier"\n'
    found = problems(load_text, SERVICE + GAZETTE + 'renamed_from = "courier"\n' + herald)
    assert found == ["partners.herald.renamed_from: [partners.gazette] has taken courier over already"]


def test_a_connector_of_ones_own_that_cannot_be_loaded_is_told(load_text: Load) -> None:
    found = problems(load_text, SERVICE + '[partners.owl]\nconnector = "python:no.such"')
    assert found == ["partners.owl.connector: cannot import python:no.such"]


def test_a_connector_of_ones_own_checks_its_own_options(load_text: Load) -> None:
    text = '[partners.pigeon]\nconnector = "python:loft.pigeon"\nloft = 7\ntoken = "env:GAZETTE_SECRET"'
    loaded = load_text(SERVICE + text)
    assert loaded.declarations.partners[0].options == {"loft": 7}
    assert loaded.secrets.partner("pigeon", "token") == ("first-canary",)


def test_text_that_is_not_toml_is_refused_with_the_line(load_text: Load) -> None:
    assert "line 1" in problems(load_text, "title: Harbour")[0]


def test_without_a_file_one_learns_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path / "config.toml", {}, connectors=CONNECTORS)
    assert "config.toml" in caught.value.message
    assert "syndicate demo" in caught.value.remedy


def test_the_error_in_one_line_names_what_to_change(load_text: Load) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_text(SERVICE + "[server]\nport = 0\n[logs]\nlevel = 1")
    assert caught.value.message.startswith("config.toml: server.port: ")
    assert caught.value.message.endswith("(and 1 more)")


@pytest.mark.parametrize(
    ("text", "count"), [(SERVICE, 0), (SERVICE + "[server]\nport = 0\n[logs]\nlevel = 1", 2), ("[", 1)]
)
def test_checking_lists_every_problem_and_nothing_when_all_is_right(
    load_text: Load, tmp_path: Path, text: str, count: int
) -> None:
    load_text(SERVICE)
    (tmp_path / "config.toml").write_text(text)
    assert len(check_problems(tmp_path / "config.toml", {}, connectors=CONNECTORS)) == count


def override(load_text: Load, text: str = "", **variables: str) -> Loaded:
    return load_text(SERVICE + text, {**ENVIRON, **variables})


def test_the_environment_overrides_the_file(load_text: Load) -> None:
    loaded = override(
        load_text,
        GAZETTE,
        SYNDICATE_SERVER__PORT="9000",
        SYNDICATE_SERVICE__TITLE="Harbour Weekly",
        SYNDICATE_NETWORK__ALLOW_PRIVATE='["127.0.0.0/8"]',
        SYNDICATE_PARTNERS__GAZETTE__SELECT__CATEGORIES='["World"]',
    )
    assert loaded.settings.server.port == 9000
    assert loaded.declarations.publisher.title == "Harbour Weekly"
    assert [str(network) for network in loaded.settings.network.allow_private] == ["127.0.0.0/8"]
    assert loaded.declarations.partners[0].select.categories == ("World",)


def test_an_underscore_in_a_variable_is_a_hyphen_in_a_name(load_text: Load) -> None:
    text = GAZETTE.replace("gazette]", "evening-gazette]")
    loaded = override(load_text, text, SYNDICATE_PARTNERS__EVENING_GAZETTE__SCHEDULE="every 5m")
    assert [partner.schedule for partner in loaded.declarations.partners] == ["every 5m"]


def test_a_variable_of_another_program_is_none_of_ours(load_text: Load) -> None:
    assert override(load_text, SYNDICATE_HOME="/srv", OTHER__PORT="1").settings.server.port == 8080


def test_a_line_break_in_a_variable_cannot_set_a_second_key(load_text: Load) -> None:
    title = '"a"\nlanguage = "fr"'
    assert override(load_text, SYNDICATE_SERVICE__DESCRIPTION=title).declarations.publisher.description == title


def test_a_problem_that_the_environment_made_names_the_variable(load_text: Load) -> None:
    found = problems(load_text, SERVICE, {"SYNDICATE_SERVER__PORT": "none"})
    assert found[0].endswith("(set by SYNDICATE_SERVER__PORT)")


def test_what_is_loaded_cannot_be_changed(load_text: Load) -> None:
    settings: Any = load_text(SERVICE).settings
    with pytest.raises(ValueError, match="frozen"):
        settings.server.port = 1
