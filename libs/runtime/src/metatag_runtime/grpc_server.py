"""The gRPC server of a service: health, optional reflection, bounds, and the interceptor of grpc_interceptor.py."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import grpc
import structlog
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from metatag_runtime.grpc_callers import Callers
from metatag_runtime.grpc_interceptor import EdgeInterceptor
from metatag_runtime.grpc_tls import Tls, process_tls
from metatag_runtime.listening import own_targets
from metatag_runtime.loops import run_forever

log = structlog.get_logger("metatag.grpc")

# Text of a whole document travels in one message to the tagger (8 MiB) beside its other fields.
MAX_MESSAGE_BYTES = 16 * 1024 * 1024

# What a sender may have under way on one stream before the receiver has read it: two chunks of an upload.
STREAM_WINDOW_BYTES = 512 * 1024

# How often a service is asked whether it is ready. Seconds.
READINESS_PERIOD = 2.0

LIVENESS = "liveness"
READINESS = "readiness"


@dataclass(frozen=True)
class GrpcServerOptions:
    """How a service's server listens. Times are in seconds."""

    # "host:port" (port 0: any free one), several with commas (listening.py), or "unix:/path".
    listen: str
    reflection: bool = False
    # A connection is closed after this age, so that clients resolve the name again and find new replicas.
    max_connection_age: float = 60.0
    # Running calls may go on this long after that; above the longest call.
    max_connection_age_grace: float = 660.0
    # Unary calls of clients that set no deadline end after this.
    default_deadline: float = 120.0
    # Calls in work at once; further ones are refused with RESOURCE_EXHAUSTED.
    max_concurrent_rpcs: int = 2000
    # None: the process's own (grpc_tls.use_tls), which is plain text unless set. A unix socket stays plain.
    tls: Tls | None = None
    # Who may call what (grpc_callers.py), looked at where clients show a certificate. None: every one of the authority.
    callers: Callers | None = None


Register = Callable[[grpc.aio.Server], None]
Ready = Callable[[], Awaitable[bool]]


class GrpcService:
    """Hosts servicers; `address` holds the bound address after the start."""

    def __init__(
        self,
        name: str,
        options: GrpcServerOptions,
        register: Sequence[Register],
        service_names: Sequence[str],
        ready: Ready | None = None,
    ) -> None:
        self.name = name
        self.address = options.listen
        self._options = options
        self._register = register
        self._service_names = service_names
        self._ready = ready
        self._server: grpc.aio.Server | None = None
        self._health = health.aio.HealthServicer()
        self._health_port: grpc.aio.Server | None = None
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Bind, serve, and report ready once the service is."""
        options = self._options
        tls = options.tls or process_tls()
        # A unix socket shows no certificate: who may open it is the file system's matter.
        is_named = tls is not None and tls.mutual and not options.listen.startswith("unix:")
        server = grpc.aio.server(
            interceptors=[EdgeInterceptor(self.name, options.default_deadline, options.callers if is_named else None)],
            options=_channel_options(options),
            maximum_concurrent_rpcs=options.max_concurrent_rpcs,
        )
        for register in self._register:
            register(server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        if options.reflection:
            names = (*self._service_names, health.SERVICE_NAME, reflection.SERVICE_NAME)
            reflection.enable_server_reflection(names, server)
        await self._listen(server)
        await server.start()
        self._server = server
        await self._health.set(LIVENESS, health_pb2.HealthCheckResponse.SERVING)
        await self._report(await self._is_ready())
        self._watch = asyncio.create_task(
            run_forever(self._watch_readiness, "report readiness"), name=f"{self.name}-readiness"
        )

    async def wait(self) -> None:
        """Return when the server ended by itself."""
        assert self._server is not None
        # Shielded: cancelling it would cancel the server's own end, which stop() waits for.
        await asyncio.shield(self._server.wait_for_termination())

    async def stop(self, grace: float) -> None:
        """Report not ready, let running calls end within `grace` seconds, close."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        if self._server is not None:
            await self._report(False)
            await self._server.stop(grace)
        if self._health_port is not None:
            await self._health_port.stop(0)
        # A server that is collected after its loop is closed complains; so it goes now.
        self._server = self._health_port = None

    async def _listen(self, server: grpc.aio.Server) -> None:
        listen, tls = self._options.listen, self._options.tls or process_tls()
        if listen.startswith("unix:"):
            server.add_insecure_port(listen)
            return
        targets = await asyncio.to_thread(own_targets, listen)
        credentials = tls.server_credentials() if tls is not None else None
        ports = [
            server.add_secure_port(target, credentials) if credentials else server.add_insecure_port(target)
            for target in targets
        ]
        if tls is not None:
            await self._listen_for_probes(tls.health_port, targets)
        self.address = f"{targets[0].rpartition(':')[0]}:{ports[0]}"

    async def _listen_for_probes(self, port: int, targets: Sequence[str]) -> None:
        """Answer health checks, and nothing else, in plain text."""
        if not port:
            return
        server = grpc.aio.server(maximum_concurrent_rpcs=20)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        for target in targets:
            server.add_insecure_port(f"{target.rpartition(':')[0]}:{port}")
        await server.start()
        self._health_port = server

    async def _is_ready(self) -> bool:
        if self._ready is None:
            return True
        try:
            # Not wait_for: before Python 3.12 it swallows a cancellation that comes as the answer does, and the stop of
            # the server then waits for ever for a watch that goes on.
            async with asyncio.timeout(READINESS_PERIOD):
                return await self._ready()
        except Exception as error:
            log.warning("readiness check failed", service=self.name, error=repr(error))
            return False

    async def _watch_readiness(self) -> None:
        await asyncio.sleep(READINESS_PERIOD)
        await self._report(await self._is_ready())

    async def _report(self, ready: bool) -> None:
        response = health_pb2.HealthCheckResponse
        status = response.SERVING if ready else response.NOT_SERVING
        for name in ("", READINESS, *self._service_names):
            await self._health.set(name, status)


def _channel_options(options: GrpcServerOptions) -> list[tuple[str, int]]:
    return [
        ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
        ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
        ("grpc.max_connection_age_ms", int(options.max_connection_age * 1000)),
        ("grpc.max_connection_age_grace_ms", int(options.max_connection_age_grace * 1000)),
        # Clients ping every 2 s (grpc_client); a stricter server would answer GOAWAY too_many_pings.
        ("grpc.http2.min_recv_ping_interval_without_data_ms", 1_000),
        # A busy machine delivers two pings at once, and a call that was silent for a minute (a page being recognised)
        # was cut with "too many pings". Our clients are our own services, so nothing is lost by not counting.
        ("grpc.http2.max_ping_strikes", 0),
        ("grpc.keepalive_permit_without_calls", 1),
        # Two processes must not share a port by accident.
        ("grpc.so_reuseport", 0),
        # Without these the window of a stream grows to megabytes, and 200 uploads that come faster than the disk
        # takes them fill the memory of the sender and of the receiver.
        ("grpc.http2.bdp_probe", 0),
        ("grpc.http2.lookahead_bytes", STREAM_WINDOW_BYTES),
    ]
