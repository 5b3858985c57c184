"""HTTP connections with bounds that uvicorn has not: their number, the size and time of a head, an answered body."""

from __future__ import annotations

import asyncio
from asyncio.events import TimerHandle
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# A request line with its headers may have so many bytes; browsers and proxies send less than 16 KiB.
MAX_HEAD_BYTES = 64 * 1024
# A head must be whole within this from the connection's opening, or from its own first byte. Seconds.
HEAD_SECONDS = 20.0
# An answered request's body is taken and thrown away for this long, so that its sender can read the answer; then the
# connection is closed. Seconds.
LINGER_SECONDS = 30.0
# Chunk framing and trailers between two pieces of a body. Bytes, above what one read of the socket brings.
MAX_FRAMING_BYTES = 1024 * 1024
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class BoundedProtocol(HttpToolsProtocol):
    """One connection. Where too many are open, the one that has waited longest without a request gives way."""

    # Set on a subclass by `bounded_protocol`.
    max_connections = 10_000

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Bytes of the head so far; None while no head is coming in.
        self._head: int | None = 0
        # Bytes since the last piece of a body: framing of chunks, and trailers.
        self._unread = 0
        self._limit: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        if len(self.connections) >= self.max_connections and not self._make_room():
            self.transport = transport
            transport.abort()
            return
        super().connection_made(transport)
        self._close_in(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_limit()
        if self.flow is not None:
            super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed what came in, a head no further than its bound."""
        if self.parser is None or self.transport.is_closing():
            return
        if self._head is None:
            self._unread += len(data)
            super().data_received(data)
            if self._unread > MAX_FRAMING_BYTES:
                self.transport.abort()
            return
        room = MAX_HEAD_BYTES - self._head
        self._head += min(len(data), room)
        if self._limit is None:
            self._close_in(HEAD_SECONDS)
        super().data_received(data[:room])
        if len(data) <= room or self.parser is None or self.transport.is_closing():
            return
        if self.transport.get_protocol() is not self:
            # It is a WebSocket now, and has sent its first frames before it was told so.
            self.transport.abort()
            return
        if self._head is not None:
            self.transport.write(_TOO_LARGE)
            self.transport.close()
            return
        super().data_received(data[room:])

    def on_headers_complete(self) -> None:
        """Start the request."""
        self._head = None
        self._stop_limit()
        super().on_headers_complete()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header of a head; those after a body (trailers) are read by nobody."""
        if self._head is not None:
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        """Keep a piece of a body."""
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Wait for the next head on this connection."""
        super().on_message_complete()
        self._head = 0
        self._stop_limit()

    def on_response_complete(self) -> None:
        """Give the sender of a body that nobody reads a while to see the answer."""
        super().on_response_complete()
        if self._head is None and not self.transport.is_closing():
            self._close_in(LINGER_SECONDS)

    def _close_in(self, seconds: float) -> None:
        self._stop_limit()
        self._limit = self.loop.call_later(seconds, self._give_up)

    def _stop_limit(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None

    def _give_up(self) -> None:
        self._limit = None
        if not self.is_idle():
            # A further head behind a request in work waits for its turn.
            self._close_in(HEAD_SECONDS)
        elif not self.transport.is_closing():
            self.transport.close()

    def _make_room(self) -> bool:
        """Close a connection without a request in work; return whether there was one."""
        for other in self.connections:
            if isinstance(other, BoundedProtocol) and other.is_idle():
                other.transport.abort()
                self.connections.discard(other)
                return True
        return False

    def is_idle(self) -> bool:
        """Return whether no request of this connection is being answered."""
        return self.cycle is None or self.cycle.response_complete


def bounded_protocol(max_connections: int) -> type[BoundedProtocol]:
    """Return the protocol class of a server that holds at most so many connections."""
    return type("BoundedProtocol", (BoundedProtocol,), {"max_connections": max_connections})
