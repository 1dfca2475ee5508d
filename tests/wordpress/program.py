"""A program that speaks to a service over its API: asked often, it costs no start of Python each time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote

from tests.journeys.shop import Shop


@dataclass(frozen=True)
class Program:
    """Holds a token for all that articles and deliveries are read and written with; the service has to run."""

    port: int
    token: str

    def items(self, path: str) -> list[dict[str, Any]]:
        """Return the first page of a listing."""
        found: list[dict[str, Any]] = self.ask("GET", path)["items"]
        return found

    def put(self, record: dict[str, Any]) -> None:
        self.ask("PUT", f"/articles/{quote(record['id'], safe='')}", record)

    def ask(self, method: str, path: str, document: Any = None) -> Any:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        body = None if document is None else json.dumps(document)
        try:
            connection.request(method, f"/api/v1{path}", body, headers)
            answer = connection.getresponse()
            said = answer.read().decode()
        finally:
            connection.close()
        assert answer.status in (200, 201), said
        return json.loads(said)


def a_program(shop: Shop) -> Program:
    token = shop.run("tokens", "create", "newsroom", "--scope", "read", "--scope", "write").out.strip()
    return Program(shop.port, token)
