"""Rights: what of an article one partner may have, and until when."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syndicate.model.article import Article, Image, Related, Rights
from syndicate.model.declarations import Content, PartnerDeclaration, RightsRule
from syndicate.policy.body import first_paragraphs, keep_pictures, without_links
from syndicate.policy.words import fold, names, spaced_words

# Names every territory, in a record and in a partner's section.
WORLD = "world"


@dataclass(frozen=True)
class NotAllowed:
    """The partner may not have the article; `reason` is for operators."""

    reason: str


def shape_for_partner(
    article: Article, partner: PartnerDeclaration, rules: tuple[RightsRule, ...], *, now: datetime
) -> Article | NotAllowed:
    """Return the article as the partner may have it and its profile asks for, or why it may not have it.

    Pictures it may not have leave the record, the related stories and the body. The same object when nothing changes.
    """
    refused = refusal_for_partner(article, partner, now=now)
    return refused or _with_content(_with_pictures(article, partner, rules, now), partner.profile.content)


def takes_everything(partner: PartnerDeclaration, rules: tuple[RightsRule, ...]) -> bool:
    """Tell that `shape_for_partner` changes no record of this partner's that has no rights of its own."""
    profile = partner.profile
    return profile.content == "full" and profile.images == "all" and not _missing(partner, rules)


def has_rights(record: Mapping[str, Any]) -> bool:
    """Tell from a record's JSON form whether it or a picture of it has rights or an end."""
    images = [*record.get("images", ()), *(story.get("image", {}) for story in record.get("related", ()))]
    return "rights" in record or "expires_at" in record or any("rights" in image for image in images)


def refusal_for_partner(article: Article, partner: PartnerDeclaration, *, now: datetime) -> NotAllowed | None:
    """Return why the partner may not have the article, or None; `shape_for_partner` without the work of shaping."""
    reason = _refusal(article.rights, partner, now)
    if reason is not None:
        return NotAllowed(f"the article's rights: {reason}")
    if article.expires_at is not None and article.expires_at <= now:
        return NotAllowed("the article has expired")
    return None


def with_rights_at(article: Article, at: datetime) -> Article:
    """Return the article without the pictures whose rights have ended by then."""
    if next_change(article) is None:
        return article
    kept = tuple(image for image in article.images if not _has_ended(image.rights, at))
    related = tuple(
        story.model_copy(update={"image": None}) if story.image and _has_ended(story.image.rights, at) else story
        for story in article.related
    )
    body_html = article.body_html
    if body_html and len(kept) < len(article.images):
        body_html = keep_pictures(body_html, {image.url for image in kept})
    if body_html:
        body_html = without_links(body_html, _withheld(article, lambda image: not _has_ended(image.rights, at)))
    return _changed(article, images=kept, related=related, body_html=body_html)


def _withheld(article: Article, may_have: Callable[[Image], bool]) -> set[str]:
    """Return where the pictures are that must not go: not by a link in the text, either."""
    images = [*article.images, *(story.image for story in article.related if story.image)]
    return {image.url for image in images if not may_have(image)} - {image.url for image in images if may_have(image)}


def _has_ended(rights: Rights | None, at: datetime) -> bool:
    return rights is not None and rights.expires_at is not None and rights.expires_at <= at


def next_change(article: Article, *, after: datetime | None = None) -> datetime | None:
    """Return the first instant (later than `after`) at which a right of the article or of a picture ends."""
    ends = (rights.expires_at for rights in _all_rights(article) if rights is not None)
    return min((end for end in ends if end is not None and (after is None or end > after)), default=None)


def _all_rights(article: Article) -> Iterator[Rights | None]:
    yield article.rights
    yield from (image.rights for image in article.images)
    yield from (related.image.rights for related in article.related if related.image)


def _refusal(rights: Rights | None, partner: PartnerDeclaration, now: datetime) -> str | None:
    if rights is None:
        return None
    if rights.expires_at is not None and rights.expires_at <= now:
        return "they ended"
    # Lists of before a partner was renamed name it as it was: what they deny stays denied.
    if {fold(partner.name), fold(partner.renamed_from or partner.name)} & _folded(rights.deny_partners or ()):
        return "they deny it to this partner"
    # A list that names nobody allows nobody.
    if rights.allow_partners is not None and fold(partner.name) not in _folded(rights.allow_partners):
        return "they do not name this partner"
    return _territorial_refusal(rights, partner)


def _territorial_refusal(rights: Rights, partner: PartnerDeclaration) -> str | None:
    """Ask that every territory of the partner's be named; where it shows things is not known of one that says nothing.

    As with partners, a list that names nothing allows nothing.
    """
    if rights.territories is None:
        return None
    named = {fold(name) for name in rights.territories}
    if WORLD in named:
        return None
    if not partner.territories:
        return (
            f"they hold in {', '.join(rights.territories) or 'no territory'}, and the partner declares no territories"
        )
    left = [name for name in partner.territories if fold(name) not in named]
    return f"they do not hold in {', '.join(left)}" if left else None


def _folded(names: Collection[str]) -> set[str]:
    return {fold(name) for name in names}


def _with_pictures(
    article: Article, partner: PartnerDeclaration, rules: tuple[RightsRule, ...], now: datetime
) -> Article:
    missing = _missing(partner, rules)
    allowed = tuple(image for image in article.images if _may_have(image, partner, missing, now))
    wanted = {"all": allowed, "lead": allowed[:1], "none": ()}[partner.profile.images]
    related = tuple(_related(story, partner, missing, now) for story in article.related)
    body_html = article.body_html
    if body_html and (partner.profile.images != "all" or len(wanted) < len(article.images)):
        body_html = keep_pictures(body_html, {image.url for image in wanted})
    if body_html:
        body_html = without_links(body_html, _withheld(article, lambda image: _may_have(image, partner, missing, now)))
    return _changed(article, images=wanted, related=related, body_html=body_html)


def _missing(partner: PartnerDeclaration, rules: tuple[RightsRule, ...]) -> tuple[RightsRule, ...]:
    """Return the rules whose licence the partner does not hold."""
    return tuple(rule for rule in rules if fold(rule.name) not in {fold(name) for name in partner.licences})


def _may_have(image: Image, partner: PartnerDeclaration, missing: tuple[RightsRule, ...], now: datetime) -> bool:
    return _refusal(image.rights, partner, now) is None and not any(_is_under(image, rule) for rule in missing)


def _is_under(image: Image, rule: RightsRule) -> bool:
    """Say whether the rule's licence is needed: "© AP" and "AP/Jo Smith" are AP's, "Apple" is not."""
    rights = image.rights or Rights()
    # Who holds the copyright is a credit, too, though no reader sees it.
    credited = (spaced_words(image.credit or ""), spaced_words(rights.copyright or ""))
    licence = spaced_words(rights.licence or "")
    return any(names(name, text) for name in rule.credits for text in credited) or any(
        names(name, licence) for name in rule.licences
    )


def _related(story: Related, partner: PartnerDeclaration, missing: tuple[RightsRule, ...], now: datetime) -> Related:
    if story.image is None:
        return story
    if partner.profile.images == "all" and _may_have(story.image, partner, missing, now):
        return story
    return story.model_copy(update={"image": None})


def _with_content(article: Article, content: Content) -> Article:
    if content == "full" or article.body_html is None:
        return article
    if content == "summary":
        return _changed(article, body_html=None)
    return _changed(article, body_html=first_paragraphs(article.body_html, content))


def _changed(article: Article, **values: object) -> Article:
    changes = {key: value for key, value in values.items() if value != getattr(article, key)}
    return article.model_copy(update=changes) if changes else article
