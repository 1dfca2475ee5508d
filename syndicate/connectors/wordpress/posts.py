"""Bring one article's post to the state that a sending describes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from syndicate.connectors.contract import Accepted, Refused, Sending
from syndicate.connectors.means import Setting
from syndicate.connectors.wordpress.api import UNCLEAR, Api, Stop, unclear
from syndicate.connectors.wordpress.content import post_content, post_fields
from syndicate.connectors.wordpress.ledger import Ledger, marker_of
from syndicate.connectors.wordpress.lookup import POST_FIELDS, Found, by_id, by_marks, is_gone
from syndicate.connectors.wordpress.options import WordPressOptions
from syndicate.connectors.wordpress.pictures import Library
from syndicate.connectors.wordpress.terms import Terms, matching_author
from syndicate.model.article import Article
from syndicate.model.delivery import EventType
from syndicate.render.attribution import original_url

_TRASH = "trash"


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
            data = await self._create(article, library)
            found = Found.of(data)
            if not self.ledger.held.unfinished:
                return self._done(data, await self._tell_canonical(article, found.id))
        else:
            await self.ledger.intend(unfinished=self._is_ours_to_show(found))
            await self.ledger.done(post=found.id, making=False)
        return await self._fill(article, library, found)

    async def _fill(self, article: Article, library: Library, found: Found) -> Accepted:
        """Bring the pictures, then the words, then take away what is not of the article any more."""
        notes = await library.bring(article, found.id) if self._copies_pictures else ()
        data = await self._show(article, library, found)
        notes += self._feature(library, article, data)
        await library.drop_all_but(article if self._copies_pictures else None)
        notes += await self._tell_canonical(article, found.id)
        return self._done(data, notes)

    async def retract(self) -> Accepted:
        """Take the post down; what never arrived is down already."""
        found = await self._find()
        if found is None:
            self._wait_for_unclear("an earlier request may still be making the post")
        elif self.options.retraction == "draft":
            await self._to_draft(found)
        elif found.status != _TRASH:
            await self._to_trash(found)
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

    async def _find(self) -> Found | None:
        held = self.ledger.held
        found = None if held.post is None else await by_id(self.api, held.post)
        if found is not None:
            return found
        # Slugs do for what nobody should know of; what may be there is searched for in every way.
        thoroughly = held.making or held.post is not None or self.sending.record is None
        return await by_marks(self.api, self.sending.slug, self._marker, thoroughly=thoroughly)

    @property
    def _marker(self) -> str:
        return marker_of(self.sending.article_id)

    def _is_asked_for(self) -> bool:
        """Tell an article's first delivery, its return and a repetition that an operator asks for from an update."""
        held = self.ledger.held
        first = held.post is None or held.withdrawn or self.sending.type is EventType.PUBLISHED
        return first or held.revision == self.sending.revision

    def _is_ours_to_show(self, found: Found) -> bool:
        """Tell whether the post waits for us to show it: our draft, or what we or an operator brings back."""
        held = self.ledger.held
        if held.withdrawn or held.unfinished:
            return True
        if held.post is None:
            return found.status in (_TRASH, "draft")
        return found.status == _TRASH and self._is_asked_for()

    def _wait_for_unclear(self, reason: str) -> None:
        """Give a request that was cut off time to end before anything is made again. Later attempts have waited."""
        if self.ledger.held.making and self.sending.attempt == 1:
            raise Stop(Refused(reason, retry_after=UNCLEAR))

    async def _create(self, article: Article, library: Library) -> Any:
        self._wait_for_unclear("an earlier request may still be making the post")
        # Pictures need a post to belong to; readers see it once it is whole.
        unfinished = self._copies_pictures and bool(article.images)
        fields = await self._fields(article, library, making=True) | {"slug": self.sending.slug}
        status = "draft" if unfinished else self.options.status
        await self.ledger.intend(post=None, making=True, unfinished=unfinished, withdrawn=False)
        try:
            reply = await self.api.post("wp/v2/posts", fields | {"status": status}, _fields=POST_FIELDS)
        except Stop as stop:
            if stop.refused.certain:
                await self.ledger.intend(making=False, unfinished=False)
            raise unclear(stop) from None
        post = Found.of(reply.data).id
        await self.ledger.done(post=post, making=False, terms=self.terms.print_of(article))
        return reply.data

    async def _show(self, article: Article, library: Library, found: Found) -> Any:
        """Write this revision into the post, and show it where that is ours to do."""
        held = self.ledger.held
        shown = library.shown(article) if self._copies_pictures else article
        fields = await self._fields(shown, library, making=False)
        if held.unfinished:
            fields |= {"status": self.options.status, "slug": self.sending.slug}
        lead = self._lead(library, article)
        # A picture that its editors gave a post without any of ours stays.
        if lead is not None or held.media:
            fields["featured_media"] = lead or 0
        reply = await self.api.post(f"wp/v2/posts/{found.id}", fields, _fields=POST_FIELDS)
        self._compare_terms(fields, reply.data)
        await self.ledger.done(unfinished=False, withdrawn=False, terms=self.terms.print_of(article))
        return reply.data

    async def _fields(self, article: Article, library: Library, *, making: bool) -> dict[str, Any]:
        author = await matching_author(self.api, article) if self.options.author == "match" else None
        content = post_content(
            article,
            self.setting.partner.profile,
            self.setting.publisher,
            marker=self._marker,
            addresses=library.addresses(article),
            byline=author is None,
        )
        fields = post_fields(article, content)
        # Editors there may sort posts anew, so that terms are written only when they change here.
        if making or self.ledger.held.terms != self.terms.print_of(article):
            fields |= await self.terms.ids(self.api, article)
        if making:
            fields |= {"author": author} if author is not None else {}
            fields |= {} if self.options.comments == "site" else {"comment_status": self.options.comments}
        return fields

    def _compare_terms(self, fields: dict[str, Any], data: Any) -> None:
        for route in ("categories", "tags"):
            if not set(fields.get(route, ())) <= set(data.get(route, ())):
                self.terms.forget()

    def _lead(self, library: Library, article: Article) -> int | None:
        return library.id_of(article.lead) if self._copies_pictures else None

    def _feature(self, library: Library, article: Article, data: Any) -> tuple[str, ...]:
        """Compare the featured picture: WordPress drops one that it cannot use without a word."""
        lead = self._lead(library, article)
        if lead is None or data.get("featured_media") == lead:
            return ()
        return (f"the site did not take the lead picture (attachment {lead}) as the post's featured picture",)

    async def _tell_canonical(self, article: Article, post: int) -> tuple[str, ...]:
        """Write the original's address where a plugin reads it; apart from the post, which must not fail with it."""
        address = original_url(article) or article.url
        if not self.options.canonical_meta or address is None or self.ledger.held.meta == address:
            return ()
        meta = dict.fromkeys(self.options.canonical_meta, address)
        try:
            reply = await self.api.post(f"wp/v2/posts/{post}", {"meta": meta}, _fields="meta")
        except Stop as stop:
            if not stop.code or not (stop.refused.unauthorised or stop.refused.permanent):
                raise
            return (f"the canonical address was not taken: {stop.refused.reason}",)
        taken = reply.data.get("meta") or {}
        missing = [key for key in meta if not isinstance(taken, dict) or taken.get(key) != address]
        if not missing:
            await self.ledger.done(meta=address)
        return tuple(f"the site has no meta key {key} registered for its API" for key in missing)

    async def _to_draft(self, found: Found) -> None:
        if found.status not in ("draft", _TRASH):
            await self.api.post(f"wp/v2/posts/{found.id}", {"status": "draft"}, _fields="id")

    async def _to_trash(self, found: Found) -> None:
        try:
            await self.api.delete(f"wp/v2/posts/{found.id}", _fields="id,status")
        except Stop as stop:
            if stop.code == "rest_trash_not_supported":
                await self._to_draft(found)
            elif stop.code != "rest_already_trashed" and not is_gone(stop):
                raise

    def _left_alone(self, why: str) -> Accepted:
        return Accepted(answer=why, remote=self.ledger.settled(revision=self.sending.revision))

    def _done(self, data: Any, notes: tuple[str, ...]) -> Accepted:
        if data.get("status") == _TRASH:
            notes = ("the copy lies in the trash there, where it was brought up to date", *notes)
        # Of what readers cannot see there is no address to give.
        link = data.get("link") if data.get("status") == "publish" else None
        kept = self.ledger.settled(revision=self.sending.revision, link=link)
        return Accepted(url=link, remote=kept, status=200, answer="\n".join(notes))
