"""A connection that breaks under a statement, on both event loops that the services run on."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator

import pytest
import uvloop
from psycopg import AsyncConnection, OperationalError

from fakes import servers
from metatag_runtime.sql_link import Link

LAST_WORDS = b"SFATAL\0VFATAL\0C57P02\0Mterminating connection\0\0"


class Between:
    """Stands between one client and PostgreSQL, and can end the connection as a server that crashes does."""

    def __init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self._deaf = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def deafen(self) -> None:
        """Pass nothing on any more."""
        self._deaf.set()

    def crash(self) -> None:
        """Send a server's last words and reset the connection: what the client sent was never read."""
        self._client.sendall(b"E" + struct.pack("!i", len(LAST_WORDS) + 4) + LAST_WORDS)
        self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._client.close()

    def close(self) -> None:
        """End all."""
        self._door.close()
        for end in (self._client, self._server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _serve(self) -> None:
        self._client, _ = self._door.accept()
        self._server = socket.create_connection(("127.0.0.1", servers.postgres().port))
        threading.Thread(target=self._pump, args=(self._server, self._client), daemon=True).start()
        self._pump(self._client, self._server)

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if self._deaf.is_set():
                    return
                target.sendall(data)


@pytest.fixture
def between() -> Iterator[Between]:
    servers.postgres()
    made = Between()
    yield made
    made.close()


async def linked(port: int) -> Link:
    dsn = f"host=127.0.0.1 port={port} user=metatag dbname=postgres sslmode=disable gssencmode=disable"
    return Link(await AsyncConnection.connect(dsn, autocommit=True))


LOOPS = pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])


@LOOPS
def test_a_reset_that_follows_last_words_ends_the_waiting(
    between: Between, loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    async def wait() -> None:
        link = await linked(between.port)
        between.deafen()
        link.send("SELECT 1", {})
        link.send("SELECT 2", {})
        settling = asyncio.create_task(link.settle())
        await asyncio.sleep(0.2)
        between.crash()
        async with asyncio.timeout(10):
            with pytest.raises(OperationalError):
                await settling
        assert link.lost
        await link.close()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(wait())


@LOOPS
def test_a_reset_while_nobody_waits_is_found_by_the_next_statement(
    between: Between, loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    async def ask() -> None:
        link = await linked(between.port)
        between.crash()
        await asyncio.sleep(0.2)
        async with asyncio.timeout(10):
            with pytest.raises(OperationalError):
                link.send("SELECT 1", {})
                await link.settle()
        assert link.lost
        await link.close()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(ask())
