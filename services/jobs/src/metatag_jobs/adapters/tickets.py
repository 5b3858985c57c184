"""Tickets through taskiq: the same task on a broker over one queue (embedded) or on Redis Streams (cluster)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog
from taskiq import AsyncBroker, BrokerMessage
from taskiq.acks import AckableMessage
from taskiq.receiver import Receiver

from metatag_jobs.work import Ticket

log = structlog.get_logger("metatag.jobs.tickets")

# The dispatcher keeps far fewer waiting; beyond, tickets are dropped and their lease brings them back.
MEMORY_BOUND = 20_000

# taskiq logs each failed or cancelled task and its own start; the worker logs what matters.
logging.getLogger("taskiq").setLevel(logging.CRITICAL)

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
        self._handle: Handle | None = None

        # A plain function: taskiq renames what it registers, which a bound method refuses.
        async def work(document_id: str, attempt: int, job_id: str, interactive: bool) -> None:
            assert self._handle is not None
            await self._handle(Ticket(document_id, attempt, job_id, interactive))

        self._task = broker.register_task(work, task_name="metatag.document")

    async def send(self, ticket: Ticket) -> None:
        await self._task.kiq(ticket.document_id, ticket.attempt, ticket.job_id, ticket.interactive)

    async def listen(self, handle: Handle, slots: int) -> None:
        self._handle = handle
        self.broker.is_worker_process = True
        # Never used: our task is a coroutine. taskiq wants one.
        with ThreadPoolExecutor(max_workers=1) as executor:
            receiver = Receiver(
                broker=self.broker,
                executor=executor,
                validate_params=False,
                max_async_tasks=slots,
                max_prefetch=0,
                run_startup=False,
                on_exit=_leave,
            )
            await receiver.listen(asyncio.Event())


def _leave(_receiver: Any) -> None:
    raise asyncio.CancelledError
