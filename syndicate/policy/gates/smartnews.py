"""What SmartNews' SmartFormat takes: full texts in one language, in documents of at most 1 MB."""

from __future__ import annotations

from syndicate.model.article import Article
from syndicate.model.declarations import FeedDeclaration
from syndicate.model.finding import Finding
from syndicate.policy.gates.contract import Limits, judge_body, judge_language, refused, repaired

DESCRIPTION_CHARACTERS = 30


def judge(article: Article, language: str | None) -> tuple[Finding, ...]:
    """Say what SmartNews would refuse of an article."""
    return (*judge_language(article, language), *judge_body(article))


def judge_feed(feed: FeedDeclaration) -> tuple[Finding, ...]:
    findings = []
    if feed.content != "full":
        findings.append(refused("content_not_full", "content", 'is not "full"; SmartNews takes full articles only'))
    if len(feed.description or feed.title) > DESCRIPTION_CHARACTERS:
        reason = f"is cut to {DESCRIPTION_CHARACTERS} characters"
        findings.append(repaired("description_long", "description", reason))
    if feed.logo is None:
        findings.append(repaired("logo_missing", "logo", "is not set; SmartNews shows a feed with its logo"))
    return tuple(findings)


LIMITS = Limits(judge, judge_feed)
