"""The template environment and the response headers that its pages need."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

# Pictures and recordings stand wherever their publisher keeps them; everything else is ours. The one <script> on
# a page is JSON-LD, a data block that no browser runs, so scripts need no permission (B82).
_POLICY = (
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self' http: https:",
    "media-src http: https:",
    "base-uri 'none'",
    "form-action 'none'",
)


def page_headers(*, framed_by: Sequence[str] = ()) -> MappingProxyType[str, str]:
    """Return what every page is sent with (B84); only the origins in `framed_by` may show it in a frame."""
    ancestors = " ".join(framed_by) or "'none'"
    return MappingProxyType(
        {
            "Content-Security-Policy": "; ".join((*_POLICY, f"frame-ancestors {ancestors}")),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
    )


PAGE_HEADERS = page_headers()
CONTENT_SECURITY_POLICY = PAGE_HEADERS["Content-Security-Policy"]

# Stored text is text, whatever it looks like: escaping is never switched off, a missing value is a bug.
_ENVIRONMENT = Environment(
    loader=PackageLoader("syndicate.web", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
# `tojson` writes <, >, & and ' as \u escapes, so no text can end the data block.
_ENVIRONMENT.policies["json.dumps_kwargs"] = {"ensure_ascii": False}


def fill(template: str, **values: Any) -> str:
    """Render one of the package's templates; a value it names and does not get raises UndefinedError."""
    return _ENVIRONMENT.get_template(template).render(**values)
