"""Article records: what is refused, where, and in which words."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.errors import InvalidJSONError, InvalidRecordError
from syndicate.parse.record import read_foreign_record, read_json, read_record


def refusals(record: object) -> dict[str, str]:
    with pytest.raises(InvalidRecordError) as refusal:
        read_record(record)
    return {violation.path: violation.reason for violation in refusal.value.violations}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"[" * 100_000, "deeper than 32"),
        (b'{"a":' * 100_000, "deeper than 32"),
        (b'{"a": NaN}', "NaN"),
        (b"[-Infinity]", "Infinity"),
        (b"[1e999]", "too large"),
        (b"[" + b"9" * 5_000 + b"]", "digits"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"a": ', "not JSON"),
        (b'["\\ud800"]', "surrogate"),
        (b"", "not JSON"),
    ],
)
def test_json_that_no_two_readers_agree_on_is_refused_at_once(data: bytes, reason: str) -> None:
    start = time.monotonic()
    with pytest.raises(InvalidJSONError, match=reason):
        read_json(data)
    assert time.monotonic() - start < 0.2


def test_a_repeated_key_is_refused_with_its_path() -> None:
    with pytest.raises(InvalidJSONError) as refusal:
        read_json(b'{"images": [{"url": "a", "url": "b"}]}')
    assert refusal.value.violations[0].path == "images.0.url"


def test_thirty_two_levels_are_allowed_and_brackets_in_strings_do_not_count() -> None:
    assert read_json(b"[" * 32 + b"]" * 32)
    assert read_json(json.dumps(["[" * 100, '\\"' + "{" * 100]).encode())


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_what_json_can_say_is_read(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False)
    try:
        assert read_json(text.encode()) == value
    except InvalidJSONError as error:
        assert "deeper" in error.message  # noqa: PT017 - the one refusal that valid JSON can meet here


def test_an_unknown_key_is_refused_and_the_nearest_known_one_named() -> None:
    found = refusals({"title": "T", "bodyhtml": "x", "images": [{"url": "https://i.example/1.jpg", "captoin": "x"}]})
    assert "did you mean body_html?" in found["bodyhtml"]
    assert "did you mean caption?" in found["images.0.captoin"]


def test_a_refusal_never_repeats_a_value() -> None:
    with pytest.raises(InvalidRecordError) as refusal:
        read_record(
            {"title": "T", "api_key": "s3cret", "url": "https://me:s3cret@harbour.example/", "urgency": "s3cret"}
        )
    assert "s3cret" not in f"{refusal.value}{refusal.value.violations}"
    assert refusal.value.__cause__ is None


def test_every_violation_is_told_in_plain_words() -> None:
    found = refusals(
        {"title": " ", "authors": "me", "urgency": "4", "source": {"name": "W"}, "expires_at": "2026-01-01"}
    )
    assert found["title"] == "must not be empty"
    assert found["authors"] == "must be a list"
    assert found["urgency"] == "must be a whole number"
    assert found["source.url"] == "is required"
    assert found["expires_at"].startswith("must be RFC 3339")


def test_what_is_no_object_is_refused() -> None:
    assert refusals([]) == {"": "must be a JSON object"}


def test_keys_of_the_service_are_ignored_on_writing() -> None:
    article = read_record({"title": "T", "revision": 7, "status": "x", "slug": "s", "seq": 1, "corrections": 3}).article
    assert (article.revision, article.status, article.slug, article.seq, article.corrections) == (
        None,
        None,
        None,
        None,
        (),
    )


def test_the_body_is_sanitised_and_what_changed_is_told() -> None:
    read = read_record(
        {"title": "T", "url": "https://harbour.example/a/b", "body_html": '<p><a href="c">x</a><script>y</script></p>'}
    )
    assert read.article.body_html is not None
    assert 'href="https://harbour.example/a/c"' in read.article.body_html
    assert [str(change) for change in read.changes] == ["body_html: removed script"]


def test_a_hopeless_body_is_refused_by_name() -> None:
    assert refusals({"title": "T", "body_html": "<b>" * 300}) == {"body_html": "nests elements deeper than 256 levels"}


def test_a_received_record_may_say_more_than_we_know_and_keeps_what_its_service_set() -> None:
    provenance = [{"name": "Wire", "url": "https://wire.example/", "new": 1}]
    image = {"url": "https://i.example/1.jpg", "mood": "calm"}
    article = read_foreign_record(
        {"title": "T", "mood": "calm", "images": [image], "revision": 3, "seq": 9, "provenance": provenance}
    ).article
    assert (article.revision, article.seq, article.provenance[0].name) == (3, 9, "Wire")


def test_a_received_record_is_sanitised_too() -> None:
    assert read_foreign_record({"title": "T", "body_html": "a<script>b</script>"}).article.body_html == "a"
