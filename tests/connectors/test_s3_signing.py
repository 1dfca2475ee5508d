"""Signature Version 4 against the examples of its own documentation."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.connectors.s3_signing import Credentials, quoted_path, signed

KEYS = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1")
AT = datetime(2013, 5, 24, tzinfo=UTC)
HOST = "examplebucket.s3.amazonaws.com"


def signature(headers: dict[str, str]) -> str:
    return headers["Authorization"].rpartition("Signature=")[2]


def test_a_put_is_signed_as_the_documentation_signs_it() -> None:
    headers = {"Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"}
    path = quoted_path("test$file.text")
    assert path == "/test%24file.text"
    made = signed("PUT", HOST, path, headers, b"Welcome to Amazon S3.", KEYS, at=AT)
    assert made["x-amz-content-sha256"] == "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"
    assert signature(made) == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"


def test_a_get_is_signed_as_the_documentation_signs_it() -> None:
    made = signed("GET", HOST, "/test.txt", {"Range": "bytes=0-9"}, b"", KEYS, at=AT)
    assert signature(made) == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"


def test_no_representation_shows_the_keys() -> None:
    assert "EXAMPLE" not in repr(KEYS)
