"""A worker: takes tickets, runs the pipeline, sends heartbeats, obeys pause, cancel and delete within two seconds."""

from __future__ import annotations

import asyncio
import contextlib
import math
import socket
import time
from collections import OrderedDict
from dataclasses import dataclass

import structlog
from prometheus_client import Counter, Gauge

from metatag_jobs.errors import Replaced, Stopped
from metatag_jobs.journal import GroupJournal
from metatag_jobs.model import JOB_SINGLE
from metatag_jobs.pipeline import Pipeline
from metatag_jobs.ports import EventBus, TicketQueue
from metatag_jobs.resting import Rest
from metatag_jobs.retrying import PAUSING, SHARED, Limits, decide
from metatag_jobs.stores import WorkStore
from metatag_jobs.work import Claim, JobContext, Release, Ticket
from metatag_runtime.context import use_deadline, use_request_id
from metatag_runtime.errors import MetatagError
from metatag_runtime.failures import as_unavailable
from metatag_runtime.loops import run_forever
from metatag_runtime.tracing import span

log = structlog.get_logger("metatag.jobs.worker")

DOCUMENTS = Counter("metatag_jobs_documents_total", "Documents that left a worker, by outcome.", ["outcome"])
IN_WORK = Gauge("metatag_jobs_documents_in_work", "Documents in work on this worker.")

# Control reaches a running document within this time even when every hint is lost. Seconds.
HEARTBEAT_SECONDS = 1.5

# A worker whose last heartbeat is older takes no tickets: it could not claim their documents. Seconds.
HEARTBEAT_MISSED = 4.0
# Nor does one that the database has left without an answer about a ticket for so long. Seconds.
CLAIM_SECONDS = 1.0
# Tickets in hand go back within this time when the worker ends. Seconds.
RETURN_SECONDS = 2.0

# Contexts of jobs kept at hand; options never change.
CONTEXTS = 256

# A limit without a named end holds everybody back this long. Seconds.
SHARED_WAIT = 2.0


@dataclass
class _Running:
    claim: Claim
    task: asyncio.Task[None]
    # Why the task was cancelled: "" by nobody, "control" by its user, "drain" by the end of this worker.
    reason: str = ""


class Worker:
    """A service of the host. `owner` names this process's life: a new process is a new owner."""

    name = "jobs-worker"

    def __init__(
        self,
        *,
        owner: str,
        store: WorkStore,
        journal: GroupJournal,
        pipeline: Pipeline,
        queue: TicketQueue,
        event_bus: EventBus,
        limits: Limits,
        slots: int,
        interactive_slots: int,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
    ) -> None:
        self._owner = owner
        self._store = store
        self._journal = journal
        self._pipeline = pipeline
        self._queue = queue
        self._event_bus = event_bus
        self._limits = limits
        self._slots = slots
        self._interactive_slots = interactive_slots
        self._heartbeat_seconds = heartbeat_seconds
        self._running: dict[str, _Running] = {}
        # Tickets in hand, from before their claim: what is being claimed is in work as well when this worker ends.
        self._in_hand: set[asyncio.Task[None]] = set()
        self._contexts: OrderedDict[str, JobContext] = OrderedDict()
        self._tasks: list[asyncio.Task[None]] = []
        self._look = asyncio.Event()
        self._draining = False
        self._heartbeat_at = 0.0
        self._rest = Rest()
        # When the claims were sent that are not answered yet, oldest first.
        self._claiming: dict[Ticket, float] = {}
        self._orphaned: set[tuple[str, int]] = set()
        event_bus.on_control(self._control)

    async def start(self) -> None:
        """Be known to the dispatcher, then take tickets."""
        await self._heartbeat()
        await self._event_bus.wake_dispatcher()
        self._tasks = [
            asyncio.create_task(run_forever(self._heartbeat_soon, "heartbeat"), name="jobs-heartbeat"),
            asyncio.create_task(run_forever(self._listen, "tickets"), name="jobs-tickets"),
        ]

    async def wait(self) -> None:
        """Return when one of the loops ended by itself."""
        await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)

    async def stop(self, grace: float) -> None:
        """Take no more tickets, let documents end within most of the grace, hand the others back."""
        self._draining = True
        heartbeats, listening = self._tasks[:1], self._tasks[1:]
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
        if self._in_hand and grace > 1.0:
            await asyncio.wait(self._in_hand, timeout=grace * 0.8)
        for each in self._running.values():
            each.reason = each.reason or "drain"
            each.task.cancel()
        if self._running:
            await asyncio.wait([each.task for each in self._running.values()], timeout=1.0)
        for task in heartbeats:
            task.cancel()
        await asyncio.gather(*heartbeats, return_exceptions=True)
        with contextlib.suppress(Exception):
            async with asyncio.timeout(2.0):
                await self._store.leave(self._owner)

    async def _listen(self) -> None:
        await self._queue.listen(self._handle, self._slots, self._interactive_slots, self._may_take)

    def _may_take(self) -> bool:
        """Tell whether a ticket taken now could be worked on."""
        return (
            not self._draining
            and not self._rest.resting
            and time.monotonic() - self._heartbeat_at < max(HEARTBEAT_MISSED, 3 * self._heartbeat_seconds)
            and time.monotonic() - next(iter(self._claiming.values()), math.inf) < CLAIM_SECONDS
        )

    async def _handle(self, ticket: Ticket) -> None:
        """Run one ticket to its end; never raises but for cancellation."""
        if self._draining:
            # Another worker has it at once; without this it would wait until it is found missing.
            with contextlib.suppress(Exception):
                async with asyncio.timeout(RETURN_SECONDS):
                    await self._queue.send([ticket])
            return
        # A task of its own: cancelling the listener must not cancel documents.
        task = asyncio.create_task(self._run(ticket), name=f"document-{ticket.document_id}")
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)
        with contextlib.suppress(Exception):
            await asyncio.shield(task)

    async def _run(self, ticket: Ticket) -> None:
        self._claiming[ticket] = time.monotonic()
        try:
            claim = await self._journal.start(ticket)
        except Exception as error:
            log.warning("document could not be taken over", document=ticket.document_id, error=repr(error))
            return
        finally:
            self._claiming.pop(ticket, None)
        if claim is None:
            return
        task = asyncio.current_task()
        assert task is not None
        running = _Running(claim, task)
        self._running[claim.document_id] = running
        IN_WORK.inc()
        try:
            await self._work(claim)
        except asyncio.CancelledError:
            if running.reason == "drain":
                await asyncio.shield(self._give_back(Release(claim.document_id, claim.attempt)))
            DOCUMENTS.labels(running.reason or "cancelled").inc()
        except Replaced:
            DOCUMENTS.labels("replaced").inc()
        except Exception:
            # The lease of a document that we cannot even hand back brings it back.
            log.exception("document left to its lease", document=claim.document_id)
            DOCUMENTS.labels("left").inc()
        finally:
            IN_WORK.dec()
            if self._running.get(claim.document_id) is running:
                del self._running[claim.document_id]

    async def _work(self, claim: Claim) -> None:
        job = await self._context(claim.job_id)
        if job is None:
            return
        use_request_id(job.request_id or None)
        use_deadline(None)
        job_id, document_id = claim.job_id, claim.document_id
        with (
            structlog.contextvars.bound_contextvars(job_id=job_id, document_id=document_id),
            span("document", parent=job.trace_parent, job_id=job_id, document_id=document_id, stage=claim.stage),
        ):
            await self._run_stages(claim, job)

    async def _run_stages(self, claim: Claim, job: JobContext) -> None:
        try:
            finish = await self._pipeline.run(claim, job)
        except Stopped:
            await self._give_back(Release(claim.document_id, claim.attempt))
            DOCUMENTS.labels("paused").inc()
            return
        except (Replaced, asyncio.CancelledError):
            raise
        except MetatagError as error:
            await self._failed(claim, job, error)
            return
        except Exception as error:
            log.exception("stage failed", document=claim.document_id, stage=claim.stage)
            known = as_unavailable(error) or MetatagError(f"Processing error: {type(error).__name__}")
            await self._failed(claim, job, known)
            return
        self._rest.ended(None)
        await self._journal.finish(finish)
        DOCUMENTS.labels("done").inc()
        log.info("document done", fetch_ms=claim.fetch_ms, ocr_ms=claim.ocr_ms, tag_ms=claim.tag_ms)

    async def _failed(self, claim: Claim, job: JobContext, error: MetatagError) -> None:
        log.info("stage failed", document=claim.document_id, stage=claim.stage, code=str(error.code))
        self._rest.ended(error.code)
        await self._hold_back(job, error)
        verdict = decide(error, claim, self._limits, interactive=job.type == JOB_SINGLE)
        if isinstance(verdict, Release):
            await self._give_back(verdict)
            DOCUMENTS.labels("again").inc()
            return
        await self._journal.finish(Pipeline.give_up(claim, verdict.code, verdict.message))
        DOCUMENTS.labels("failed").inc()

    async def _hold_back(self, job: JobContext, error: MetatagError) -> None:
        if error.code in SHARED and job.limiter:
            await self._store.block(job.limiter, error.retry_after or SHARED_WAIT)
        if error.code in PAUSING and job.type != JOB_SINGLE:
            await self._store.pause_for(job.job_id, str(error.code), error.message)
            await self._event_bus.announce([job.job_id])

    async def _give_back(self, release: Release) -> None:
        await self._journal.release(release)

    async def _context(self, job_id: str) -> JobContext | None:
        found = self._contexts.get(job_id)
        if found is None:
            found = await self._store.context(job_id)
            if found is None:
                return None
            self._contexts[job_id] = found
            if len(self._contexts) > CONTEXTS:
                self._contexts.popitem(last=False)
        return found

    def _control(self, job_id: str) -> None:
        # A retry may bring a new key.
        self._contexts.pop(job_id, None)
        if any(each.claim.job_id == job_id for each in self._running.values()):
            self._look.set()

    async def _heartbeat_soon(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._heartbeat_seconds):
                await self._look.wait()
        self._look.clear()
        async with asyncio.timeout(max(5.0, self._heartbeat_seconds)):
            await self._heartbeat()

    async def _heartbeat(self) -> None:
        """Say that we live, and compare what we own with what we run."""
        before = set(self._running)
        owned = {
            document.document_id: document
            for document in await self._store.heartbeat(
                self._owner,
                socket.gethostname(),
                0 if self._draining else self._slots,
                0 if self._draining else self._interactive_slots,
            )
        }
        self._heartbeat_at = time.monotonic()
        await self._release_orphans({(document.document_id, document.attempt) for document in owned.values()})
        for document_id in before & set(self._running):
            running = self._running[document_id]
            document = owned.get(document_id)
            lost = document is None or document.attempt != running.claim.attempt
            if lost or (document is not None and document.job_state in ("cancelled", "deleted")):
                running.reason = running.reason or "control"
                running.task.cancel()

    async def _release_orphans(self, owned: set[tuple[str, int]]) -> None:
        """Hand back what the database says is ours but nobody runs: the answer to a claim was lost."""
        orphaned = owned - {(each.claim.document_id, each.claim.attempt) for each in self._running.values()}
        # Once may be a claim whose answer is on its way.
        for document_id, attempt in orphaned & self._orphaned:
            log.warning("orphaned document released", document=document_id)
            await self._give_back(Release(document_id, attempt))
        self._orphaned = orphaned
