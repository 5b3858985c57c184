"""The job state machine under Hypothesis: any order of work, control, crash and retry keeps the books right."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Sequence
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from fakes.jobs_database import change, empty, ended, make_job, rows
from metatag_jobs.adapters.sql.control import SqlJobStore
from metatag_jobs.adapters.sql.work import SqlWorkStore
from metatag_jobs.errors import JobNotFound, WrongState
from metatag_jobs.plan import plan
from metatag_jobs.work import Artifact, Checkpoint, Claim, Release, Ticket
from metatag_runtime.sql import Database

T = TypeVar("T")

WORKERS = ("w1", "w2")
# Names one of what there is, however much that is: ids are random, so the same steps may admit other documents, and the
# search must not depend on how many.
PLACES = st.integers(0, 99)
OPEN = ("queued", "admitted", "running")
COLUMNS = {"queued": "queued", "done": "done", "failed": "failed", "cancelled": "cancelled"}


def one(items: Sequence[T], which: int) -> T:
    """Give the item at a place, counted round and round."""
    return items[which % len(items)]


class JobMachine(RuleBasedStateMachine):
    """Two workers, one dispatcher, a user who presses every button."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.database = Database(self.url)
        self.jobs = SqlJobStore(self.database)
        self.store = SqlWorkStore(self.database, lease=1000)
        self.job_ids: list[str] = []
        self.deleted: set[str] = set()
        self.tickets: list[Ticket] = []
        # Every claim ever made, so that replaced ones can try to write.
        self.claims: list[tuple[str, Claim]] = []
        self.run(empty(self.database))
        self.run(self._heartbeat())

    def run(self, awaitable: Any) -> Any:
        return self.runner.run(awaitable)

    async def _heartbeat(self) -> None:
        for worker in WORKERS:
            await self.store.heartbeat(worker, "host", 4, 2)

    def teardown(self) -> None:
        self.run(self._finish_everything())
        self.run(self.database.close())
        self.runner.close()

    @rule(count=st.integers(1, 5), bad=st.integers(0, 1), kind=st.sampled_from(["batch", "single"]))
    def create(self, count: int, bad: int, kind: str) -> None:
        self.job_ids.append(self.run(make_job(self.jobs, 1 if kind == "single" else count, type=kind, bad=bad)))

    @rule()
    def dispatch(self) -> None:
        self.tickets += self.run(self._dispatch())

    async def _dispatch(self) -> list[Ticket]:
        jobs, window = await self.store.open_jobs()
        shares, lanes = plan(jobs, window)
        return await self.store.admit(shares, lanes, 1000)

    @rule(worker=st.sampled_from(WORKERS), which=PLACES, keep=st.booleans())
    def start(self, worker: str, which: int, keep: bool) -> None:
        """Take a ticket, perhaps one that was taken before: doubled delivery."""
        if not self.tickets:
            return
        ticket = one(self.tickets, which)
        if not keep:
            self.tickets.remove(ticket)
        claims = self.run(self.store.start(worker, [ticket]))
        self.claims += [(worker, claim) for claim in claims.values()]

    @rule(which=PLACES, stage=st.sampled_from([("ocr", "file"), ("tag", "ocr"), ("finish", "tag")]))
    def checkpoint(self, which: int, stage: tuple[str, str]) -> None:
        if not self.claims:
            return
        worker, claim = one(self.claims, which)
        artifact = Artifact(f"{claim.document_id[:20]}-{claim.attempt}-{stage[1]}", f"digest-{stage[1]}", 1)
        point = Checkpoint(claim.document_id, claim.attempt, stage[0], stage[1], artifact, 1)
        self.run(self.store.checkpoint(worker, [point]))

    @rule(which=PLACES, good=st.booleans())
    def finish(self, which: int, good: bool) -> None:
        """End a document, perhaps one that was taken away since."""
        if not self.claims:
            return
        worker, claim = one(self.claims, which)
        owner = self.run(self._owner(claim))
        job = self.run(rows(self.database, "SELECT state FROM job WHERE id = :id", id=claim.job_id))
        states = self.run(self.store.finish(worker, [ended(claim, good=good)]))
        may = owner == (worker, claim.attempt, "running") and job and job[0]["state"] in ("running", "paused")
        assert bool(states) == bool(may)

    async def _owner(self, claim: Claim) -> tuple[str, int, str] | None:
        found = await rows(self.database, "SELECT owner, attempt, state FROM doc WHERE id = :id", id=claim.document_id)
        return (found[0]["owner"], found[0]["attempt"], found[0]["state"]) if found else None

    @rule(which=PLACES, used=st.booleans())
    def hand_back(self, which: int, used: bool) -> None:
        if not self.claims:
            return
        worker, claim = one(self.claims, which)
        self.run(self.store.release(worker, [Release(claim.document_id, claim.attempt, used_try=used)]))

    @rule(worker=st.sampled_from(WORKERS))
    def crash(self, worker: str) -> None:
        """A worker is gone; the reaper notices; a new life begins under the same name."""

        async def step() -> None:
            await change(self.database, "UPDATE worker SET beat_at = 0 WHERE id = :id", id=worker)
            await self.store.reap(1000, 5)
            await self.store.heartbeat(worker, "host", 4, 2)

        self.run(step())

    @rule()
    def lose_tickets(self) -> None:
        """The queue forgets everything; the admitted leases run out."""

        async def step() -> None:
            await change(self.database, "UPDATE doc SET lease_until = 0 WHERE state = 'admitted'")
            await self.store.reap(1000, 5)

        self.run(step())

    @rule(which=PLACES, step=st.sampled_from(["pause", "resume", "cancel", "delete", "retry"]))
    def control(self, which: int, step: str) -> None:
        if not self.job_ids:
            return
        job_id = one(self.job_ids, which)
        try:
            self.run(self._control(job_id, step))
        except JobNotFound:
            assert job_id in self.deleted
        except WrongState:
            pass
        else:
            assert job_id not in self.deleted
            if step == "delete":
                self.deleted.add(job_id)

    async def _control(self, job_id: str, step: str) -> None:
        if step == "retry":
            await self.jobs.retry("u1", job_id, [], None, "")
        else:
            await getattr(self.jobs, step)("u1", job_id)

    @rule()
    def housekeeping(self) -> None:
        async def step() -> None:
            while await self.store.sweep(2):
                pass
            more = True
            while more:
                _, more = await self.jobs.purge(2)

        self.run(step())

    @invariant()
    def books_are_right(self) -> None:
        self.run(self._check())

    async def _check(self) -> None:
        for job in await rows(self.database, "SELECT * FROM job WHERE state <> 'deleted'"):
            docs = await rows(self.database, "SELECT state, id FROM doc WHERE job_id = :id", id=job["id"])
            count = {state: sum(doc["state"] == state for doc in docs) for state in (*OPEN, *COLUMNS)}
            if job["state"] == "cancelled":
                count["cancelled"] += sum(count[state] for state in OPEN)
                count["queued"] = count["admitted"] = count["running"] = 0
            assert job["total"] == len(docs)
            assert job["running"] == count["admitted"] + count["running"]
            for column, state in COLUMNS.items():
                assert job[column] == count[state], (job, count)
            await self._check_end(job, docs)

    async def _check_end(self, job: dict[str, Any], docs: list[dict[str, Any]]) -> None:
        unfinished = job["queued"] + job["running"]
        assert (job["state"] in ("completed", "failed", "cancelled")) == (unfinished == 0), job
        events = await rows(self.database, "SELECT seq FROM job_event WHERE job_id = :id ORDER BY seq", id=job["id"])
        assert [event["seq"] for event in events] == list(range(1, job["seq"] + 1))
        results = await rows(
            self.database,
            "SELECT doc_result.doc_id FROM doc_result JOIN doc ON doc.id = doc_result.doc_id WHERE doc.job_id = :id",
            id=job["id"],
        )
        assert len(results) == job["done"]

    async def _finish_everything(self) -> None:
        """Whatever happened, the work that is left can be done."""
        for job_id in set(self.job_ids) - self.deleted:
            with contextlib.suppress(WrongState):
                await self.jobs.resume("u1", job_id)
        for worker in WORKERS:
            await self.store.leave(worker)
        await change(self.database, "UPDATE doc SET lease_until = 0 WHERE state = 'admitted'")
        await self.store.reap(1000, 100)
        await change(self.database, "UPDATE doc SET not_before = 0")
        await self.store.heartbeat("w9", "host", 50, 50)
        while tickets := await self._dispatch():
            claims = await self.store.start("w9", tickets)
            assert len(claims) == len(tickets)
            assert len(await self.store.finish("w9", [ended(claim) for claim in claims.values()])) == len(tickets)
        await self._check()
        left = await rows(self.database, "SELECT id FROM job WHERE state IN ('running', 'paused')")
        assert left == []
        refs = await rows(self.database, "SELECT COALESCE(SUM(refs), 0) AS n FROM artifact")
        held = await rows(
            self.database,
            "SELECT COUNT(file_id) + COUNT(ocr_id) + COUNT(tag_id) AS n FROM doc",
        )
        assert refs[0]["n"] == held[0]["n"]


def test_any_order_of_work_control_and_crash_keeps_the_books(database_url: str) -> None:
    class Machine(JobMachine):
        url = database_url

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=10,
            stateful_step_count=22,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


# Examples of the long search; each takes fifty steps.
LONG = int(os.environ.get("METATAG_TEST_EXAMPLES", "200"))


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_long_search_keeps_the_books(database_url: str) -> None:
    class Machine(JobMachine):
        url = database_url

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=LONG, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
