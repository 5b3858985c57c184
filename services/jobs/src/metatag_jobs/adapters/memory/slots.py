"""The places of a worker: one task a ticket, never more of them than there are slots."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from metatag_jobs.work import Ticket

log = structlog.get_logger("metatag.jobs.tickets")

Handle = Callable[[Ticket], Awaitable[None]]


class Slots:
    """Runs `handle` for tickets, at most `count` at once."""

    def __init__(self, handle: Handle, count: int) -> None:
        self._handle = handle
        self._count = count
        # Documents outlive the listening: a worker that ends takes no more tickets and waits for those in hand.
        self._running: set[asyncio.Task[None]] = set()
        self._freed = asyncio.Event()

    @property
    def free(self) -> int:
        """How many tickets may be taken now."""
        return self._count - len(self._running)

    async def wait_for_free(self) -> None:
        """Return when a ticket may be taken."""
        while self.free <= 0:
            self._freed.clear()
            await self._freed.wait()

    def use(self, ticket: Ticket | None, done: Callable[[], None] = lambda: None) -> None:
        """Handle a ticket in a task of its own; call `done` at its end, also when it failed or is no ticket."""
        task = asyncio.create_task(self._run(ticket), name="jobs-ticket")
        self._running.add(task)

        def ended(ended: asyncio.Task[None]) -> None:
            self._running.discard(ended)
            self._freed.set()
            done()

        task.add_done_callback(ended)

    async def _run(self, ticket: Ticket | None) -> None:
        if ticket is None:
            log.warning("ticket not handled", error="not a ticket")
            return
        try:
            await self._handle(ticket)
        except Exception as error:
            # The document's lease brings it back, not its ticket.
            log.warning("ticket not handled", error=type(error).__name__)
