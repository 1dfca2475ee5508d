"""Bring one article's post to the state that a sending describes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from syndicate.connectors.contract import Accepted, Sending
from syndicate.connectors.means import Setting
from syndicate.connectors.wordpress.api import Api, Stop
from syndicate.connectors.wordpress.content import post_content, post_date, post_fields
from syndicate.connectors.wordpress.ledger import Ledger, marker_of
from syndicate.connectors.wordpress.lookup import POST_FIELDS, Lookup, Marks, unrecognisable
from syndicate.connectors.wordpress.options import WordPressOptions
from syndicate.connectors.wordpress.pictures import Library
from syndicate.connectors.wordpress.shapes import META, POST, Post
from syndicate.connectors.wordpress.terms import Terms, matching_author
from syndicate.connectors.wordpress.withdrawal import TRASH, Withdrawal
from syndicate.model.article import Article
from syndicate.model.delivery import EventType
from syndicate.render.attribution import original_url

_MAY_STILL_BE_MADE = "an earlier request may still be making the post"


@dataclass
class Work:
    """One attempt at one article's post. Raises Stop where it ends early."""

    api: Api
    ledger: Ledger
    sending: Sending
    options: WordPressOptions
    setting: Setting
    terms: Terms

    async def publish(self, article: Article) -> Accepted:
        """Make the post, or bring it up to date."""
        found = await self._find()
        if found is None and not self._is_asked_for():
            return self._left_alone("the copy was deleted there, and an update does not bring it back")
        library = self._library(searching=found is not None and self.ledger.held.post is None)
        if found is None:
            found = await self._create(article, library)
            if not self.ledger.held.unfinished:
                return self._done(found, await self._tell_canonical(article, found.id))
        else:
            await self.ledger.intend(unfinished=self._is_ours_to_show(found))
            await self.ledger.done(post=found.id, making=False)
        return await self._fill(article, library, found)

    async def _fill(self, article: Article, library: Library, found: Post) -> Accepted:
        """Bring the pictures, then the words, then take away what is not of the article any more."""
        notes = await library.bring(article, found.id) if self._copies_pictures else ()
        post = await self._show(article, library, found)
        notes += self._feature(library, article, post)
        await library.drop_all_but(article if self._copies_pictures else None)
        notes += await self._tell_canonical(article, found.id)
        return self._done(post, notes)

    async def retract(self) -> Accepted:
        """Take the post down; what never arrived is down already."""
        found = await self._find()
        if found is not None:
            await Withdrawal(self.api, self.ledger, self.options).take_down(found)
        elif self.ledger.held.making:
            self.ledger.wait_for_unclear(_MAY_STILL_BE_MADE)
        library = self._library(searching=False)
        if self.options.retracted_pictures == "delete":
            await library.drop_all_but(None)
        post = found.id if found is not None else None
        kept = self.ledger.settled(post=post, withdrawn=True, making=False, unfinished=False)
        return Accepted(status=200, answer="taken down" if found else "it was not there", remote=kept)

    @property
    def _copies_pictures(self) -> bool:
        return self.setting.partner.profile.pictures == "copy"

    def _library(self, *, searching: bool) -> Library:
        return Library(self.api, self.ledger, self.sending, self.setting.means.pictures, searching)

    async def _find(self) -> Post | None:
        held, retracting = self.ledger.held, self.sending.record is None
        marks = Marks(self._marker, self.sending.slug, held.link)
        lookup = Lookup(self.api, marks)
        numbered = None if held.post is None else await lookup.by_id(held.post)
        if numbered is not None and marks.fit(numbered):
            return numbered
        # Slugs do for what nobody should know of; what may be there is searched for in every way.
        found = await lookup.by_marks(thoroughly=held.making or held.post is not None or retracting)
        if found is None and numbered is not None and retracting and numbered.status != TRASH:
            raise unrecognisable(numbered.id)
        return found

    @property
    def _marker(self) -> str:
        return marker_of(self.sending.article_id)

    def _is_asked_for(self) -> bool:
        """Tell an article's first delivery, its return and a repetition that an operator asks for from an update."""
        held = self.ledger.held
        first = held.post is None or held.withdrawn or self.sending.type is EventType.PUBLISHED
        return first or held.revision == self.sending.revision

    def _is_ours_to_show(self, found: Post) -> bool:
        """Tell whether the post waits for us to show it: our draft, or what we or an operator brings back."""
        held = self.ledger.held
        if found.status not in (TRASH, "draft"):
            return False
        if held.withdrawn:
            return held.was != TRASH or self._is_repeated()
        return held.unfinished or held.post is None or (found.status == TRASH and self._is_asked_for())

    def _is_repeated(self) -> bool:
        return self.ledger.held.revision == self.sending.revision

    async def _create(self, article: Article, library: Library) -> Post:
        if self.ledger.held.making:
            self.ledger.wait_for_unclear(_MAY_STILL_BE_MADE)
        # Pictures need a post to belong to; readers see it once it is whole.
        unfinished = self._copies_pictures and bool(article.images)
        fields = await self._fields(article, library, making=True) | {"slug": self.sending.slug}
        status = "draft" if unfinished else self.options.status
        await self.ledger.begin(post=None, making=True, unfinished=unfinished, withdrawn=False)
        try:
            post = await self.api.post("wp/v2/posts", POST, fields | {"status": status}, _fields=POST_FIELDS)
        except Stop as stop:
            if not stop.refused.certain:
                raise await self.ledger.lost(stop) from None
            await self.ledger.intend(making=False, unfinished=False)
            raise
        await self._written(article, post=post.id, making=False)
        return await self._on_time(post, status)

    async def _show(self, article: Article, library: Library, found: Post) -> Post:
        """Write this revision into the post, and show it where that is ours to do."""
        held = self.ledger.held
        shown = library.shown(article) if self._copies_pictures else article
        fields = await self._fields(shown, library, making=False)
        if held.unfinished:
            fields |= {"status": self._status(), "slug": self.sending.slug}
        lead = self._lead(library, article)
        # A picture that its editors gave a post without any of ours stays.
        if lead is not None or held.media:
            fields["featured_media"] = lead or 0
        post = await self.api.post(f"wp/v2/posts/{found.id}", POST, fields, _fields=POST_FIELDS)
        self._compare_terms(fields, post)
        await self._written(article, unfinished=False, withdrawn=False, was="")
        return await self._on_time(post, fields.get("status"))

    def _status(self) -> str:
        """Return how a post of ours is shown: as the partner wishes, or as its editors had this one."""
        was = self.ledger.held.was
        return was if was in ("draft", "pending", "private", "future") else self.options.status

    async def _written(self, article: Article, **changes: Any) -> None:
        await self.ledger.done(**changes, terms=self.terms.print_of(article), date=post_date(article))

    async def _on_time(self, post: Post, wish: str | None) -> Post:
        """Show a post that the site keeps for later, because by its clock what is published now lies ahead."""
        if wish != "publish" or post.status != "future":
            return post
        # Without a date it is the site's own now.
        now = {"status": "publish", "date_gmt": None}
        return await self.api.post(f"wp/v2/posts/{post.id}", POST, now, _fields=POST_FIELDS)

    async def _fields(self, article: Article, library: Library, *, making: bool) -> dict[str, Any]:
        author = await matching_author(self.api, article) if self.options.author == "match" else None
        content = post_content(
            article,
            self.setting.partner.profile,
            self.setting.publisher,
            marker=self._marker,
            copies=library.copies(article),
            byline=author is None,
        )
        fields = post_fields(article, content)
        held = self.ledger.held
        # Editors there may sort posts anew, so that terms are written only when they change here.
        if making or held.terms != self.terms.print_of(article):
            fields |= await self.terms.ids(self.api, article)
        # A date of ours would publish what they put off, and undo what they put on top again.
        if making or (held.date and held.date != post_date(article)):
            fields["date_gmt"] = post_date(article)
        if making:
            fields |= {"author": author} if author is not None else {}
            fields |= {} if self.options.comments == "site" else {"comment_status": self.options.comments}
        return fields

    def _compare_terms(self, fields: dict[str, Any], post: Post) -> None:
        if not {*fields.get("categories", ()), *fields.get("tags", ())} <= {*post.categories, *post.tags}:
            self.terms.forget()

    def _lead(self, library: Library, article: Article) -> int | None:
        return library.id_of(article.lead) if self._copies_pictures else None

    def _feature(self, library: Library, article: Article, post: Post) -> tuple[str, ...]:
        """Compare the featured picture: WordPress drops one that it cannot use without a word."""
        lead = self._lead(library, article)
        if lead is None or post.featured_media == lead:
            return ()
        return (f"the site did not take the lead picture (attachment {lead}) as the post's featured picture",)

    async def _tell_canonical(self, article: Article, post: int) -> tuple[str, ...]:
        """Write the original's address where a plugin reads it; apart from the post, which must not fail with it."""
        address = original_url(article) or article.url
        if not self.options.canonical_meta or address is None or self.ledger.held.meta == address:
            return ()
        meta = dict.fromkeys(self.options.canonical_meta, address)
        try:
            taken = (await self.api.post(f"wp/v2/posts/{post}", META, {"meta": meta}, _fields="meta")).meta
        except Stop as stop:
            if not stop.code or not (stop.refused.unauthorised or stop.refused.permanent):
                raise
            return (f"the canonical address was not taken: {stop.refused.reason}",)
        missing = [key for key in meta if taken.get(key) != address]
        if not missing:
            await self.ledger.done(meta=address)
        return tuple(f"the site has no meta key {key} registered for its API" for key in missing)

    def _left_alone(self, why: str) -> Accepted:
        return Accepted(answer=why, remote=self.ledger.settled(revision=self.sending.revision))

    def _done(self, post: Post, notes: tuple[str, ...]) -> Accepted:
        if post.status == TRASH:
            notes = ("the copy lies in the trash there, where it was brought up to date", *notes)
        # Of what readers cannot see there is no address to give.
        link = post.link if post.status == "publish" else None
        kept = self.ledger.settled(revision=self.sending.revision, link=link)
        return Accepted(url=link, remote=kept, status=200, answer="\n".join(notes))
