"""Which HTML stays, which goes with its content, which becomes something else; one list for every reader of HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


KEPT = _names(
    """a abbr b blockquote br caption cite code dd del dfn dl dt em figcaption figure h2 h3 h4 h5 h6 hr i img ins kbd
    li mark ol p pre q s samp small strong sub sup table tbody td tfoot th thead time tr u ul var"""
)
EMPTY = _names("br hr img")
BLOCKS = _names(
    """blockquote caption dd dl dt figcaption figure h2 h3 h4 h5 h6 hr li ol p pre
    table tbody td tfoot th thead tr ul"""
)
# An article's title is the h1 of the page it stands on.
RENAMED = {"h1": "h2", "strike": "s", "tt": "code"}
EMBEDS = _names("iframe object embed video audio")
# Their content goes with them: it is code, a form, or another language's markup.
DROPPED = _names(
    """script style noscript template svg math form textarea select title xmp plaintext noembed noframes"""
)
# These only group or lay out; that they go is no news to anyone.
GROUPING = _names("div section article main header footer aside center")
UNREMARKABLE = GROUPING | _names("span html head body picture source param track font wbr")
ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "a": _names("href title"),
    "img": _names("src alt title width height"),
    "td": _names("colspan rowspan scope"),
    "th": _names("colspan rowspan scope"),
    "time": _names("datetime"),
    "ol": _names("start"),
    "blockquote": _names("cite"),
    "q": _names("cite"),
}
ADDRESSES = _names("href src cite")
NUMBERS = _names("width height colspan rowspan start")
# Nobody who sent them means them for readers elsewhere; the rest is named when it goes.
SILENT_ATTRIBUTES = re.compile(
    r"class|id|rel|target|loading|decoding|dir|lang|align|role|sizes|allow.*|frameborder|(?:data|aria)-.*|xml.*"
)
