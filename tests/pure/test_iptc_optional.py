"""What IPTC's own schemas say of what we write; IPTC_SCHEMAS names a directory that holds them.

Looked for there: ninjs-schema_3.1.json, ninjs-schema_2.1.json, GeoJSON-schema.json (which they refer to),
NewsML-G2_2.35-spec-All-Power.xsd, nitf-3-6.xsd and what it includes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from lxml import etree
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from syndicate.model.article import Article
from syndicate.model.delivery import EventType
from syndicate.render.formats.table import FORMATS
from tests.builders import an_article
from tests.pure.test_render_formats import RECORDS, accepted
from tests.stories import a_full_article, a_story, a_withdrawal

SCHEMAS = Path(os.environ.get("IPTC_SCHEMAS", ""))
FILES = {
    "ninjs": "ninjs-schema_3.1.json",
    "ninjs-2.1": "ninjs-schema_2.1.json",
    "newsml-g2": "NewsML-G2_2.35-spec-All-Power.xsd",
    "nitf": "nitf-3-6.xsd",
}
PRESENT = [name for name, file in FILES.items() if os.environ.get("IPTC_SCHEMAS") and (SCHEMAS / file).is_file()]
GEOJSON = "https://geojson.org/schema/GeoJSON.json#"

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(not PRESENT, reason="IPTC_SCHEMAS names no directory with IPTC's schemas"),
]


@cache
def complaints_of(name: str) -> Callable[[bytes], list[str]]:
    """Return what tells everything that a schema finds wrong with a document."""
    return _json_complaints(name) if name.startswith("ninjs") else _xml_complaints(name)


def _json_complaints(name: str) -> Callable[[bytes], list[str]]:
    geojson = Resource[Any].from_contents(read("GeoJSON-schema.json"), default_specification=DRAFT202012)
    registry: Any = Registry().with_resource(GEOJSON, geojson)
    validator = jsonschema.Draft202012Validator(read(FILES[name]), registry=registry)
    return lambda body: [f"{error.json_path}: {error.message}" for error in validator.iter_errors(json.loads(body))]


def read(file: str) -> Any:
    return json.loads((SCHEMAS / file).read_text("utf-8"))


def _xml_complaints(name: str) -> Callable[[bytes], list[str]]:
    schema = etree.XMLSchema(etree.parse(SCHEMAS / FILES[name]))

    def complaints(body: bytes) -> list[str]:
        schema.validate(etree.fromstring(body))
        return str(schema.error_log).splitlines()

    return complaints


@pytest.mark.parametrize("name", PRESENT)
def test_the_schema_complains_where_there_is_cause(name: str) -> None:
    document = FORMATS[name].write(a_story())
    marks = {"nitf": (b"<hl1>", b"<hl1 rank='1'>"), "newsml-g2": (b"<itemClass", b"<itemKlass")}
    good, bad = marks.get(name, (b'"uri":', b'"URI":'))
    assert complaints_of(name)(document.replace(good, bad))


@pytest.mark.parametrize("name", PRESENT)
@pytest.mark.parametrize("article", [an_article(), a_full_article()], ids=["plain", "full"])
def test_stories_fit_their_schema(name: str, article: Article) -> None:
    assert complaints_of(name)(FORMATS[name].write(a_story(article, version=2, type=EventType.CORRECTED))) == []


@pytest.mark.parametrize("name", PRESENT)
@pytest.mark.parametrize("note", ["Wrong & withdrawn.", None])
def test_withdrawals_fit_their_schema(name: str, note: str | None) -> None:
    assert complaints_of(name)(FORMATS[name].write_withdrawal(a_withdrawal(public_note=note))) == []


@pytest.mark.parametrize("name", PRESENT)
@given(record=RECORDS)
def test_whatever_is_accepted_fits_the_schema(name: str, record: dict[str, Any]) -> None:
    if article := accepted(record):
        assert complaints_of(name)(FORMATS[name].write(a_story(article))) == []
