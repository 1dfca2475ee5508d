"""What a feed may change in the store: it says less than a record, and not always about stories of its own."""

from __future__ import annotations

from datetime import UTC, datetime

from syndicate.errors import ConflictError, ForeignArticleError, Violation
from syndicate.model.article import Article
from syndicate.model.instants import rfc3339
from syndicate.model.stored import StoredArticle
from syndicate.policy.change import MAX_AHEAD
from syndicate.policy.identity import content_hash, mint_id

# Entries that name nothing and no time are all minted in one year, or each import would make them anew.
_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def lasting_id(article: Article, *, authority: str) -> str:
    """Return the id of a story that came without one: the same whenever it comes again."""
    return mint_id(authority, at=article.published_at or _NO_TIME, nonce=content_hash(article)[:32])


def refuse_out_of_reach(stored: StoredArticle, *, own: bool, now: datetime) -> None:
    """Refuse to let a feed's entry replace our own story, unless the feed is our own, or lift an embargo.

    A site that republishes us keeps our ids: its feed would make its copy the original. Raises ConflictError.
    """
    article = stored.article
    if article is None:
        return
    if article.embargo_until is not None and article.embargo_until > now:
        until = rfc3339(article.embargo_until)
        raise ConflictError(f"article {stored.id} is under embargo until {until}, which a feed cannot carry")
    if article.source is None and not own:
        raise ForeignArticleError(f"article {stored.id} is our own; if the feed is ours, import it with --own")


def with_sane_clock(article: Article, *, is_known: bool, now: datetime) -> tuple[Article, tuple[Violation, ...]]:
    """Take an `updated_at` that lies ahead for now, and say so: other people's clocks are no reason to refuse.

    One that is scheduled with its story stays. Of a known story it is left out, so that nothing changes for it alone.
    """
    ahead = article.updated_at is not None and article.updated_at > now + MAX_AHEAD
    if not ahead or article.updated_at == article.published_at:
        return article, ()
    note = Violation("updated_at", "lies more than ten minutes ahead; taken as the time of import")
    return article.model_copy(update={"updated_at": None if is_known else now}), (note,)
