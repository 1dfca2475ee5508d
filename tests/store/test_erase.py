"""Erasure: nothing of the text is left in any file of the service."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicate.actions.accept import Submission, accepting
from syndicate.actions.erase import erase
from syndicate.actions.idempotent import Reply, Request, perform
from syndicate.actions.pictures import keep_picture
from syndicate.actions.read import history
from syndicate.actions.retract import retract
from syndicate.actions.single import confirm_copy
from syndicate.connectors.contract import Accepted, Sending
from syndicate.errors import NotRetractedError
from syndicate.parse.record import read_record
from tests.papers import a_paper, put
from tests.pictures import a_jpeg
from tests.store.conftest import OpenPaper
from tests.store.mailroom import PARTNER, answer, claim_all, deliver
from tests.store.newsdesk import the_copy

CANARY = "zanzibarcanary"
ARTICLE = "tag:harbour.example,2026:ferry"


def words_left(folder: Path) -> list[str]:
    """Return the files below `folder` that still hold the canary."""
    return [path.name for path in folder.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]


async def test_only_a_retracted_article_can_be_erased(tmp_path: Path) -> None:
    async with a_paper(tmp_path) as paper:
        await put(paper)
        with pytest.raises(NotRetractedError):
            await erase(paper.office, paper.pictures, ARTICLE, case="case 7")


async def test_an_erased_article_leaves_its_id_and_times_and_no_word_of_its_text(tmp_path: Path) -> None:
    async with a_paper(tmp_path) as paper:
        kept = await keep_picture(paper.office, paper.pictures, a_jpeg())
        picture = {"url": f"{paper.declarations.publisher.root}/media/{kept.name}", "caption": CANARY}
        parsed = read_record({"id": ARTICLE, "title": "T", "body_html": f"<p>{CANARY}</p>", "images": [picture]})
        asked = Request("token", "key", "hash")
        say = lambda done: Reply(201, done.stored.article.wire() if done.stored.article else None)  # noqa: E731
        await perform(paper.office, asked, accepting(Submission(parsed.article)), say, actor="test")
        await retract(paper.office, ARTICLE, reason=CANARY, public_note=CANARY, actor="test")
        assert paper.pictures.get(kept.name) is not None
        await erase(paper.office, paper.pictures, ARTICLE, case="case 7")
        told = await history(paper.office, ARTICLE)
        assert [row.kind for row in told.journal] == ["published", "retracted"]
        assert told.stored.article is None
        assert paper.pictures.get(kept.name) is None
        assert words_left(tmp_path / "data") == []
    assert words_left(tmp_path / "data") == []


async def test_a_picture_of_a_former_revision_is_erased_too(tmp_path: Path) -> None:
    async with a_paper(tmp_path) as paper:
        kept = await keep_picture(paper.office, paper.pictures, a_jpeg())
        await put(paper, images=[{"url": f"{paper.declarations.publisher.root}/media/{kept.name}"}])
        await put(paper, images=[])
        await retract(paper.office, ARTICLE, reason="r", public_note=None, actor="test")
        await erase(paper.office, paper.pictures, ARTICLE, case="case 7")
        assert paper.pictures.get(kept.name) is None


async def test_a_picture_another_article_shows_survives_an_erasure(tmp_path: Path) -> None:
    async with a_paper(tmp_path) as paper:
        kept = await keep_picture(paper.office, paper.pictures, a_jpeg())
        images = [{"url": f"{paper.declarations.publisher.root}/media/{kept.name}"}]
        await put(paper, images=images)
        await put(paper, id="tag:harbour.example,2026:other", images=images)
        await retract(paper.office, ARTICLE, reason="r", public_note=None, actor="test")
        await erase(paper.office, paper.pictures, ARTICLE, case="case 7")
        assert paper.pictures.get(kept.name) is not None


async def test_a_copy_that_is_still_there_is_found_by_what_its_connector_kept_until_it_is_gone(
    open_paper: OpenPaper,
) -> None:
    paper = await open_paper(PARTNER)
    await put(paper)
    await answer(paper.office, await claim_all(paper.office), Accepted(remote={"post": 7}))
    await retract(paper.office, ARTICLE, reason="r", public_note=None, actor="test")
    await erase(paper.office, paper.pictures, ARTICLE, case="case 7")
    [parcel] = await claim_all(paper.office)
    sending = parcel.sending(now=paper.office.now())
    assert isinstance(sending, Sending)
    assert sending.remote == {"post": 7}
    await answer(paper.office, [parcel], Accepted(remote={"post": 7, "trashed": True}))
    assert (await the_copy(paper)).remote == {}


@pytest.mark.parametrize("gone", ["acknowledged", "confirmed"])
async def test_what_connectors_kept_of_a_copy_that_is_gone_goes_with_the_article(
    open_paper: OpenPaper, gone: str
) -> None:
    paper = await open_paper(PARTNER)
    await put(paper)
    await answer(paper.office, await claim_all(paper.office), Accepted(remote={"post": 7}))
    await retract(paper.office, ARTICLE, reason="r", public_note=None, actor="test")
    if gone == "acknowledged":
        await deliver(paper.office)
        assert (await the_copy(paper)).remote == {"post": 7}
    await erase(paper.office, paper.pictures, ARTICLE, case="case 7")
    if gone == "confirmed":
        await confirm_copy(paper.office, "gazette", ARTICLE, note="seen")
    assert (await the_copy(paper)).remote == {}
