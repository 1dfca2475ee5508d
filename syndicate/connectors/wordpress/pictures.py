"""An article's pictures in a site's media library: each uploaded once, its words kept up to date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from syndicate.connectors.contract import Refused, Sending
from syndicate.connectors.means import PATIENT_ATTEMPTS, NoPicture, PictureFile, Pictures
from syndicate.connectors.wordpress.api import Api, Stop
from syndicate.connectors.wordpress.form import form
from syndicate.connectors.wordpress.ledger import Held, Ledger, Media, fingerprint, name_of
from syndicate.connectors.wordpress.shapes import ATTACHMENT, ATTACHMENTS, DELETED, Attachment
from syndicate.model.article import Article, Image
from syndicate.model.text import shortened
from syndicate.policy.body import keep_pictures

_FIELDS = "id,source_url"
_ATTACHMENT = "X-WP-Upload-Attachment-ID"


@dataclass
class Library:
    """The pictures of one article in one attempt. `searching`: attachments may be there that the ledger lacks."""

    api: Api
    ledger: Ledger
    sending: Sending
    files: Pictures
    searching: bool = False

    async def bring(self, article: Article, post: int) -> tuple[str, ...]:
        """Have every picture there and attached to the post; returns why some are not."""
        await self._check()
        missing = [await self._bring_one(article, image, post) for image in article.images]
        return tuple(reason for reason in missing if reason is not None)

    def copies(self, article: Article) -> Mapping[str, Media]:
        """Return the attachments that are there, by the pictures' own addresses."""
        return copies_of(article, self.ledger.held)

    def shown(self, article: Article) -> Article:
        """Return the article without the pictures that are not there."""
        images = tuple(image for image in article.images if self.ledger.held.media_of(image) is not None)
        if images == article.images:
            return article
        body = keep_pictures(article.body_html or "", {image.url for image in images})
        return article.model_copy(update={"images": images, "body_html": body or None})

    def id_of(self, image: Image | None) -> int | None:
        media = None if image is None else self.ledger.held.media_of(image)
        return media.id if media is not None else None

    async def drop_all_but(self, article: Article | None) -> None:
        """Delete attachments that are no pictures of the article any more; of None, all."""
        images = article.images if article is not None else ()
        names = {name_of(image) for image in images}
        kept = {digest for name, digest in self.ledger.held.digests.items() if name in names}
        for digest, media in self.ledger.held.media.items():
            if digest not in kept:
                await self._delete(digest, media)
        digests = self.ledger.held.digests
        await self.ledger.intend(digests={name: digest for name, digest in digests.items() if name in names})

    async def _check(self) -> None:
        """Forget attachments that were deleted there."""
        known = {media.id: digest for digest, media in self.ledger.held.media.items() if media.id is not None}
        ids = list(known)
        for start in range(0, len(ids), 100):
            some = ids[start : start + 100]
            include = ",".join(map(str, some))
            found = await self.api.get("wp/v2/media", ATTACHMENTS, include=include, per_page=100, _fields="id")
            for lost in set(some) - {each.id for each in found}:
                await self.ledger.no_media(known[lost])

    async def _bring_one(self, article: Article, image: Image, post: int) -> str | None:
        media = self.ledger.held.media_of(image)
        if media is None:
            file = await self.files.fetch(image.url)
            if isinstance(file, NoPicture):
                reason = f"a picture cannot be had: {file.reason}"
                return self._without(reason, certain=file.permanent, stop=Stop(Refused(reason, ours=True)))
            try:
                media = await self._have(article, image, file, post)
            except Stop as stop:
                return self._refused(stop)
        await self._describe(article, image, media, post)
        return None

    async def _have(self, article: Article, image: Image, file: PictureFile, post: int) -> Media:
        held = self.ledger.held
        await self.ledger.intend(digests={**held.digests, name_of(image): file.digest})
        if (media := self.ledger.held.media.get(file.digest)) is not None and media.id is not None:
            return media
        found = await self._lost(file.digest, begun=media is not None)
        return found or await self._upload(article, image, file, post)

    async def _lost(self, digest: str, *, begun: bool) -> Media | None:
        """Look for an attachment that was made and whose answer was lost."""
        if not (begun or self.searching):
            return None
        found = await self._search(digest)
        if found is not None:
            await self.ledger.media(digest, found)
        elif begun:
            self.ledger.wait_for_unclear("an earlier upload may still be under way")
        return found

    async def _search(self, digest: str) -> Media | None:
        stem = self._stem(digest)
        slug = f"{stem},{stem}-2"
        found = await self.api.get("wp/v2/media", ATTACHMENTS, slug=slug, per_page=10, _fields=_FIELDS)
        return next(map(_media, found), None)

    async def _upload(self, article: Article, image: Image, file: PictureFile, post: int) -> Media:
        stem = self._stem(file.digest)
        fields = {"slug": stem, "post": str(post), **_words(article, image)}
        body, boundary = form(fields, filename=f"{stem}.{file.suffix}", media_type=file.type, data=file.data)
        await self.ledger.media(file.digest, Media())
        try:
            made = await self.api.post_form("wp/v2/media", ATTACHMENT, body, boundary, _fields=_FIELDS)
        except Stop as stop:
            media = await self._rescued(stop, file.digest)
        else:
            media = _media(made, words=_print(article, image, post))
        await self.ledger.media(file.digest, media)
        return media

    async def _rescued(self, stop: Stop, digest: str) -> Media:
        """Finish an upload that is there, but failed while its sizes were made."""
        number = stop.headers.get(_ATTACHMENT, "")
        if not number.isdecimal():
            if not stop.refused.certain:
                raise await self.ledger.lost(stop)
            # What was certainly refused is not there.
            await self.ledger.intend(media={k: m for k, m in self.ledger.held.media.items() if k != digest})
            raise stop
        action = {"action": "create-image-subsizes"}
        try:
            return _media(
                await self.api.post(f"wp/v2/media/{number}/post-process", ATTACHMENT, action, _fields=_FIELDS)
            )
        except Stop:
            # Without its smaller sizes it is a picture all the same.
            return _media(await self.api.get(f"wp/v2/media/{number}", ATTACHMENT, _fields=_FIELDS))

    async def _describe(self, article: Article, image: Image, media: Media, post: int) -> None:
        """Bring the words beside a picture up to date, and attach it to the post."""
        words = _print(article, image, post)
        if media.words == words:
            return
        fields = {**_words(article, image), "post": post}
        await self.api.post(f"wp/v2/media/{media.id}", ATTACHMENT, fields, _fields="id")
        digest = self.ledger.held.digests[name_of(image)]
        await self.ledger.media(digest, media.model_copy(update={"words": words}))

    async def _delete(self, digest: str, media: Media) -> None:
        found = media if media.id is not None else await self._search(digest)
        if found is not None:
            try:
                await self.api.delete(f"wp/v2/media/{found.id}", DELETED, force="true", _fields="deleted")
            except Stop as stop:
                if stop.refused.status not in (404, 410) or not stop.code:
                    raise
        await self.ledger.no_media(digest)

    def _refused(self, stop: Stop) -> str:
        """Go without a picture that the site does not take; raises where that is not about the picture."""
        refused = stop.refused
        about_it = refused.status == 413 or stop.code.startswith("rest_upload_")
        if not about_it:
            raise stop
        return self._without(f"the site took a picture not: {refused.reason}", certain=refused.certain, stop=stop)

    def _without(self, reason: str, *, certain: bool, stop: Stop) -> str:
        """Say why the post goes without a picture; raises where another attempt may bring it."""
        if not certain and self.sending.attempt <= PATIENT_ATTEMPTS:
            raise stop
        return reason

    def _stem(self, digest: str) -> str:
        """Return the attachment's slug and file name: the same for the same picture of the same article."""
        start = self.sending.slug[:60].strip("-") or "picture"
        return f"{start}-{fingerprint(self.sending.article_id, digest)}"


def copies_of(article: Article, held: Held) -> Mapping[str, Media]:
    """Return the attachments that are known to be there, by the pictures' own addresses."""
    return {image.url: media for image in article.images if (media := held.media_of(image)) is not None}


def _media(attachment: Attachment, *, words: str = "") -> Media:
    return Media(id=attachment.id, url=attachment.source_url, words=words)


def _words(article: Article, image: Image) -> dict[str, str]:
    caption = " ".join(part for part in (image.caption, image.credit) if part)
    return {
        "title": escape(shortened(image.caption or image.alt or article.title, 100), quote=False),
        "caption": escape(caption, quote=False),
        "alt_text": image.alt or "",
        "description": escape(image.credit or "", quote=False),
    }


def _print(article: Article, image: Image, post: int) -> str:
    words: dict[str, Any] = _words(article, image)
    return fingerprint(str(post), *words.values())
