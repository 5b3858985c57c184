"""Tickets inside one process: the embedded mode."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog

from metatag_jobs.adapters.memory.slots import Handle, Slots
from metatag_jobs.work import Ticket
from metatag_runtime.loops import is_cancelling

log = structlog.get_logger("metatag.jobs.tickets")

# The dispatcher keeps far fewer waiting; beyond, tickets are dropped and their lease brings them back.
MAX_WAITING = 20_000
# Whether tickets may be taken again is looked at this often. Seconds.
LOOK = 0.1


class MemoryTickets:
    """The port TicketQueue over two bounded queues."""

    def __init__(self) -> None:
        self._lanes: dict[bool, asyncio.Queue[Ticket]] = {
            interactive: asyncio.Queue(MAX_WAITING) for interactive in (False, True)
        }

    async def start(self) -> None:
        """Do nothing: there is nothing to connect."""

    async def stop(self) -> None:
        """Do nothing: there is nothing to disconnect."""

    async def send(self, tickets: Sequence[Ticket]) -> None:
        """Put tickets in; those that find their queue full are dropped."""
        for ticket in tickets:
            try:
                self._lanes[ticket.interactive].put_nowait(ticket)
            except asyncio.QueueFull:
                log.warning("ticket dropped", reason="queue full")

    async def find_lost(self, tickets: Sequence[Ticket]) -> list[Ticket]:
        """Return nothing: what a process holds in memory is lost only together with the process."""
        return []

    async def listen(
        self, handle: Handle, slots: int, interactive_slots: int, may_take: Callable[[], bool] = lambda: True
    ) -> None:
        """Call `handle` for each ticket, at most so many at once; ends when cancelled."""
        lanes = [
            asyncio.create_task(self._listen(interactive, Slots(handle, count), may_take), name="jobs-lane")
            for interactive, count in ((False, slots), (True, interactive_slots))
        ]
        try:
            await asyncio.gather(*lanes)
        finally:
            for lane in lanes:
                lane.cancel()

    async def _listen(self, interactive: bool, slots: Slots, may_take: Callable[[], bool]) -> None:
        queue = self._lanes[interactive]
        while not is_cancelling():
            # Before the ticket: what nobody has room for stays where others find it.
            await slots.wait_for_free()
            if not may_take():
                await asyncio.sleep(LOOK)
                continue
            slots.use(await queue.get())
