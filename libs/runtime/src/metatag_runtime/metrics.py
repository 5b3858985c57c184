"""The metrics endpoint of a process: `GET /metrics` on its own port, in Prometheus' text format."""

from __future__ import annotations

import asyncio
from threading import Thread
from wsgiref.simple_server import WSGIServer

from prometheus_client import REGISTRY, CollectorRegistry, start_http_server

from metatag_runtime.listening import local_bind_addresses


class MetricsService:
    """Serves the process's metrics on a host, or several with commas.

    `port` 0 takes a free one, readable from `port` after the start.
    """

    name = "metrics"

    def __init__(self, host: str, port: int, registry: CollectorRegistry = REGISTRY) -> None:
        self._host = host
        self.port = port
        self._registry = registry
        self._servers: list[tuple[WSGIServer, Thread]] = []

    async def start(self) -> None:
        """Open the port in threads of its own, so that a scrape never waits for the event loop."""
        for address in await asyncio.to_thread(local_bind_addresses, self._host):
            self._servers.append(start_http_server(self.port, address, self._registry))
            self.port = self._servers[0][0].server_port

    async def wait(self) -> None:
        """Never ends by itself."""
        await asyncio.Event().wait()

    async def stop(self, grace: float) -> None:
        """Close the port."""
        while self._servers:
            server, _ = self._servers.pop()
            await asyncio.to_thread(server.shutdown)
            server.server_close()
