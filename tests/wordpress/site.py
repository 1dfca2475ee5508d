"""A real WordPress on this machine: Debian's files, a private database, PHP's own web server."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.wordpress.servers import a_mariadb, a_php_server, missing_extensions, missing_programs, php

FILES = Path("/usr/share/wordpress")
OWN = Path(__file__).resolve().parent / "site"
COMMAND_SECONDS = 60
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class WordPress:
    """A running site; `password` is the application password of the editor `user`."""

    root: Path
    socket: Path
    port: int
    password: str
    user: str = "syndicate"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, code: str) -> Any:
        """Run PHP inside WordPress, as an administrator, and return the value that it returns."""
        return json.loads(_php(self.root, self.socket, "run.php", f"127.0.0.1:{self.port}", stdin=code))

    def rest(self, path: str, method: str = "GET", document: Any = None) -> tuple[int, Any]:
        """Ask the REST API as the editor; returns the status and the answer."""
        body = None if document is None else json.dumps(document).encode()
        status, answer = self.ask(f"/wp-json/wp/v2/{path}", method=method, body=body)
        return status, json.loads(answer)

    def upload(self, name: str, picture: bytes) -> dict[str, Any]:
        """Put a JPEG into the media library, as the editor."""
        kind = {"Content-Type": "image/jpeg", "Content-Disposition": f'attachment; filename="{name}"'}
        status, answer = self.ask("/wp-json/wp/v2/media", method="POST", body=picture, headers=kind)
        assert status == 201, answer
        found: dict[str, Any] = json.loads(answer)
        return found

    def page(self, path: str) -> tuple[int, str]:
        status, body = self.ask(path)
        return status, body.decode()

    def ask(
        self, path: str, *, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] = JSON
    ) -> tuple[int, bytes]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=COMMAND_SECONDS)
        account = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        try:
            connection.request(method, path, body, {"Authorization": f"Basic {account}", **headers})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def posts(self) -> list[dict[str, Any]]:
        """Return every post in whatever state, as its editors see it."""
        found: list[dict[str, Any]] = self.rest("posts?context=edit&status=any,trash&per_page=100")[1]
        return found

    def media(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.rest("media?context=edit&per_page=100&orderby=id&order=asc")[1]
        return found

    def run_due_events(self) -> None:
        """Let WordPress do what is due, as a visitor or the system's cron would."""
        assert self.ask("/wp-cron.php")[0] == 200

    def empty(self) -> None:
        """Delete every post, picture, category and tag."""
        self.run(
            "foreach (get_posts(['post_type' => ['post', 'attachment'], 'numberposts' => -1,"
            " 'post_status' => array_keys(get_post_stati())]) as $post)"
            " $post->post_type === 'post' ? wp_delete_post($post->ID, true) : wp_delete_attachment($post->ID, true);"
            " foreach (get_terms(['taxonomy' => ['category', 'post_tag'], 'hide_empty' => false]) as $term)"
            " wp_delete_term($term->term_id, $term->taxonomy); return true;"
        )


def why_not() -> str | None:
    """Tell what this machine lacks for a WordPress."""
    if not FILES.is_dir():
        return "WordPress is not installed (Debian's package wordpress)"
    missing = missing_programs() or missing_extensions()
    return f"not installed: {', '.join(missing)}" if missing else None


@contextmanager
def a_wordpress() -> Iterator[WordPress]:
    """Install and serve a new WordPress until the block ends."""
    # Short, because a socket's path is.
    folder = Path(tempfile.mkdtemp(prefix="wp-"))
    try:
        with a_mariadb(folder) as socket:
            root = _laid_out(folder)
            with a_php_server(folder, root, {"WORDPRESS_SOCKET": str(socket)}) as port:
                password = json.loads(_php(root, socket, "install.php", f"127.0.0.1:{port}"))
                yield WordPress(root, socket, port, password)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _laid_out(folder: Path) -> Path:
    """Copy WordPress beside a configuration and a theme of our own; scripts that Debian shares may be missing."""
    root = folder / "site"
    shutil.copytree(FILES, root, ignore=shutil.ignore_patterns("wp-content", "*.map"), ignore_dangling_symlinks=True)
    for own in OWN.glob("*.php"):
        shutil.copy(own, root / own.name)
    shutil.copytree(OWN / "theme", root / "wp-content" / "themes" / "plain")
    for name in ("plugins", "uploads"):
        (root / "wp-content" / name).mkdir()
    return root


def _php(root: Path, socket: Path, script: str, host: str, *, stdin: str = "") -> str:
    environ = os.environ | {"WORDPRESS_SOCKET": str(socket), "WORDPRESS_HOST": host}
    ended = subprocess.run(
        [*php(root.parent), root / script], cwd=root, env=environ, input=stdin, capture_output=True, text=True,
        timeout=COMMAND_SECONDS, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr or ended.stdout
    return ended.stdout.splitlines()[-1]
