"""uvicorn as a service of the host: no signals of its own, an end within the grace."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from metatag_gateway.http_protocol import bounded_protocol
from metatag_runtime.errors import ErrorCode, MetatagError
from metatag_runtime.listening import local_bind_addresses

# A client's message after the first is never read; the first is a token. Bytes.
MAX_SOCKET_MESSAGE = 64 * 1024
BACKLOG = 2048
# Longer than the 60 s of common proxies, so that they, not we, close an idle connection. Seconds.
KEEP_ALIVE = 75


class _Server(uvicorn.Server):
    """uvicorn without signal handlers: the host alone owns signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class HttpService:
    """Serves an ASGI app on a host, or several with commas; `port` holds the bound port after the start."""

    name = "http"

    def __init__(self, app: ASGIApp, host: str, port: int, max_connections: int = 10_000) -> None:
        self._host = host
        self.port = port
        config = uvicorn.Config(
            app,
            log_config=None,
            # Its line for each socket holds the query, and so the token.
            log_level="warning",
            access_log=False,
            server_header=False,
            # Forwarded headers are read by our own edge, which knows whom to trust.
            proxy_headers=False,
            lifespan="off",
            http=bounded_protocol(max_connections),
            ws="websockets-sansio",
            # With compression every idle connection would hold its own buffers of some 100 KiB.
            ws_per_message_deflate=False,
            ws_max_size=MAX_SOCKET_MESSAGE,
            timeout_keep_alive=KEEP_ALIVE,
        )
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Bind and serve."""
        sockets: list[socket.socket] = []
        for address in await asyncio.to_thread(local_bind_addresses, self._host):
            sockets.append(_bind(address, self.port))
            self.port = sockets[0].getsockname()[1]
        self._task = asyncio.create_task(self._server.serve(sockets), name="uvicorn")
        while not self._server.started:
            if self._task.done():
                await self._task
                raise MetatagError("The HTTP server ended at its start.")
            await asyncio.sleep(0.01)

    async def wait(self) -> None:
        """Return when the server ended by itself."""
        assert self._task is not None
        await asyncio.shield(self._task)

    async def stop(self, grace: float) -> None:
        """Take no new connection, let requests end within `grace` seconds, then cut them."""
        if self._task is None:
            return
        # uvicorn types whole seconds, and waits with asyncio, which takes any.
        self._server.config.timeout_graceful_shutdown = max(0.05, grace)  # type: ignore[assignment]
        self._server.should_exit = True
        await asyncio.gather(self._task, return_exceptions=True)


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio turns Nagle's algorithm off only where it is: each answer, written in two
    # parts, would wait 40 ms for the client's acknowledgement of the first.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(BACKLOG)
    except OSError as error:
        bound.close()
        raise MetatagError(
            f"Cannot listen on {host} port {port}: {error.strerror or error}. "
            "Stop what uses it, or choose another METATAG_GATEWAY_PORT.",
            code=ErrorCode.CONFLICT,
        ) from error
    bound.setblocking(False)
    return bound
