"""The formats there are: a new one is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from syndicate.render.formats.atom_entry import write_atom_entry, write_atom_withdrawal
from syndicate.render.formats.html_document import write_html, write_html_withdrawal
from syndicate.render.formats.newsml_g2 import write_newsml_g2, write_newsml_g2_withdrawal
from syndicate.render.formats.ninjs import (
    write_ninjs_2,
    write_ninjs_2_withdrawal,
    write_ninjs_3,
    write_ninjs_3_withdrawal,
)
from syndicate.render.formats.nitf import write_nitf, write_nitf_withdrawal
from syndicate.render.formats.story import Story, Withdrawal


@dataclass(frozen=True)
class NewsFormat:
    """How stories and withdrawals are written; equal input gives equal bytes.

    `suffix` is that of a file; `withdrawal_type` is the media type of withdrawals where it is another.
    """

    media_type: str
    suffix: str
    write: Callable[[Story], bytes]
    write_withdrawal: Callable[[Withdrawal], bytes]
    withdrawal_type: str | None = None


FORMATS = {
    "ninjs": NewsFormat("application/json", "json", write_ninjs_3, write_ninjs_3_withdrawal),
    "ninjs-2.1": NewsFormat("application/json", "json", write_ninjs_2, write_ninjs_2_withdrawal),
    "newsml-g2": NewsFormat(
        "application/vnd.iptc.g2.newsmessage+xml", "xml", write_newsml_g2, write_newsml_g2_withdrawal
    ),
    "nitf": NewsFormat("application/nitf+xml", "xml", write_nitf, write_nitf_withdrawal),
    "atom": NewsFormat(
        "application/atom+xml;type=entry",
        "atom",
        write_atom_entry,
        write_atom_withdrawal,
        withdrawal_type="application/atomdeleted+xml",
    ),
    "html": NewsFormat("text/html; charset=utf-8", "html", write_html, write_html_withdrawal),
}
