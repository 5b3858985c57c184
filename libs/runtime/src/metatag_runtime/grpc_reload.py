"""A channel whose client certificate can be replaced while calls run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import grpc

from metatag_runtime.grpc_tls import Certificates, Tls

# Running calls may go on this long on a connection made with the old certificate. Seconds.
OLD_CHANNEL_GRACE = 660.0

Open = Callable[[grpc.ChannelCredentials], grpc.aio.Channel]


class ReloadingChannel(grpc.aio.Channel):
    """Sends each new call over a channel made with the newest certificates; old calls end where they began.

    grpc.aio fixes a channel's credentials at its making, so a client that lives longer than its certificate needs this.
    """

    def __init__(self, tls: Tls, open_with: Open) -> None:
        self._tls = tls
        self._open_with = open_with
        self._used: Certificates = tls.store.current()
        self._channel = open_with(tls.channel_credentials(self._used))
        self._closing: set[asyncio.Task[None]] = set()

    def current(self) -> grpc.aio.Channel:
        """Give the channel for a new call."""
        newest = self._tls.store.current()
        if newest is not self._used:
            old, self._used = self._channel, newest
            self._channel = self._open_with(self._tls.channel_credentials(newest))
            task = asyncio.get_running_loop().create_task(old.close(OLD_CHANNEL_GRACE))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
        return self._channel

    async def close(self, grace: float | None = None) -> None:
        """Close the channel in use and those still ending."""
        for task in tuple(self._closing):
            task.cancel()
        await asyncio.gather(*self._closing, return_exceptions=True)
        await self._channel.close(grace)

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:
        """Give the state of the channel in use."""
        return self.current().get_state(try_to_connect)

    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> None:
        """Wait for another state of the channel in use."""
        await self.current().wait_for_state_change(last_observed_state)

    async def channel_ready(self) -> None:
        """Wait until the channel in use is connected."""
        await self.current().channel_ready()

    async def __aenter__(self) -> ReloadingChannel:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def unary_unary(self, *args: Any, **options: Any) -> Any:
        """Give a callable that chooses its channel when called."""
        return self._late("unary_unary", args, options)

    def unary_stream(self, *args: Any, **options: Any) -> Any:
        """Give a callable that chooses its channel when called."""
        return self._late("unary_stream", args, options)

    def stream_unary(self, *args: Any, **options: Any) -> Any:
        """Give a callable that chooses its channel when called."""
        return self._late("stream_unary", args, options)

    def stream_stream(self, *args: Any, **options: Any) -> Any:
        """Give a callable that chooses its channel when called."""
        return self._late("stream_stream", args, options)

    def _late(self, kind: str, args: tuple[Any, ...], options: dict[str, Any]) -> Callable[..., Any]:
        def call(*call_args: Any, **call_options: Any) -> Any:
            return getattr(self.current(), kind)(*args, **options)(*call_args, **call_options)

        return call
