"""What the buttons of the stage do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC

from syndicate.actions import operate, read
from syndicate.actions.accept import Submission, accept
from syndicate.actions.office import Office
from syndicate.actions.retract import restore, retract
from syndicate.demo.plug import Plug
from syndicate.demo.stories import corrected, story_record
from syndicate.errors import ArticleExistsError, ArticleRetractedError, ConflictError
from syndicate.parse.record import read_record

ACTOR = "stage"
PARTNER = "meridian"
REASON = "the editor changed her mind, on a stage"
PUBLIC_NOTE = "We should not have published this story, and have withdrawn it."


@dataclass(frozen=True)
class Acts:
    """The publisher's office, its pictures by the names of their files, and the second paper's plug."""

    office: Office
    pictures: Mapping[str, str]
    plug: Plug

    async def publish(self, _slug: str) -> str:
        """Publish the next story; returns its slug."""
        number = 1
        while True:
            record = read_record(story_record(number, self.pictures))
            try:
                done = await accept(self.office, Submission(record.article, create_only=True), actor=ACTOR)
            except (ArticleExistsError, ArticleRetractedError):
                number += 1
            else:
                return done.stored.slug

    async def correct(self, slug: str) -> str:
        """Correct a published story. Raises ArticleNotFoundError, ConflictError."""
        stored = await read.find(self.office, slug)
        if stored.article is None:
            raise ConflictError("nothing is left of the story", remedy="Choose another one.")
        zone = stored.article.published_at.tzinfo if stored.article.published_at else UTC
        changed = corrected(stored.article).model_copy(update={"updated_at": self.office.now().astimezone(zone)})
        # The revision that was read: a double click corrects once.
        await accept(self.office, Submission(changed, revision=stored.revision), actor=ACTOR)
        return slug

    async def retract(self, slug: str) -> str:
        """Retract a story. Raises ArticleNotFoundError."""
        await retract(self.office, slug, reason=REASON, public_note=PUBLIC_NOTE, actor=ACTOR)
        return slug

    async def restore(self, slug: str) -> str:
        """Bring a retracted story back. Raises ArticleNotFoundError, NotRetractedError."""
        await restore(self.office, slug, actor=ACTOR)
        return slug

    async def unplug(self, slug: str) -> str:
        """Cut the second paper off."""
        await self.plug.pull_out()
        return slug

    async def reconnect(self, slug: str) -> str:
        """Let the second paper answer again, and send at once what waits for it."""
        try:
            await self.plug.put_in()
        except OSError as error:
            raise ConflictError(f"its port was taken meanwhile: {error.strerror}", remedy="Free it.") from error
        await operate.resume_partner(self.office, PARTNER, actor=ACTOR)
        return slug
