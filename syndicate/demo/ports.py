"""Ports for the two papers: the usual ones, or the next that are free."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass

from syndicate.errors import ConfigurationError

HOST = "127.0.0.1"
TRIES = 50


@dataclass(frozen=True)
class Place:
    """A listening socket; `busy` is the port that was wanted and is somebody else's."""

    socket: socket.socket
    busy: int | None

    @property
    def port(self) -> int:
        return int(self.socket.getsockname()[1])


def listen(port: int) -> socket.socket:
    """Listen on a port of this machine, 0 for any. Raises OSError where it is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(128)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def take_ports(wanted: Sequence[int]) -> list[Place]:
    """Listen on each port wanted, or on one above all of them where it is busy. Raises ConfigurationError."""
    places: list[Place] = []
    beyond = max(wanted) + 1
    for port in wanted:
        try:
            places.append(Place(listen(port), None))
        except OSError:
            place = _next_free(beyond, instead_of=port)
            places.append(place)
            beyond = place.port + 1
    return places


def _next_free(first: int, *, instead_of: int) -> Place:
    for port in range(first, min(first + TRIES, 65_536)):
        try:
            return Place(listen(port), instead_of)
        except OSError:
            continue
    raise ConfigurationError(
        f"port {instead_of} and the {TRIES} from {first} on are busy",
        remedy="Name ports that are free with --port and --second-port.",
    )
