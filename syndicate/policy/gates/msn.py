"""What MSN's Partner Hub takes: titles, one language, a body, and pictures whose rights are said."""

from __future__ import annotations

import re
from datetime import timedelta

from syndicate.model.article import Article, Image
from syndicate.model.declarations import FeedDeclaration
from syndicate.model.finding import Finding
from syndicate.policy.gates.contract import Limits, judge_body, judge_language, refused

SHORTEST_TITLE, LONGEST_TITLE = 20, 150
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")


def judge(article: Article, language: str | None) -> tuple[Finding, ...]:
    """Say what MSN would refuse or drop of an article."""
    pictures = (finding for place, image in enumerate(article.images) for finding in _judge_picture(place, image))
    return (*_judge_title(article.title), *judge_language(article, language), *judge_body(article), *pictures)


def judge_feed(feed: FeedDeclaration) -> tuple[Finding, ...]:
    if feed.content == "full":
        return ()
    return (refused("content_not_full", "content", 'is not "full"; MSN takes full articles only'),)


def may_syndicate(image: Image) -> bool:
    """Say whether a picture may be passed on: not where its rights name who may have it, or who may not."""
    rights = image.rights
    return rights is None or not (rights.allow_partners is not None or rights.deny_partners)


def _judge_title(title: str) -> tuple[Finding, ...]:
    findings = []
    if not SHORTEST_TITLE <= len(title) <= LONGEST_TITLE:
        reason = f"has {len(title)} characters; MSN takes {SHORTEST_TITLE} to {LONGEST_TITLE}"
        findings.append(refused("title_length", "title", reason))
    if _MARKUP.search(title):
        findings.append(refused("title_markup", "title", "has HTML in it; MSN takes plain text"))
    return tuple(findings)


def _judge_picture(place: int, image: Image) -> tuple[Finding, ...]:
    path, rights = f"images.{place}", image.rights
    if not image.credit and (rights is None or not (rights.licence or rights.copyright)):
        reason = "names no credit, licence or copyright; MSN asks whose every picture is"
        return (refused("picture_rights_unknown", path, reason),)
    if not may_syndicate(image):
        return (refused("picture_rights", path, "may go to named partners only"),)
    return ()


LIMITS = Limits(judge, judge_feed, max_age=timedelta(days=365), max_items=20)
