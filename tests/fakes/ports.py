"""Ports for the servers of the tests."""

from __future__ import annotations

import random
import socket

# Below those that systems give to outgoing connections (Linux from 32768): none of them can take a server's port while
# it restarts.
_PORTS = range(15_000, 32_000)
_given: set[int] = set()


def free_port() -> int:
    """Give a port of 127.0.0.1 that is free and that this process was never given: two servers start at their own."""
    while True:
        port = random.choice(_PORTS)
        if port not in _given and _is_free(port):
            _given.add(port)
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a port whose last connections are only just closed can be taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
