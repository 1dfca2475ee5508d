"""What a partner that watches a place for packages finds there, and pictures to send."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from syndicate.connectors.means import PictureFile
from syndicate.connectors.suite.site import GivenPictures

PICTURES = {
    f"https://harbour.example/media/{name}.jpg": f"the bytes of {name}".encode() for name in ("bow", "stern", "deck")
}


def given_pictures() -> GivenPictures:
    """Return pictures of which nobody looks into the bytes."""
    return GivenPictures(
        {
            url: PictureFile(url, data, "image/jpeg", "jpg", 4, 3, hashlib.sha256(data).hexdigest())
            for url, data in PICTURES.items()
        }
    )


def images(*names: str) -> dict[str, Any]:
    """Return the part of a record that has these pictures."""
    urls = [f"https://harbour.example/media/{name}.jpg" for name in names]
    return {"images": [{"url": url, "caption": f"Seen: {url[-8:]}", "credit": "P. Ng"} for url in urls]}


def files_below(root: Path) -> dict[str, bytes]:
    """Return what stands below a folder; one that is renamed meanwhile is left out."""
    found = {}
    for path in [path for path in root.rglob("*") if path.is_file()]:
        with suppress(FileNotFoundError):
            found[path.relative_to(root).as_posix()] = path.read_bytes()
    return found


def shown(files: Mapping[str, bytes]) -> Sequence[str]:
    """Return the titles of the packages that stand there; every one must be whole, with all it lists."""
    titles = []
    for path, body in files.items():
        if not path.endswith("manifest.json"):
            continue
        directory, _, _ = path.rpartition("/")
        manifest = json.loads(body)
        for file in manifest["files"]:
            data = files[f"{directory}/{file['name']}".lstrip("/")]
            assert (len(data), hashlib.sha256(data).hexdigest()) == (file["length"], file["sha256"])
        document = json.loads(files[f"{directory}/{manifest['document']}".lstrip("/")])
        article = document["data"]["article"]
        assert (manifest["type"] == "article.retracted") is (article is None)
        if article is not None:
            titles.append(article["title"])
    return titles
