"""A scripted WordPress's posts: who may do what with them, and what it makes of what it is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.connectors.partners import Request
from tests.connectors.wordpress_faults import Answer, Rejected
from tests.connectors.wordpress_rules import kses, slug_of, unique

if TYPE_CHECKING:
    from tests.connectors.wordpress_site import WordPressSite

_A_POST = dict.fromkeys(("slug", "title", "content", "excerpt"), "") | {
    "status": "draft",
    "featured_media": 0,
    "categories": [1],
    "tags": [],
    "author": 1,
    "comment_status": "open",
}


def list_posts(site: WordPressSite, request: Request, query: dict[str, str]) -> Answer:
    statuses = query.get("status", "publish").split(",")
    found = [post for post in site.posts.values() if post["status"] in statuses]
    if "slug" in query:
        found = [post for post in found if post["slug"] in query["slug"].split(",")]
    if "search" in query:
        found = [post for post in found if query["search"] in post["title"] + post["content"]]
    if query.get("context") == "edit":
        # In silence.
        found = [post for post in found if _may_edit(site, post)]
    return Answer(200, [_view(site, post) for post in found[: int(query.get("per_page", "10"))]])


def read_post(site: WordPressSite, request: Request, query: dict[str, str], number: str) -> Answer:
    post = _post(site, number)
    if query.get("context") == "edit" and not _may_edit(site, post):
        raise Rejected(403, "rest_forbidden_context")
    return Answer(200, _view(site, post))


def _may_edit(site: WordPressSite, post: Mapping[str, Any]) -> bool:
    needed = {"edit_posts"}
    needed |= {"edit_others_posts"} if post.get("author", 1) not in (1, 2) else set()
    needed |= {"edit_published_posts"} if post["status"] in ("publish", "future") else set()
    return needed <= site.capabilities


def make_post(site: WordPressSite, request: Request, query: dict[str, str]) -> Answer:
    site.may("edit_posts")
    number = site.number()
    post: dict[str, Any] = {"id": number, "meta": {}, **_A_POST}
    fields = json.loads(request.body)
    if "id" in fields:
        raise Rejected(400, "rest_post_exists")
    _check(site, fields)
    site.posts[number] = post
    _change(site, post, fields)
    return Answer(201, _view(site, post))


def change_post(site: WordPressSite, request: Request, query: dict[str, str], number: str) -> Answer:
    post, fields = _post(site, number), json.loads(request.body)
    _check(site, fields)
    _change(site, post, fields)
    return Answer(200, _view(site, post))


def trash_post(site: WordPressSite, request: Request, query: dict[str, str], number: str) -> Answer:
    post = _post(site, number)
    if post["status"] == "trash":
        raise Rejected(410, "rest_already_trashed")
    if not site.trash:
        raise Rejected(501, "rest_trash_not_supported")
    post.update(status="trash", slug=f"{post['slug']}__trashed", trashed_from=post["slug"])
    return Answer(200, _view(site, post))


def _post(site: WordPressSite, number: str) -> dict[str, Any]:
    if int(number) not in site.posts:
        raise Rejected(404, "rest_post_invalid_id")
    return site.posts[int(number)]


def _check(site: WordPressSite, fields: Mapping[str, Any]) -> None:
    if fields.get("status") in ("publish", "future"):
        site.may("publish_posts", code="rest_cannot_publish")
    if fields.get("author", 1) != 1:
        site.may("edit_others_posts", code="rest_cannot_edit_others")
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", fields.get("date_gmt") or "2026-01-01T00:00:00"):
        raise Rejected(400, "rest_invalid_param")


def _change(site: WordPressSite, post: dict[str, Any], fields: dict[str, Any]) -> None:
    plain = ("status", "date_gmt", "author", "comment_status", "categories", "tags")
    status = post["status"]
    post.update({key: value for key, value in fields.items() if key in plain})
    _date(site, post)
    for key in ("title", "content", "excerpt"):
        if key in fields:
            free = "unfiltered_html" in site.capabilities
            post[key] = fields[key] if free else kses(fields[key])
    for route in ("categories", "tags"):
        post[route] = [term for term in post[route] if term in site.terms[route]]
    # WordPress does not say that it could not use a picture.
    if "featured_media" in fields:
        post["featured_media"] = fields["featured_media"] if _is_usable(site, fields["featured_media"]) else 0
    post["meta"] |= {key: text for key, text in fields.get("meta", {}).items() if key in site.registered_meta}
    _name(site, post, fields, untrashed=status == "trash" and post["status"] != "trash")


def _date(site: WordPressSite, post: dict[str, Any]) -> None:
    """Publish what is due by the site's own clock, and nothing before; what has no date is published now."""
    if post["status"] in ("publish", "future"):
        post["date_gmt"] = post.get("date_gmt") or site.clock
        post["status"] = "future" if post["date_gmt"] > site.clock else "publish"


def _is_usable(site: WordPressSite, number: int) -> bool:
    return site.featured and number in site.media


def _name(site: WordPressSite, post: dict[str, Any], fields: Mapping[str, Any], *, untrashed: bool) -> None:
    wish = fields.get("slug") or (post.pop("trashed_from", "") if untrashed else "") or post["slug"]
    if post["status"] == "pending" and "publish_posts" not in site.capabilities:
        wish = ""  # Whoever may not publish chooses no address either.
    elif not wish and post["status"] == "publish":
        wish = slug_of(post["title"])
    taken = {other["slug"] for other in site.posts.values() if other is not post}
    post["slug"] = unique(wish, taken) if wish and wish != post["slug"] else wish


def _view(site: WordPressSite, post: Mapping[str, Any]) -> dict[str, Any]:
    raw = {key: {"raw": post[key], "rendered": post[key]} for key in ("title", "content", "excerpt")}
    public = post["status"] == "publish"
    return {**post, **raw, "link": f"{site.url}{post['slug']}/" if public else f"{site.url}?p={post['id']}"}
