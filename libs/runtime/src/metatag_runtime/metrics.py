"""The metrics endpoint of a process: `GET /metrics` on its own port, in Prometheus' text format."""

from __future__ import annotations

import asyncio
from threading import Thread
from wsgiref.simple_server import WSGIServer

from prometheus_client import REGISTRY, CollectorRegistry, start_http_server


class MetricsService:
    """Serves the process's metrics; `port` 0 takes a free one, readable from `port` after the start."""

    name = "metrics"

    def __init__(self, host: str, port: int, registry: CollectorRegistry = REGISTRY) -> None:
        self._host = host
        self.port = port
        self._registry = registry
        self._server: WSGIServer | None = None
        self._thread: Thread | None = None

    async def start(self) -> None:
        """Open the port in a thread of its own, so that a scrape never waits for the event loop."""
        self._server, self._thread = start_http_server(self.port, self._host, self._registry)
        self.port = self._server.server_port

    async def wait(self) -> None:
        """Never ends by itself."""
        await asyncio.Event().wait()

    async def stop(self, grace: float) -> None:
        """Close the port."""
        if self._server is not None:
            server, self._server = self._server, None
            await asyncio.to_thread(server.shutdown)
            server.server_close()
