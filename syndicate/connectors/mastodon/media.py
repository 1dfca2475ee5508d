"""Pictures of statuses: uploaded once each, described, and attached when the server has worked on them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from syndicate.connectors.attempt import Attempt, AttemptOverError, Requests, id_of, picture_file, read_object
from syndicate.connectors.contract import Refused
from syndicate.connectors.mastodon.answers import Limits
from syndicate.connectors.means import PictureFile, Pictures
from syndicate.connectors.multipart import Part, multipart
from syndicate.model.article import Image

_POLLS, _BETWEEN_POLLS = 60, timedelta(seconds=1)
# A picture that the server cannot take is left out, and the status goes without it.
_UNWANTED = frozenset({413, 415, 422})
_PROCESSING = frozenset({202, 206})
_GONE = frozenset({404, 410})


class Media:
    """The pictures of one account. `remote["media"]` keeps, by address, the id of each and whether it is attached."""

    def __init__(self, api: str, requests: Requests, pictures: Pictures) -> None:
        self._api = api
        self._requests = requests
        self._pictures = pictures

    async def bring(self, attempt: Attempt, images: Sequence[Image], limits: Limits) -> dict[str, str]:
        """Return the ids of the pictures that can be attached, by their addresses, in order."""
        found = {image.url: await self._one(attempt, image, limits) for image in images}
        return {url: id_ for url, id_ in found.items() if id_}

    async def _one(self, attempt: Attempt, image: Image, limits: Limits) -> str | None:
        kept = attempt.remote.get("media", {}).get(image.url)
        if kept is not None and kept.get("attached"):
            return str(kept["id"])
        # Servers throw away after a day what was attached to nothing.
        if kept is not None and await self._is_ready(str(kept["id"])):
            return str(kept["id"])
        return await self._upload(attempt, image, limits)

    async def _upload(self, attempt: Attempt, image: Image, limits: Limits) -> str | None:
        file = await picture_file(self._pictures, image.url, attempt.sending)
        if file is None or file.type not in limits.types or len(file.data) > limits.picture_bytes:
            return None
        body, media_type = multipart(_parts(file, described(image, limits)))
        url = f"{self._api}/v2/media"
        answer = await self._requests.send("POST", url, body=body, media_type=media_type, expected=_UNWANTED)
        id_ = id_of(read_object(answer).get("id"))
        if answer.status in _UNWANTED or not id_:
            return None
        uploaded = {image.url: {"id": id_}}
        await attempt.did(media={**attempt.remote.get("media", {}), **uploaded})
        ready = answer.status not in _PROCESSING or await self._is_ready(id_)
        return id_ if ready else None

    async def _is_ready(self, id_: str) -> bool:
        """Wait until the server has worked on a picture; false where it cannot or knows of none."""
        url = f"{self._api}/v1/media/{quote(id_, safe='')}"
        for _ in range(_POLLS):
            answer = await self._requests.send("GET", url, expected=_UNWANTED | _GONE)
            if answer.status not in _PROCESSING:
                return answer.status < 300
            await asyncio.sleep(_BETWEEN_POLLS.total_seconds())
        raise AttemptOverError(Refused("the server still works on a picture", overloaded=True))


def described(image: Image, limits: Limits) -> dict[str, Any]:
    """Return a picture's words for who cannot see it, and the place that every crop keeps."""
    words = image.alt or " ".join(part for part in (image.caption, image.credit) if part)
    found = {"description": words[: limits.description_characters]}
    return {**found, "focus": _focus(*image.focal_point)} if image.focal_point else found


def described_all(images: Sequence[Image], media: Mapping[str, str], limits: Limits) -> list[dict[str, Any]]:
    """Return the words of those pictures that are attached, by their ids there."""
    return [{"id": media[each.url], **described(each, limits)} for each in images if each.url in media]


def _focus(across: float, down: float) -> str:
    """Count from the middle, to the right and up, where records count from the left and the top."""
    return f"{2 * across - 1:.2f},{1 - 2 * down:.2f}"


def _parts(file: PictureFile, fields: Mapping[str, str]) -> list[Part]:
    told = [Part(name, value.encode()) for name, value in fields.items() if value]
    return [*told, Part("file", file.data, file.type, filename=f"{file.digest[:16]}.{file.suffix}")]
