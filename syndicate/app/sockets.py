"""Where the control socket of a store is."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from syndicate.errors import StoreError

# The kernel's own limit is 108 on Linux and 104 on macOS, with the closing zero.
MAX_PATH_BYTES = 100


def socket_path(store_url: str) -> Path | None:
    """Return the path of the socket beside an SQLite database; None for a store that many processes may open.

    Where that would be too long for a socket, it is a path in an owner-only folder among the temporary files, the same
    for every process of this user. Raises StoreError where that folder is somebody else's.
    """
    if not store_url.startswith("sqlite:///"):
        return None
    database = Path(store_url.removeprefix("sqlite:///")).absolute()
    beside = database.with_name(database.name + ".sock")
    if len(os.fsencode(beside)) <= MAX_PATH_BYTES:
        return beside
    digest = hashlib.sha256(os.fsencode(database.resolve())).hexdigest()[:16]
    return _own_folder() / f"{digest}.sock"


def _own_folder() -> Path:
    folder = Path(tempfile.gettempdir()) / f"syndicate-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise StoreError(f"{folder} can be used by others", remedy="Remove it, or set TMPDIR to a folder of your own.")
    return folder
