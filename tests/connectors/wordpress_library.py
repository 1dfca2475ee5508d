"""A scripted WordPress's files, categories, tags and users."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.connectors.partners import Request
from tests.connectors.wordpress_faults import Answer, Rejected
from tests.connectors.wordpress_rules import multipart, slug_of, unique

if TYPE_CHECKING:
    from tests.connectors.wordpress_site import WordPressSite


def list_media(site: WordPressSite, request: Request, query: dict[str, str]) -> Answer:
    found = list(site.media.values())
    if "include" in query:
        found = [each for each in found if str(each["id"]) in query["include"].split(",")]
    if "slug" in query:
        found = [each for each in found if each["slug"] in query["slug"].split(",")]
    return Answer(200, found[: int(query.get("per_page", "10"))])


def read_media(site: WordPressSite, request: Request, query: dict[str, str], number: str) -> Answer:
    return Answer(200, _attachment(site, number))


def upload(site: WordPressSite, request: Request, query: dict[str, str]) -> Answer:
    site.may("upload_files", status=400)
    fields, name, data = multipart(request)
    if fields["post"] != "0" and int(fields["post"]) not in site.posts:
        raise Rejected(403, "rest_cannot_edit")
    if not data:
        raise Rejected(400, "rest_upload_no_data")
    if not name.endswith((".jpg", ".png", ".gif")):
        raise Rejected(500, "rest_upload_sideload_error")
    number = site.number()
    taken = {each["slug"] for each in (*site.media.values(), *site.posts.values())}
    media = {"id": number, "slug": unique(fields.pop("slug"), taken), "data": data, "mime_type": "image/jpeg"}
    site.media[number] = {**media, **fields, "source_url": f"{site.url}wp-content/uploads/{number}-{name}"}
    site.media[number]["post"] = post = int(fields["post"])
    site.media[number]["post_was"] = site.posts[post]["status"] if post else None
    if site.breaks_sizes:
        return Answer(500, "<p>There has been a critical error.", {"X-WP-Upload-Attachment-ID": str(number)})
    return Answer(201, site.media[number])


def post_process(site: WordPressSite, request: Request, query: dict[str, str], number: str) -> Answer:
    media = _attachment(site, number)
    assert json.loads(request.body) == {"action": "create-image-subsizes"}
    media["processed"] = True
    return Answer(200, media)


def describe_media(site: WordPressSite, request: Request, query: dict[str, str], number: str) -> Answer:
    media = _attachment(site, number)
    media.update(json.loads(request.body))
    return Answer(200, media)


def delete_media(site: WordPressSite, request: Request, query: dict[str, str], number: str) -> Answer:
    _attachment(site, number)
    if query.get("force") != "true":
        raise Rejected(501, "rest_trash_not_supported")
    return Answer(200, {"deleted": True, "previous": site.media.pop(int(number))})


def _attachment(site: WordPressSite, number: str) -> dict[str, Any]:
    if int(number) not in site.media:
        raise Rejected(404, "rest_post_invalid_id")
    return site.media[int(number)]


def list_terms(site: WordPressSite, request: Request, query: dict[str, str], route: str) -> Answer:
    # As it comes: names are kept as HTML, and nobody makes HTML of what is searched for.
    search = query["search"].casefold()
    found = [(number, name) for number, name in site.terms[route].items() if search in name.casefold()]
    return Answer(200, [{"id": number, "name": name, "slug": slug_of(name)} for number, name in found])


def make_term(site: WordPressSite, request: Request, query: dict[str, str], route: str) -> Answer:
    if route == "categories":
        site.may("manage_categories")
    name = json.loads(request.body)["name"]
    for number, known in site.terms[route].items():
        # By slug: two names that read alike are one term.
        if slug_of(known) == slug_of(name):
            raise Rejected(400, "term_exists", term_id=number)
    number = site.number()
    site.terms[route][number] = name
    return Answer(201, {"id": number, "name": name})


def list_users(site: WordPressSite, request: Request, query: dict[str, str]) -> Answer:
    names = site.users.items()
    return Answer(200, [{"id": each, "name": name} for each, name in names if query["search"] in name])


def me(site: WordPressSite, request: Request, query: dict[str, str]) -> Answer:
    return Answer(200, {"id": 1, "name": "Syndicate", "capabilities": dict.fromkeys(site.capabilities, True)})
