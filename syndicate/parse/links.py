"""Addresses found in documents: made absolute, normalised, or refused."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from syndicate.model.addresses import normalise_web_url


def web_address(value: str | None, base_url: str | None = None) -> str | None:
    """Return the absolute http or https address that `value` means at `base_url`, or None where it means none.

    A protocol-relative address becomes https.
    """
    text = (value or "").strip()
    if not text:
        return None
    try:
        if text.startswith("//"):
            text = f"https:{text}"
        elif base_url is not None:
            text = urljoin(base_url, text)
        return normalise_web_url(text)
    except ValueError:
        return None


def host(url: str) -> str:
    """Return the host name of a normalised address."""
    return urlsplit(url).hostname or ""


def home_page(url: str) -> str:
    """Return the root of the site that `url` is on."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"
