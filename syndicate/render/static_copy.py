"""What stands beside the documents of a static copy: a manifest for programs, and a configuration for nginx."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

FORMAT_TYPES = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}
SUFFIXES = {"gzip": ".gz", "br": ".br"}


@dataclass(frozen=True)
class Listed:
    """A document as the manifest lists it; `etags` are those the service gives it, by coding."""

    seq: int
    content_type: str
    cache_control: str
    last_modified: str
    etags: Mapping[str, str]


@dataclass(frozen=True)
class Manifest:
    """What a copy holds, by path, as of a `seq` of the store of that `epoch`."""

    epoch: str
    as_of: int
    documents: Mapping[str, Listed]


def write_manifest(manifest: Manifest) -> bytes:
    return (json.dumps(asdict(manifest), indent=1, sort_keys=True) + "\n").encode()


def read_manifest(text: bytes) -> Manifest | None:
    """Read a manifest; None for anything that is none: then all is written anew."""
    try:
        found = json.loads(text)
        documents = {path: Listed(**listed) for path, listed in found["documents"].items()}
        return Manifest(str(found["epoch"]), int(found["as_of"]), documents)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


@dataclass(frozen=True)
class Served:
    """A feed as nginx is to serve it: `headers` beside those that nginx makes itself."""

    slug: str
    headers: Mapping[str, str]


_LOCATION = r"""
location ~ ^/feeds/{slug}(/archive/[0-9-]+)?\.(rss|atom|json)$ {{
    types {{
{types}
    }}
    gzip_static on;
    # Where nginx has the module ngx_brotli:
    # brotli_static on;
    gzip_vary on;
    gzip_proxied any;
    if_modified_since before;
{headers}
}}
"""
_MOVED = r"""
location ~ ^/feeds/{old}(/archive/[0-9-]+)?(\.(rss|atom|json))?$ {{
    add_header Cache-Control "{kept}";
    return 301 {root}/feeds/{new}$1$2;
}}
"""
_GONE = r"""
location ~ ^/feeds/{slug}(/archive/[0-9-]+)?\.(rss|atom|json)$ {{
    return 410;
}}
"""
MOVED_CACHE_CONTROL = "public, max-age=2592000"


def write_nginx(feeds: Sequence[Served], *, moved: Mapping[str, str], gone: Sequence[str], root: str) -> bytes:
    """Write what makes nginx serve a copy as the service would; `moved` leads from old slugs to new ones.

    Its entity tags are nginx's own, of time and size: distinct for each coding, moved by each edition.
    """
    parts = ["# Written by syndicate. Include it in a server block whose root is this directory.\n"]
    parts += [_location(feed) for feed in feeds]
    parts += [_MOVED.format(old=old, new=new, root=root, kept=MOVED_CACHE_CONTROL) for old, new in moved.items()]
    parts += [_GONE.format(slug=slug) for slug in gone]
    return "".join(parts).encode()


def _location(feed: Served) -> str:
    types = "\n".join(f'        "{media_type}" {suffix};' for suffix, media_type in FORMAT_TYPES.items())
    headers = "\n".join(f'    add_header {name} "{value}";' for name, value in feed.headers.items())
    return _LOCATION.format(slug=feed.slug, types=types, headers=headers)
