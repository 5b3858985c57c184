"""The dispatcher: admits documents fairly into a bounded window of tickets, reaps leases, relays events.

Many api replicas may run one; one leads. Two by accident do no harm: admission locks rows, tickets are fenced.
"""

from __future__ import annotations

import asyncio
import contextlib
import time

import structlog
from prometheus_client import Gauge

from metatag_jobs.plan import plan
from metatag_jobs.ports import EventBus, Leadership, TicketQueue
from metatag_jobs.stores import EventLog, WorkStore
from metatag_runtime.loops import is_cancelling, run_forever

log = structlog.get_logger("metatag.jobs.dispatcher")

LEADING = Gauge("metatag_jobs_leading", "Whether this process leads the dispatch.")
BACKLOG = Gauge("metatag_jobs_backlog", "Documents that could be in work if there were slots: the signal to scale on.")

# Without hints the dispatcher looks this often. Seconds.
TICK = 0.1
IDLE_TICK = 1.0
REAP_PERIOD = 0.5
RESEND_PERIOD = 0.5
# A ticket that no worker has claimed so long after its admission may be lost. Seconds.
UNCLAIMED = 1.5
# Somebody waits for a document sent alone: another worker takes it over when two heartbeats of its worker are missing.
# It may be done twice for that, and is never told twice. Seconds.
INTERACTIVE_LEASE = 3.5
RELAY_PERIOD = 2.0
LEADER_PERIOD = 1.0
# An answer of the database about leadership or lost workers that comes later says nothing any more. Seconds.
ANSWER_SECONDS = 5.0
# A leader that has not asked whether it still leads for so long is none. Seconds.
LEADING_SECONDS = 10.0
# After a change of the leader, or a silence of the database, workers have so long to say that they live. Two of their
# heartbeats. Seconds.
REAP_GRACE = 3.0
# Tickets looked for at once; the window holds far fewer.
RESENT = 10_000
# Hints come one a group of documents. After an admission, and after a relaying, the next waits so long for company.
DISPATCH_PAUSE = 0.01
RELAY_PAUSE = 0.02


class Dispatcher:
    """A service of the host."""

    name = "jobs-dispatcher"

    def __init__(
        self,
        *,
        store: WorkStore,
        queue: TicketQueue,
        event_bus: EventBus,
        events: EventLog,
        leadership: Leadership,
        lease: float,
        admitted_lease: float,
        max_crashes: int,
        max_running: int,
    ) -> None:
        self._store = store
        self._queue = queue
        self._event_bus = event_bus
        self._events = events
        self._leadership = leadership
        # Reaped a round early, so that a worker that died is noticed within its lease, the reaper's round included.
        self._lease = lease - min(REAP_PERIOD, lease / 5)
        self._interactive_lease = min(INTERACTIVE_LEASE, self._lease)
        self._admitted_lease = admitted_lease
        self._max_crashes = max_crashes
        self._max_running = max_running
        self._wake = asyncio.Event()
        self._dirty: set[str] = set()
        self._relay_wake = asyncio.Event()
        self._leading = False
        self._asked_at = 0.0
        self._leading_since = 0.0
        self._tasks: list[asyncio.Task[None]] = []
        event_bus.on_wake(self._wake.set)
        event_bus.on_announce(self._announced)

    async def start(self) -> None:
        """Begin to dispatch."""
        await self._try_to_lead()
        LEADING.set_function(self._leads_now)
        loops = (
            (self._keep_leading, "lead"),
            (self._dispatch_loop, "dispatch"),
            (self._reap_loop, "reap"),
            (self._resend_loop, "resend"),
            (self._relay_loop, "relay"),
        )
        self._tasks = [asyncio.create_task(run_forever(loop, name), name=f"jobs-{name}") for loop, name in loops]

    async def wait(self) -> None:
        """Return when one of the loops ended by itself."""
        await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)

    async def stop(self, grace: float) -> None:
        """End the loops and let another lead."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(Exception):
            async with asyncio.timeout(1.0):
                await self._leadership.resign()

    async def _keep_leading(self) -> None:
        await asyncio.sleep(LEADER_PERIOD)
        await self._try_to_lead()

    async def _try_to_lead(self) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                leading = await self._leadership.leads()
        except Exception as error:
            log.warning("leadership unknown", error=repr(error))
            leading = False
        if leading != self._leading:
            log.info("leading" if leading else "not leading")
            self._leading_since = time.monotonic()
        self._leading = leading
        self._asked_at = time.monotonic()

    def _leads_now(self) -> int:
        """Tell the metrics' own thread; a process whose event loop is stuck does not lead, whatever it says last."""
        return int(self._leading and time.monotonic() - self._asked_at < LEADING_SECONDS)

    async def _dispatch_loop(self) -> bool:
        sent = await self.step() if self._leading else 0
        if sent > 1:
            await asyncio.sleep(DISPATCH_PAUSE)
        pause = TICK if sent else IDLE_TICK if not self._leading else TICK * 2
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._wake.wait()
        self._wake.clear()
        return sent > 0

    async def step(self) -> int:
        """Admit what fits and send the tickets; give how many."""
        jobs, window = await self._store.open_jobs()
        BACKLOG.set(sum(min(job.queued + job.running, job.max_running) for job in jobs))
        shares, lanes = plan(jobs, window, self._max_running)
        if not shares:
            return 0
        tickets = await self._store.admit(shares, lanes, self._admitted_lease)
        try:
            await self._queue.send(tickets)
        except Exception as error:
            # They are found missing and sent again; at last the admitted lease brings the documents back.
            log.warning("tickets not sent", count=len(tickets), error=repr(error))
        return len(tickets)

    async def _reap_loop(self) -> None:
        asleep = time.monotonic()
        await asyncio.sleep(REAP_PERIOD)
        if not self._leading or time.monotonic() - self._leading_since < REAP_GRACE:
            return
        if time.monotonic() - asleep > 2 * REAP_PERIOD:
            # This machine stood still: so may have the workers on it, and their heartbeats come now.
            return
        # A database that froze would answer at last that every worker is overdue: none could say that it lives.
        async with asyncio.timeout(ANSWER_SECONDS):
            found = await self._store.reap(self._lease, self._max_crashes, self._interactive_lease)
        if found:
            self._wake.set()
        while await self._store.sweep(1000):
            pass

    async def _resend_loop(self) -> None:
        """Send tickets again that are lost: never sent, forgotten by Redis, or held by a worker that does nothing."""
        await asyncio.sleep(RESEND_PERIOD)
        if not self._leading:
            return
        waiting = await self._store.admitted(RESENT, self._admitted_lease, UNCLAIMED)
        if waiting and (lost := await self._queue.find_lost(waiting)):
            await self._queue.send(lost)
            log.info("tickets sent again", count=len(lost))

    def _announced(self, job_id: str) -> None:
        if self._leading:
            self._dirty.add(job_id)
            self._relay_wake.set()

    async def _relay_loop(self) -> None:
        end = time.monotonic() + RELAY_PERIOD
        while (left := end - time.monotonic()) > 0 and not is_cancelling():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._relay_wake.wait()
            self._relay_wake.clear()
            dirty, self._dirty = self._dirty, set()
            for job_id in dirty:
                await self._event_bus.relay(job_id, self._events)
            if dirty:
                await asyncio.sleep(RELAY_PAUSE)
        if self._leading:
            # Hints may be lost; what changed lately is looked at once more.
            self._dirty |= set(await self._events.recently_changed(3 * RELAY_PERIOD))
            if self._dirty:
                self._relay_wake.set()
