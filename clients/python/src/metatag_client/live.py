"""The sockets under Follow: connect, read frames, connect again where it broke."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import connect as connect_sync

from metatag_client.errors import NotSignedIn, Unreachable, error_for
from metatag_client.follow import Follow
from metatag_client.models import Event, Json

if TYPE_CHECKING:
    from metatag_client.aio import AsyncClient
    from metatag_client.client import Client

# The first frame holds the results of all documents that were finished before: 100,000 rows of some 500 bytes.
MAX_FRAME_BYTES = 128 * 1024 * 1024
# The server says something at least every 30 s (a keepalive); after this silence the connection is taken for dead.
SILENCE_SECONDS = 75.0
OPEN_SECONDS = 15.0

_BROKEN = (OSError, TimeoutError, WebSocketException, EOFError)


class _Waits:
    """The waits between connections: full jitter up to 5 s, an end after `patience` seconds without a working one."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._frames = 0
        # Whether the token was renewed since a connection worked: one that is refused when new is refused for good.
        self.refreshed = False
        self.works()

    def works(self) -> None:
        """Note that the connection works, or that the caller was busy until now."""
        self._since = time.monotonic()
        self._attempt = 0

    def opens(self) -> None:
        """Note that a connection is tried."""
        self._frames = 0

    def heard(self) -> None:
        """Note a frame that was no refusal. The first is little proof: a server may greet and break off for ever."""
        self._frames += 1
        self.refreshed = False
        if self._frames > 1:
            self.works()

    def next(self, base_url: str, error: Exception) -> float:
        """Give the seconds before the next try. Raises Unreachable."""
        if time.monotonic() - self._since > self._patience:
            raise Unreachable(f"The connection to {base_url} was lost and did not come back ({error}).") from error
        self._attempt += 1
        return random.uniform(0.05, min(5.0, 0.2 * 2**self._attempt))  # noqa: S311  spreads load


def follow(client: Client, state: Follow, patience: float) -> Iterator[Event]:
    """Give the events of a job to its end."""
    waits = _Waits(patience)
    while not state.done:
        token = _token(client)
        waits.opens()
        try:
            with connect_sync(_url(client.base_url, state), **_arguments(token)) as socket:
                while not state.done:
                    frame = _frame(socket.recv(timeout=SILENCE_SECONDS))
                    for event in state.feed(frame):
                        yield event
                        waits.works()
                    waits.heard()
        except NotSignedIn:
            if waits.refreshed or not client.refresh(token):
                raise
            waits.refreshed = True
        except _BROKEN as error:
            if not state.done:
                time.sleep(waits.next(client.base_url, _judge(error)))


async def follow_async(client: AsyncClient, state: Follow, patience: float) -> AsyncIterator[Event]:
    """Give the events of a job to its end."""
    waits = _Waits(patience)
    while not state.done:
        token = _token(client)
        waits.opens()
        try:
            async with connect_async(_url(client.base_url, state), **_arguments(token)) as socket:
                while not state.done:
                    async with asyncio.timeout(SILENCE_SECONDS):
                        frame = _frame(await socket.recv())
                    for event in state.feed(frame):
                        yield event
                        waits.works()
                    waits.heard()
        except NotSignedIn:
            if waits.refreshed or not await client.refresh(token):
                raise
            waits.refreshed = True
        except _BROKEN as error:
            if not state.done:
                await asyncio.sleep(waits.next(client.base_url, _judge(error)))


def _token(client: Client | AsyncClient) -> str:
    return client.tokens.access_token if client.tokens else ""


def _url(base_url: str, state: Follow) -> str:
    scheme, _, rest = base_url.partition("://")
    return f"{'wss' if scheme == 'https' else 'ws'}://{rest}{state.path()}"


def _arguments(token: str) -> dict[str, Any]:
    return {
        # In the header, so that the token stands in no access log.
        "additional_headers": {"Authorization": f"Bearer {token}"},
        "max_size": MAX_FRAME_BYTES,
        "open_timeout": OPEN_SECONDS,
    }


def _frame(data: str | bytes) -> Json:
    frame = json.loads(data)
    return frame if isinstance(frame, dict) else {}


def _judge(error: Exception) -> Exception:
    """Give the error in plain words; raise for a refusal of the handshake that a repetition would meet again."""
    if not isinstance(error, InvalidStatus):
        return error
    status = error.response.status_code
    if 400 <= status < 500 and status != 429:
        raise error_for(status)(f"The server refused the connection with {status}.", status=status)
    return Exception(f"HTTP {status}")
