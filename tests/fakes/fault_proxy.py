"""A TCP proxy that makes connections fail as networks do: refused, reset, silent one way or both, late, slow, wrong.

Proxies run in an event loop of their own thread, so that a test that waits does not stop the traffic.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

# Names of the S3 errors that a status stands for.
_S3_ERRORS = {403: "RequestTimeTooSkewed", 404: "NoSuchKey", 500: "InternalError", 503: "SlowDown"}
LOOK = 0.05


@dataclass(eq=False)
class Link:
    """One way to a server. `mode` may be changed at any time, by any thread.

    "pass"; "refuse": new connections are reset; "hole": nothing passes, nothing ends; "hole_up", "hole_down": nothing
    passes to the server, from the server; an integer: the status of every HTTP answer. `delay` is in seconds for each
    piece of data, `rate` in bytes a second (0: any).
    """

    host: str
    target: int
    port: int = 0
    mode: str | int = "pass"
    delay: float = 0.0
    rate: int = 0
    writers: set[asyncio.StreamWriter] = field(default_factory=set)


class Proxies:
    """All links of a test."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault-proxies", daemon=True)
        self._thread.start()
        self._servers: list[asyncio.Server] = []
        self._links: list[Link] = []

    def add(self, port: int, host: str = "127.0.0.1") -> Link:
        """Return a new link to a port of this machine."""
        link = Link(host, port)
        self._run(self._serve(link))
        self._links.append(link)
        return link

    def reset(self, *links: Link) -> None:
        """End all connections of the links with a reset."""
        self._run(self._reset(links))

    def close(self) -> None:
        """End everything."""
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _serve(self, link: Link) -> None:
        server = await asyncio.start_server(lambda r, w: self._accept(link, r, w), link.host, 0, backlog=1024)
        link.port = server.sockets[0].getsockname()[1]
        self._servers.append(server)

    async def _reset(self, links: tuple[Link, ...]) -> None:
        for link in links:
            for writer in list(link.writers):
                _abort(writer)

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        await self._reset(tuple(self._links))
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if link.mode == "refuse":
            _abort(writer)
            return
        link.writers.add(writer)
        try:
            if isinstance(link.mode, int):
                await _answer_wrong(link, reader, writer)
            else:
                await self._pass_on(link, reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            link.writers.discard(writer)
            _abort(writer)

    async def _pass_on(self, link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while link.mode == "hole":
            await asyncio.sleep(LOOK)
        there, to_there = await asyncio.open_connection(link.host, link.target)
        link.writers.add(to_there)
        try:
            await asyncio.gather(_pump(link, reader, to_there, "up"), _pump(link, there, writer, "down"))
        finally:
            link.writers.discard(to_there)
            _abort(to_there)


async def _pump(link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: str) -> None:
    while data := await reader.read(65536):
        if link.delay:
            await asyncio.sleep(link.delay)
        while link.mode in ("hole", f"hole_{way}"):
            await asyncio.sleep(LOOK)
        if link.rate:
            await asyncio.sleep(len(data) / link.rate)
        writer.write(data)
        await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof()


async def _answer_wrong(link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while isinstance(status := link.mode, int):
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        if b"expect: 100-continue" in lines:
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
        await reader.readexactly(length)
        body = f'<?xml version="1.0"?><Error><Code>{_S3_ERRORS[status]}</Code><Message>x</Message></Error>'.encode()
        answer = f"HTTP/1.1 {status} X\r\nContent-Type: application/xml\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(answer.encode() + (b"" if head.startswith(b"HEAD") else body))
        await writer.drain()


def _abort(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, AttributeError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
