"""Request bodies as they come in: bounded in bytes, in time and together, so that no sender holds the process up."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass

from starlette.types import Message, Receive

from metatag_gateway.errors import TooLarge
from metatag_runtime.errors import Busy, ErrorCode, InvalidArgument, MetatagError

STALLED = "The request body stalled or came too slowly."
CROWDED = "Too many request bodies at once; try again in a moment."
# A body that is held in memory must be whole within this, however steadily it comes. Seconds.
MAX_SECONDS = 300.0
# Lists, objects and values of a body above so many bytes; a batch of 100,000 rows has as many objects.
MIN_COUNTED_BYTES = 1024 * 1024
MAX_CONTAINERS = 400_000
MAX_VALUES = 4_000_000
SLICE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class BodyBounds:
    """What bodies of one kind of path may take of a process, all together."""

    # Bodies held in memory, from their first byte to the end of their request.
    total_bytes: int
    # Bodies of which the end has not come yet.
    max_open: int
    # A body may be silent this long, and take this long beyond what the least rate allows. Seconds.
    idle_seconds: float
    grace_seconds: float
    # The least rate.
    bytes_per_second: int


@dataclass(slots=True, eq=False)
class Body:
    """One body of a user or an address (`holder`), counted from `Bodies.open` to `Bodies.close`."""

    holder: str
    charged: int = 0
    is_evicted: bool = False
    # The wait for the sender's next bytes, while there is one.
    wait: asyncio.Timeout | None = None


class Bodies:
    """Reads bodies under common bounds. Where they are reached, the oldest body of who has most gives way."""

    def __init__(self, bounds: BodyBounds) -> None:
        self._bounds = bounds
        self._total = 0
        self._bytes: Counter[str] = Counter()
        # Unfinished bodies of each holder, oldest first.
        self._unfinished: dict[str, dict[Body, None]] = {}
        self._count = 0

    def open(self, holder: str) -> Body:
        """Return a new body; close it at the end of its request."""
        if self._count >= self._bounds.max_open:
            self._evict(max(self._unfinished, key=lambda name: len(self._unfinished[name])))
        body = Body(holder)
        self._unfinished.setdefault(holder, {})[body] = None
        self._count += 1
        return body

    def close(self, body: Body) -> None:
        """Stop counting a body."""
        self._finish(body)
        self._total -= body.charged
        self._bytes[body.holder] -= body.charged
        body.charged = 0
        if self._bytes[body.holder] <= 0:
            del self._bytes[body.holder]

    async def read(self, body: Body, receive: Receive, max_bytes: int) -> bytes:
        """Return the whole content, which counts as held until the body is closed.

        TooLarge beyond `max_bytes`, InvalidArgument for a sender that is too slow, Busy where there is no room.
        """
        loop = asyncio.get_running_loop()
        begin = loop.time()
        chunks: list[bytes] = []
        try:
            async with asyncio.timeout(None) as body.wait:
                more = True
                while more:
                    allowed = min(self._seconds(body.charged), MAX_SECONDS)
                    body.wait.reschedule(min(begin + allowed, loop.time() + self._bounds.idle_seconds))
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise MetatagError("The client closed the connection.", code=ErrorCode.CANCELLED)
                    chunks.append(message.get("body", b""))
                    if body.charged + len(chunks[-1]) > max_bytes:
                        raise too_large(max_bytes)
                    self._charge(body, len(chunks[-1]))
                    more = message.get("more_body", False)
        except TimeoutError:
            raise _given_up(body) from None
        finally:
            body.wait = None
            self._finish(body)
        return b"".join(chunks)

    def stream(self, body: Body, receive: Receive, max_bytes: int | None) -> Receive:
        """Return a `receive` for a form that is read as it comes; only time spent waiting for its sender counts."""
        loop = asyncio.get_running_loop()
        taken = 0
        waited = 0.0
        ended = False

        async def take() -> Message:
            nonlocal taken, waited, ended
            if ended:
                return await receive()
            begin = loop.time()
            try:
                async with asyncio.timeout(min(self._seconds(taken) - waited, self._bounds.idle_seconds)) as body.wait:
                    self._refuse_evicted(body)
                    message = await receive()
            except TimeoutError:
                raise _given_up(body) from None
            finally:
                body.wait = None
            waited += loop.time() - begin
            taken += len(message.get("body", b""))
            if max_bytes is not None and taken > max_bytes:
                raise too_large(max_bytes)
            ended = not message.get("more_body", False)
            if ended:
                self._finish(body)
            return message

        return take

    def _seconds(self, taken: int) -> float:
        """Return how long a body may take of which `taken` bytes have come."""
        return self._bounds.grace_seconds + taken / self._bounds.bytes_per_second

    def _charge(self, body: Body, size: int) -> None:
        self._refuse_evicted(body)
        total = self._bounds.total_bytes
        own = self._bytes[body.holder] + size
        while self._total + size > total:
            largest = max(self._unfinished, key=lambda name: self._bytes[name])
            if self._bytes[largest] <= own:
                raise Busy("The server holds as many request bodies as it can; try again in a moment.")
            self._evict(largest)
        if self._total + size > total // 2 and own > total // 4:
            raise Busy("You have too many large requests under way at once; try again in a moment.")
        self._total += size
        self._bytes[body.holder] += size
        body.charged += size

    def _refuse_evicted(self, body: Body) -> None:
        if body.is_evicted:
            raise Busy(CROWDED)

    def _finish(self, body: Body) -> None:
        held = self._unfinished.get(body.holder, {})
        if body in held:
            del held[body]
            self._count -= 1
            if not held:
                del self._unfinished[body.holder]

    def _evict(self, holder: str) -> None:
        """End the oldest unfinished body of a holder."""
        body = next(iter(self._unfinished[holder]))
        body.is_evicted = True
        self.close(body)
        if body.wait is not None:
            body.wait.reschedule(asyncio.get_running_loop().time())


def refuse_crowded(content: bytes) -> None:
    """Raise TooLarge for a large JSON body of very many tiny values: as objects they take thirty times their bytes."""
    containers = values = 0
    # In slices: one count of the whole would hold the interpreter's lock while it goes on.
    for start in range(0, len(content), SLICE_BYTES):
        end = start + SLICE_BYTES
        containers += content.count(b"{", start, end) + content.count(b"[", start, end)
        values += content.count(b",", start, end)
        if containers > MAX_CONTAINERS or values > MAX_VALUES:
            raise TooLarge("The request body holds too many values; send it in parts.")


def too_large(max_bytes: int) -> TooLarge:
    """Return the error of a body above its bound."""
    return TooLarge(f"The request body is larger than {max_bytes} bytes.")


def _given_up(body: Body) -> MetatagError:
    return Busy(CROWDED) if body.is_evicted else InvalidArgument(STALLED)
