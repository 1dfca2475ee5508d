"""Signing: the standard's vector, its reference library, and what must not pass."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from syndicate.errors import BadSignatureError, ConfigurationError
from syndicate.policy.signing import decode_secret, sign, verify

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEY = base64.b64decode(SECRET.removeprefix("whsec_"))
OTHER = b"another key of more than 24 bytes"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
TIMESTAMP = 1614265330
BODY = b'{"test": 2432232314}'
NOW = datetime.fromtimestamp(TIMESTAMP, UTC)
PUBLISHED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def check(
    signature: str, *, secrets: tuple[bytes, ...] = (KEY,), timestamp: str = str(TIMESTAMP), **changes: object
) -> None:
    values = {"id": ID, "body": BODY, "now": NOW} | changes
    verify(secrets, timestamp=timestamp, signature=signature, **values)  # type: ignore[arg-type]  # a test's changes


def test_the_published_vector_is_reproduced() -> None:
    assert sign((decode_secret(SECRET),), id=ID, timestamp=TIMESTAMP, body=BODY) == PUBLISHED


def test_the_published_vector_is_accepted() -> None:
    check(PUBLISHED)


@given(key=st.binary(min_size=24, max_size=64), body=st.text(), id=st.uuids())
def test_the_reference_library_accepts_what_we_sign(key: bytes, body: str, id: object) -> None:  # noqa: A002
    now = datetime.now(UTC)
    signature = sign((OTHER, key), id=f"dlv_{id}", timestamp=int(now.timestamp()), body=body.encode())
    headers = {
        "webhook-id": f"dlv_{id}",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }
    Webhook("whsec_" + base64.b64encode(key).decode()).verify(body, headers, json_parse=False)


@given(body=st.text(), id=st.uuids())
def test_we_accept_what_the_reference_library_signs(body: str, id: object) -> None:  # noqa: A002
    check(Webhook(SECRET).sign(str(id), NOW, body), id=str(id), body=body.encode())


def test_each_secret_of_a_rotation_signs() -> None:
    signature = sign((OTHER, KEY), id=ID, timestamp=TIMESTAMP, body=BODY)
    assert len(signature.split(" ")) == 2
    check(signature, secrets=(KEY,))
    check(signature, secrets=(OTHER,))


def test_a_receiver_in_rotation_accepts_the_old_secret_too() -> None:
    check(PUBLISHED, secrets=(OTHER, KEY))


def test_signatures_of_other_versions_are_skipped() -> None:
    check(f"v1a,{PUBLISHED.removeprefix('v1,')} v2,x {PUBLISHED}")


@pytest.mark.parametrize(
    "signature",
    [
        "",
        " ",
        "v1,",
        "v1a," + PUBLISHED.removeprefix("v1,"),
        PUBLISHED.removeprefix("v1,"),
        PUBLISHED[:-1],
        "\udcff",
        "é",
    ],
)
def test_anything_but_a_matching_signature_is_refused(signature: str) -> None:
    with pytest.raises(BadSignatureError):
        check(signature)


@given(st.binary())
def test_any_other_body_is_refused(body: bytes) -> None:
    with pytest.raises(BadSignatureError):
        check(PUBLISHED, body=BODY + b" " + body)


def test_without_a_secret_nothing_passes() -> None:
    with pytest.raises(BadSignatureError):
        check(PUBLISHED, secrets=())


@pytest.mark.parametrize(("age", "passes"), [(0, True), (300, True), (301, False), (-300, True), (-301, False)])
def test_five_minutes_either_way_are_tolerated(age: int, passes: bool) -> None:
    now = NOW + timedelta(seconds=age)
    if passes:
        check(PUBLISHED, now=now)
        return
    with pytest.raises(BadSignatureError, match="webhook-timestamp"):
        check(PUBLISHED, now=now)


@given(st.text())
def test_a_timestamp_of_any_text_is_refused_and_nothing_else_is_raised(timestamp: str) -> None:
    with pytest.raises(BadSignatureError):
        check("v1,x", timestamp=timestamp)


@pytest.mark.parametrize("timestamp", ["", "1e9", "-1", "+1614265330", "1614265330.0", "٣", "9" * 40, " 1614265330"])
def test_only_whole_seconds_are_a_timestamp(timestamp: str) -> None:
    with pytest.raises(BadSignatureError):
        check(PUBLISHED, timestamp=timestamp)


def test_a_secret_may_come_without_its_prefix_or_padding() -> None:
    key = bytes(range(32))
    encoded = base64.b64encode(key).decode()
    assert {decode_secret(f"whsec_{encoded}"), decode_secret(encoded), decode_secret(encoded.rstrip("="))} == {key}


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "a plain passphrase, long enough", "whsec_c2hvcnQ=", "whsec_" + "A" * 100]
)
def test_another_secret_is_refused_with_a_way_to_make_one(secret: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        decode_secret(secret)
    assert "openssl rand" in caught.value.remedy
    assert not secret or secret not in str(caught.value)


@pytest.mark.parametrize(("secrets", "event"), [((), ID), ((KEY,), "a.b")])
def test_signing_without_a_secret_or_with_an_ambiguous_id_is_our_own_mistake(
    secrets: tuple[bytes, ...], event: str
) -> None:
    with pytest.raises(ValueError, match="signing needs"):
        sign(secrets, id=event, timestamp=TIMESTAMP, body=BODY)
