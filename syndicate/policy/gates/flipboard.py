"""What Flipboard takes: full texts with a picture large enough for its layout, and a description."""

from __future__ import annotations

from syndicate.model.article import Article, Image
from syndicate.model.declarations import FeedDeclaration
from syndicate.model.finding import Finding
from syndicate.policy.gates.contract import Limits, judge_body, refused, repaired
from syndicate.policy.words import text_of_html

SHORTEST_SIDE = 400
DESCRIPTION_CHARACTERS = 300
FEWEST_ITEMS = 30


def judge(article: Article, language: str | None) -> tuple[Finding, ...]:
    """Say what Flipboard would not show of an article; a picture of unknown size passes."""
    return (*judge_body(article), *_judge_pictures(article.images), *_judge_description(article))


def judge_feed(feed: FeedDeclaration) -> tuple[Finding, ...]:
    findings = []
    if feed.content != "full":
        findings.append(refused("content_not_full", "content", 'is not "full"; Flipboard takes full articles only'))
    if feed.items < FEWEST_ITEMS:
        reason = f"is {feed.items}; Flipboard asks for at least {FEWEST_ITEMS}"
        findings.append(repaired("few_items", "items", reason))
    return tuple(findings)


def _judge_pictures(images: tuple[Image, ...]) -> tuple[Finding, ...]:
    if not images:
        return (refused("picture_missing", "images", "has none; Flipboard asks for at least one"),)
    if any(_is_large_enough(image) for image in images):
        return ()
    return (refused("picture_small", "images", f"has none with {SHORTEST_SIDE} pixels on its shorter side"),)


def _is_large_enough(image: Image) -> bool:
    return all(side is None or side >= SHORTEST_SIDE for side in (image.width, image.height))


def _judge_description(article: Article) -> tuple[Finding, ...]:
    summary = article.summary or ""
    if len(summary) >= DESCRIPTION_CHARACTERS:
        return ()
    # The dialect goes on from the body where the summary ends.
    known = len(summary) + len(" ".join(text_of_html(article.body_html or "").split()))
    if known < DESCRIPTION_CHARACTERS:
        reason = f"and the body together have {known} characters; Flipboard asks for {DESCRIPTION_CHARACTERS}"
        return (refused("description_short", "summary", reason),)
    reason = f"has {len(summary)} characters; the description goes on from the body to {DESCRIPTION_CHARACTERS}"
    return (repaired("description_short", "summary", reason),)


LIMITS = Limits(judge, judge_feed)
