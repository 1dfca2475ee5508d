"""What a submitted record means for what is stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syndicate.errors import (
    AlreadyReleasedError,
    ArticleRetractedError,
    InvalidRecordError,
    RevisionMismatchError,
)
from syndicate.model.article import Article, Status
from syndicate.model.journal import Kind
from syndicate.model.stored import StoredArticle
from syndicate.policy.change import Change, Decision, Stale, Unchanged, decide, require_revision
from syndicate.policy.identity import content_hash
from tests.builders import NOON

HOUR = timedelta(hours=1)


def submitted(**record: Any) -> Article:
    return Article.model_validate({"id": "tag:a.example,2026:1", "title": "T"} | record)


def stored(article: Article, **state: Any) -> StoredArticle:
    """Return `article` as the store would hold it: released an hour ago unless `state` says otherwise."""
    assert article.id is not None
    assert article.published_at is not None
    assert article.updated_at is not None
    known: dict[str, Any] = {
        "key": 1,
        "id": article.id,
        "slug": "t",
        "url": article.url,
        "status": Status.PUBLISHED,
        "revision": 1,
        "seq": 1,
        "article": article,
        "content_hash": content_hash(article),
        "published_at": article.published_at,
        "updated_at": article.updated_at,
        "release_at": None,
        "released_at": NOON - HOUR,
        "changed_at": NOON - HOUR,
        "upstream": None,
        "withdrawn_by": None,
        "withdrawn_at": None,
        "public_note": None,
    }
    return StoredArticle(**known | state)


def known(**record: Any) -> Article:
    times = {"published_at": NOON - 2 * HOUR, "updated_at": NOON - HOUR}
    return submitted(**times | record)


def decided(before: StoredArticle | None, article: Article, *, hold: bool = False) -> Decision:
    return decide(before, article, now=NOON, hold=hold)


def changed(before: StoredArticle | None, article: Article, *, hold: bool = False) -> Change:
    decision = decided(before, article, hold=hold)
    assert isinstance(decision, Change)
    return decision


def test_a_new_article_without_times_is_published_now() -> None:
    change = changed(None, submitted())
    assert (change.status, change.kind) == (Status.PUBLISHED, Kind.PUBLISHED)
    assert change.article.published_at == change.article.updated_at == NOON


def test_a_new_article_was_updated_when_it_was_published() -> None:
    assert changed(None, submitted(published_at=NOON - HOUR)).article.updated_at == NOON - HOUR


def test_an_article_published_ahead_is_scheduled_and_nothing_happened_to_it_yet() -> None:
    change = changed(None, submitted(published_at=NOON + HOUR))
    assert (change.status, change.kind, change.release_at) == (Status.SCHEDULED, None, NOON + HOUR)


def test_an_embargo_later_than_publication_decides_the_release() -> None:
    change = changed(None, submitted(published_at=NOON - HOUR, embargo_until=NOON + HOUR))
    assert (change.status, change.release_at) == (Status.SCHEDULED, NOON + HOUR)


def test_a_held_article_waits_whatever_its_times() -> None:
    assert changed(None, submitted(), hold=True).status is Status.HELD
    held = stored(known(), status=Status.HELD, released_at=None)
    assert changed(held, known(title="Better")).status is Status.HELD


def test_an_article_that_expired_before_it_came_is_never_seen() -> None:
    change = changed(None, submitted(expires_at=NOON))
    assert (change.status, change.kind) == (Status.EXPIRED, None)


def test_the_same_content_again_changes_nothing() -> None:
    assert decided(stored(known()), known()) == Unchanged()


def test_a_repeated_record_without_times_changes_nothing() -> None:
    assert decided(stored(known()), submitted()) == Unchanged()


def test_a_scheduled_article_can_be_written_back_as_it_was_read() -> None:
    ahead = submitted(published_at=NOON + HOUR, updated_at=NOON + HOUR)
    assert decided(stored(ahead, status=Status.SCHEDULED, released_at=None), ahead) == Unchanged()


def test_an_older_version_changes_nothing() -> None:
    older = known(title="Older", updated_at=NOON - HOUR - timedelta(seconds=1))
    assert decided(stored(known()), older) == Stale()


def test_an_equally_old_version_counts_in_order_of_arrival() -> None:
    assert changed(stored(known()), known(title="Second")).kind is Kind.UPDATED


def test_a_change_without_a_time_is_updated_now_in_the_zone_it_was_published_in() -> None:
    before = known(published_at="2026-03-04T05:00:00-05:00[America/New_York]")
    change = changed(stored(before), submitted(title="New", published_at=before.published_at))
    assert change.article.updated_at == NOON
    assert str(change.article.updated_at.tzinfo) == "America/New_York"


def test_a_change_never_seems_older_than_what_it_changes() -> None:
    ahead = known(updated_at=NOON + timedelta(minutes=5))
    assert changed(stored(ahead), submitted(title="New")).article.updated_at == NOON + timedelta(minutes=5)


@pytest.mark.parametrize("ahead", [timedelta(minutes=10), timedelta(minutes=9)])
def test_a_clock_that_is_a_little_fast_is_forgiven(ahead: timedelta) -> None:
    assert changed(None, submitted(published_at=NOON, updated_at=NOON + ahead)).status is Status.PUBLISHED


def test_an_update_from_the_far_future_is_refused_by_name() -> None:
    late = submitted(published_at=NOON, updated_at=NOON + timedelta(minutes=10, seconds=1))
    with pytest.raises(InvalidRecordError) as caught:
        decided(None, late)
    assert [violation.path for violation in caught.value.violations] == ["updated_at"]


def test_a_new_note_makes_a_correction_and_is_kept_with_its_time() -> None:
    change = changed(stored(known()), known(title="Right", correction="It was wrong.", updated_at=NOON))
    assert change.kind is Kind.CORRECTED
    assert [(note.note, note.at) for note in change.article.corrections] == [("It was wrong.", NOON)]


def test_a_note_said_before_is_no_new_correction() -> None:
    first = changed(stored(known()), known(correction="It was wrong.", updated_at=NOON)).article
    again = changed(stored(first), first.model_copy(update={"title": "Again", "corrections": ()}))
    assert again.kind is Kind.UPDATED
    assert len(again.article.corrections) == 1


def test_corrections_outlive_a_record_that_leaves_the_note_out() -> None:
    first = changed(stored(known()), known(correction="It was wrong.", updated_at=NOON)).article
    later = changed(stored(first), known(title="Later", updated_at=NOON))
    assert [note.note for note in later.article.corrections] == ["It was wrong."]


def test_a_retracted_article_takes_no_change() -> None:
    with pytest.raises(ArticleRetractedError):
        decided(stored(known(), status=Status.RETRACTED), known(title="Back"))


def test_readers_cannot_be_made_to_forget_by_an_embargo() -> None:
    with pytest.raises(AlreadyReleasedError):
        decided(stored(known()), known(embargo_until=NOON + HOUR))


def test_an_embargo_that_passed_may_be_written_back() -> None:
    past = known(embargo_until=NOON - HOUR)
    assert decided(stored(past), past) == Unchanged()


def test_a_change_that_ends_an_article_withdraws_it() -> None:
    change = changed(stored(known()), known(expires_at=NOON - HOUR, updated_at=NOON))
    assert (change.status, change.kind) == (Status.EXPIRED, Kind.EXPIRED)


def test_an_expired_article_given_more_time_comes_back() -> None:
    expired = stored(known(expires_at=NOON - HOUR), status=Status.EXPIRED)
    change = changed(expired, known(expires_at=NOON + HOUR, updated_at=NOON))
    assert (change.status, change.kind) == (Status.PUBLISHED, Kind.RESTORED)


def test_a_release_moved_ahead_again_stays_hidden() -> None:
    waiting = stored(known(embargo_until=NOON + HOUR), status=Status.SCHEDULED, released_at=None)
    change = changed(waiting, known(embargo_until=NOON + 2 * HOUR))
    assert (change.status, change.kind, change.release_at) == (Status.SCHEDULED, None, NOON + 2 * HOUR)


def test_an_embargo_lifted_early_publishes_at_once() -> None:
    waiting = stored(known(embargo_until=NOON + HOUR), status=Status.SCHEDULED, released_at=None)
    assert changed(waiting, known()).kind is Kind.PUBLISHED


@pytest.mark.parametrize("wanted", [None, 1])
def test_a_change_meant_for_the_stored_revision_passes(wanted: int | None) -> None:
    require_revision(stored(known()), wanted)


@pytest.mark.parametrize("before", [None, stored(known(), revision=2)])
def test_a_change_meant_for_another_revision_is_refused(before: StoredArticle | None) -> None:
    with pytest.raises(RevisionMismatchError):
        require_revision(before, 1)


def test_times_are_compared_as_instants() -> None:
    same = known(published_at=datetime(2026, 3, 4, 10, 0, tzinfo=UTC))
    assert decided(stored(same), same) == Unchanged()
