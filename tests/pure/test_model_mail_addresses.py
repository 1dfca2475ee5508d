"""Mail addresses: what can stand in a header and a command, and nothing that would end it."""

from __future__ import annotations

import pytest

from syndicate.model.addresses import normalise_mail_address


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (" desk@Gazette.example ", "desk@gazette.example"),
        ("news+ap.world@gazette.example", "news+ap.world@gazette.example"),
        ("schröder@bücher.example", "schröder@xn--bcher-kva.example"),
    ],
)
def test_an_address_is_kept_with_its_domain_in_ascii(given: str, kept: str) -> None:
    assert normalise_mail_address(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "desk",
        "@gazette.example",
        "desk@",
        "desk@gazette.example:25",
        "desk@[127.0.0.1]",
        ".desk@gazette.example",
        "desk.@gazette.example",
        "de..sk@gazette.example",
        "desk@gazette.example, night@gazette.example",
        "desk@gazette.example\r\nBcc: all@gazette.example",
        "desk> SIZE=1@gazette.example",
        "Desk <desk@gazette.example>",
        "de\x00sk@gazette.example",
        f"{'d' * 65}@gazette.example",
        None,
    ],
)
def test_what_is_no_single_mailbox_is_refused(given: object) -> None:
    with pytest.raises(ValueError, match=r"must|is not"):
        normalise_mail_address(given)
