"""Tickets through taskiq: the same task on a broker over one queue (embedded) or on Redis Streams (cluster).

taskiq's own receiver makes four tasks and several validated models of each ticket: here its brokers and its message are
used, and one task handles a ticket.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Any

import structlog
from taskiq import AsyncBroker, BrokerMessage
from taskiq.acks import AckableMessage

from metatag_jobs.work import Ticket
from metatag_runtime.loops import asked_to_end

log = structlog.get_logger("metatag.jobs.tickets")

# The dispatcher keeps far fewer waiting; beyond, tickets are dropped and their lease brings them back.
MEMORY_BOUND = 20_000

Handle = Callable[[Ticket], Awaitable[None]]


class MemoryBroker(AsyncBroker):
    """A taskiq broker over one bounded asyncio.Queue."""

    def __init__(self) -> None:
        super().__init__()
        self._queue: asyncio.Queue[bytes] = asyncio.Queue(MEMORY_BOUND)

    async def kick(self, message: BrokerMessage) -> None:
        """Put a message in; drops it when the queue is full."""
        try:
            self._queue.put_nowait(message.message)
        except asyncio.QueueFull:
            log.warning("ticket dropped", reason="queue full")

    async def listen(self) -> AsyncGenerator[bytes | AckableMessage, None]:
        """Give messages for ever."""
        while True:
            yield await self._queue.get()


class TaskiqTickets:
    """The port TicketQueue over two brokers: one for documents of batches, one for documents sent alone."""

    def __init__(
        self,
        batch: AsyncBroker,
        interactive: AsyncBroker,
        memory: Callable[[Callable[[], Awaitable[None]]], Awaitable[None]] | None = None,
    ) -> None:
        """`memory` calls what it is given if the brokers' server lost what it held; None: they cannot lose anything."""
        self._lanes = {False: _Lane(batch), True: _Lane(interactive)}
        self._memory = memory

    async def start(self) -> None:
        """Connect the brokers."""
        for lane in self._lanes.values():
            await lane.broker.startup()

    async def stop(self) -> None:
        """Disconnect the brokers."""
        for lane in self._lanes.values():
            await lane.broker.shutdown()

    async def send(self, tickets: Sequence[Ticket]) -> None:
        """Send tickets; raises when they could not all be sent."""
        await asyncio.gather(*(self._lanes[ticket.interactive].send(ticket) for ticket in tickets))

    async def mend(self, resend: Callable[[], Awaitable[None]]) -> None:
        """Call `resend` if tickets sent before may be lost; raises what the server raises."""
        if self._memory is not None:
            await self._memory(resend)

    async def listen(self, handle: Handle, slots: int, interactive_slots: int) -> None:
        """Call `handle` for each ticket, at most so many at once; ends when cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._lanes[False].listen(handle, slots))
            group.create_task(self._lanes[True].listen(handle, interactive_slots))


class _Lane:
    """One broker with the one task."""

    def __init__(self, broker: AsyncBroker) -> None:
        self.broker = broker
        # Documents outlive the listening: a worker that ends takes no more tickets and waits for those in hand.
        self._working: set[asyncio.Task[None]] = set()

        # Names what is sent. A plain function: taskiq renames what it registers, which a bound method refuses.
        async def work(document_id: str, attempt: int, job_id: str, interactive: bool) -> None:
            raise NotImplementedError

        self._task = broker.register_task(work, task_name="metatag.document")

    async def send(self, ticket: Ticket) -> None:
        await self._task.kiq(ticket.document_id, ticket.attempt, ticket.job_id, ticket.interactive)

    async def listen(self, handle: Handle, slots: int) -> None:
        free = asyncio.Semaphore(slots)

        def ended(task: asyncio.Task[None]) -> None:
            self._working.discard(task)
            free.release()

        async with contextlib.aclosing(self.broker.listen()) as messages:
            while not asked_to_end():
                # Before the message: what nobody has room for stays where others find it.
                await free.acquire()
                task = asyncio.create_task(_work(handle, await anext(messages)), name="jobs-ticket")
                self._working.add(task)
                task.add_done_callback(ended)


async def _work(handle: Handle, message: bytes | AckableMessage) -> None:
    """Handle a ticket and acknowledge it, also one that failed: the document's lease brings it back, not its ticket."""
    try:
        ticket = _ticket(message.data if isinstance(message, AckableMessage) else message)
        await handle(ticket)
    except Exception as error:
        log.warning("ticket not handled", error=type(error).__name__)
    if isinstance(message, AckableMessage):
        await _acknowledge(message)


async def _acknowledge(message: AckableMessage) -> None:
    acknowledged: Any = message.ack()
    if acknowledged is not None:
        await acknowledged


def _ticket(data: bytes) -> Ticket:
    """Read taskiq's message; raises ValueError, KeyError or TypeError for another."""
    document_id, attempt, job_id, interactive = json.loads(data)["args"]
    return Ticket(str(document_id), int(attempt), str(job_id), bool(interactive))
