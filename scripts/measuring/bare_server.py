"""The bare server to compare with: an aiohttp handler that answers with the same bytes, whatever is asked."""

from __future__ import annotations

import argparse
from pathlib import Path

from aiohttp import web


def build(body: bytes, headers: dict[str, str]) -> web.Application:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=body, headers=headers)

    app = web.Application()
    app.router.add_get("/{anything:.*}", answer)
    return app


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("body", type=Path)
    parser.add_argument("--type", default="application/octet-stream")
    parser.add_argument("--coding")
    asked = parser.parse_args()
    headers = {"Content-Type": asked.type} | ({"Content-Encoding": asked.coding} if asked.coding else {})
    app = build(asked.body.read_bytes(), headers)
    web.run_app(app, host="127.0.0.1", port=asked.port, access_log=None, print=None)


if __name__ == "__main__":
    main()
