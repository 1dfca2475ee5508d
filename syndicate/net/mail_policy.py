"""How mail is written: as Python's email package does, but for words that it would run together."""

from __future__ import annotations

from email.header import Header
from email.policy import SMTP, EmailPolicy
from typing import Any


def plain_subject(text: str) -> str:
    """Return a subject of which nothing is taken for an encoded word, which the package would decode."""
    return text.replace("=?", "= ?")


class MailPolicy(EmailPolicy):
    """Fold headers of words so that none loses the space before or behind it.

    The package encodes each word beyond ASCII by itself, and readers drop what stands between two encoded words
    (RFC 2047 section 6.2). `Header` encodes the space with them.
    """

    def fold(self, name: str, value: Any) -> str:
        text = str(value)
        if name.lower() != "subject" or self.utf8:
            return str(super().fold(name, value))
        charset = "us-ascii" if text.isascii() else "utf-8"
        encoded = Header(text, charset, header_name=name, maxlinelen=76).encode(linesep=self.linesep)
        return f"{name}: {encoded}{self.linesep}"

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self.fold(name, value).encode("utf-8" if self.utf8 else "ascii", "surrogateescape")


# Lines of 7 bits, whatever the servers on the way can do.
MAIL_POLICY = MailPolicy(linesep=SMTP.linesep, cte_type="7bit")
WIDE_MAIL_POLICY = MAIL_POLICY.clone(utf8=True)
