"""An article's pictures in a site's media library: each uploaded once, its words kept up to date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from textwrap import shorten
from typing import Any

from syndicate.connectors.contract import Refused, Sending
from syndicate.connectors.means import NoPicture, PictureFile, Pictures
from syndicate.connectors.wordpress.api import UNCLEAR, Api, Stop, unclear
from syndicate.connectors.wordpress.form import form
from syndicate.connectors.wordpress.ledger import Ledger, Media, fingerprint
from syndicate.model.article import Article, Image
from syndicate.policy.body import keep_pictures

# From this attempt on the post goes without a picture that cannot be had: an article is not lost for one.
PATIENCE_ATTEMPTS = 4
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

    def addresses(self, article: Article) -> Mapping[str, str]:
        """Return where the site keeps pictures, by their own addresses."""
        return {image.url: media.url for image in article.images if (media := self._media(image)) is not None}

    def shown(self, article: Article) -> Article:
        """Return the article without the pictures that are not there."""
        images = tuple(image for image in article.images if self._media(image) is not None)
        if images == article.images:
            return article
        body = keep_pictures(article.body_html or "", {image.url for image in images})
        return article.model_copy(update={"images": images, "body_html": body or None})

    def id_of(self, image: Image | None) -> int | None:
        media = None if image is None else self._media(image)
        return media.id if media is not None else None

    async def drop_all_but(self, article: Article | None) -> None:
        """Delete attachments that are no pictures of the article any more; of None, all."""
        images = article.images if article is not None else ()
        kept = {self.ledger.held.digests.get(image.url) for image in images}
        for digest, media in self.ledger.held.media.items():
            if digest not in kept:
                await self._delete(digest, media)
        urls = {image.url for image in images}
        digests = self.ledger.held.digests
        await self.ledger.intend(digests={url: digest for url, digest in digests.items() if url in urls})

    def _media(self, image: Image) -> Media | None:
        media = self.ledger.held.media.get(self.ledger.held.digests.get(image.url, ""))
        return media if media is not None and media.id is not None else None

    async def _check(self) -> None:
        """Forget attachments that were deleted there."""
        known = {media.id: digest for digest, media in self.ledger.held.media.items() if media.id is not None}
        ids = list(known)
        for start in range(0, len(ids), 100):
            some = ids[start : start + 100]
            reply = await self.api.get("wp/v2/media", include=",".join(map(str, some)), per_page=100, _fields="id")
            for lost in set(some) - {int(each["id"]) for each in reply.data}:
                await self.ledger.no_media(known[lost])

    async def _bring_one(self, article: Article, image: Image, post: int) -> str | None:
        media = self._media(image)
        if media is None:
            file = await self.files.fetch(image.url)
            if isinstance(file, NoPicture):
                return self._without(f"a picture cannot be had: {file.reason}", certain=file.permanent)
            try:
                media = await self._have(article, image, file, post)
            except Stop as stop:
                return self._refused(stop)
        await self._describe(article, image, media, post)
        return None

    async def _have(self, article: Article, image: Image, file: PictureFile, post: int) -> Media:
        held = self.ledger.held
        await self.ledger.intend(digests={**held.digests, image.url: file.digest})
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
        elif begun and self.sending.attempt == 1:
            raise Stop(Refused("an earlier upload may still be under way", retry_after=UNCLEAR))
        return found

    async def _search(self, digest: str) -> Media | None:
        stem = self._stem(digest)
        reply = await self.api.get("wp/v2/media", slug=f"{stem},{stem}-2", per_page=10, _fields=_FIELDS)
        return next((Media(id=int(each["id"]), url=each["source_url"]) for each in reply.data), None)

    async def _upload(self, article: Article, image: Image, file: PictureFile, post: int) -> Media:
        stem = self._stem(file.digest)
        fields = {"slug": stem, "post": str(post), **_words(article, image)}
        body, boundary = form(fields, filename=f"{stem}.{file.suffix}", media_type=file.type, data=file.data)
        await self.ledger.media(file.digest, Media())
        try:
            reply = await self.api.post_form("wp/v2/media", body, boundary, _fields=_FIELDS)
        except Stop as stop:
            media = await self._rescued(unclear(stop), file.digest)
        else:
            media = Media(id=int(reply.data["id"]), url=reply.data["source_url"], words=_print(article, image, post))
        await self.ledger.media(file.digest, media)
        return media

    async def _rescued(self, stop: Stop, digest: str) -> Media:
        """Finish an upload that is there, but failed while its sizes were made."""
        number = stop.headers.get(_ATTACHMENT, "")
        if not number.isdecimal():
            # What was certainly refused is not there.
            if stop.refused.certain:
                await self.ledger.intend(media={k: m for k, m in self.ledger.held.media.items() if k != digest})
            raise stop
        action = {"action": "create-image-subsizes"}
        try:
            reply = await self.api.post(f"wp/v2/media/{number}/post-process", action, _fields=_FIELDS)
        except Stop:
            # Without its smaller sizes it is a picture all the same.
            reply = await self.api.get(f"wp/v2/media/{number}", _fields=_FIELDS)
        return Media(id=int(reply.data["id"]), url=reply.data["source_url"])

    async def _describe(self, article: Article, image: Image, media: Media, post: int) -> None:
        """Bring the words beside a picture up to date, and attach it to the post."""
        words = _print(article, image, post)
        if media.words == words:
            return
        await self.api.post(f"wp/v2/media/{media.id}", {**_words(article, image), "post": post}, _fields="id")
        digest = self.ledger.held.digests[image.url]
        await self.ledger.media(digest, media.model_copy(update={"words": words}))

    async def _delete(self, digest: str, media: Media) -> None:
        found = media if media.id is not None else await self._search(digest)
        if found is not None:
            try:
                await self.api.delete(f"wp/v2/media/{found.id}", force="true", _fields="deleted")
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

    def _without(self, reason: str, *, certain: bool, stop: Stop | None = None) -> str:
        """Say why the post goes without a picture; raises where another attempt may bring it."""
        if not certain and self.sending.attempt < PATIENCE_ATTEMPTS:
            raise stop or Stop(Refused(reason))
        return reason

    def _stem(self, digest: str) -> str:
        """Return the attachment's slug and file name: the same for the same picture of the same article."""
        start = self.sending.slug[:60].strip("-") or "picture"
        return f"{start}-{fingerprint(self.sending.article_id, digest)}"


def _words(article: Article, image: Image) -> dict[str, str]:
    caption = " ".join(part for part in (image.caption, image.credit) if part)
    return {
        "title": escape(shorten(image.caption or image.alt or article.title, 100, placeholder=" …"), quote=False),
        "caption": escape(caption, quote=False),
        "alt_text": image.alt or "",
        "description": escape(image.credit or "", quote=False),
    }


def _print(article: Article, image: Image, post: int) -> str:
    words: dict[str, Any] = _words(article, image)
    return fingerprint(str(post), *words.values())
