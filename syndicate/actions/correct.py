"""Correct a published article: a public note of what was wrong, and the headline where that was it."""

from __future__ import annotations

from syndicate.actions.accept import Receipt, Submission, accept_in
from syndicate.actions.office import Occasion, Office
from syndicate.actions.retract import must_find
from syndicate.errors import ArticleRetractedError, InvalidRecordError, Violation
from syndicate.parse.record import read_record
from syndicate.store.tx import Tx


async def correct(office: Office, name: str, *, note: str, title: str | None, actor: str) -> Receipt:
    """Add a public note to an article, and give it another title where one is named; the rest stays as it is.

    Raises ArticleNotFoundError, ArticleRetractedError, InvalidRecordError.
    """
    return await office.store.write(_correct, name, note, title, office.occasion(actor))


def _correct(tx: Tx, name: str, note: str, title: str | None, occasion: Occasion) -> Receipt:
    stored = must_find(tx, name)
    if stored.article is None:
        raise ArticleRetractedError(f"article {stored.id} was erased", remedy="Nothing of it is left to correct.")
    # What an operator types is checked like what a sender writes.
    typed = read_record({"title": stored.article.title if title is None else title, "correction": note}).article
    if not (typed.correction or "").strip():
        raise InvalidRecordError("a correction needs a note", [Violation("correction", "must not be empty")])
    # Without updated_at the change counts from now.
    changes = {"title": typed.title, "correction": typed.correction, "updated_at": None}
    return accept_in(tx, Submission(stored.article.model_copy(update=changes)), occasion)
