"""The job state machine under Hypothesis: any order of work, control, crash and retry keeps the books right."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from fakes.jobs_database import change, empty, ended, make_job, rows
from metatag_jobs.adapters.sql_control import SqlJobStore
from metatag_jobs.adapters.sql_work import SqlWorkStore
from metatag_jobs.errors import JobNotFound, WrongState
from metatag_jobs.plan import plan
from metatag_jobs.work import Artifact, Checkpoint, Claim, Release, Ticket
from metatag_runtime.sql import Database

WORKERS = ("w1", "w2")
OPEN = ("queued", "admitted", "running")
COLUMNS = {"queued": "queued", "done": "done", "failed": "failed", "cancelled": "cancelled"}


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
        self.run(self._beat())

    def run(self, awaitable: Any) -> Any:
        return self.runner.run(awaitable)

    async def _beat(self) -> None:
        for worker in WORKERS:
            await self.store.beat(worker, "host", 4, 2)

    def teardown(self) -> None:
        self.run(self._finish_everything())
        self.run(self.database.close())
        self.runner.close()

    @rule(count=st.integers(1, 5), bad=st.integers(0, 1), kind=st.sampled_from(["batch", "single"]))
    def create(self, count: int, bad: int, kind: str) -> None:
        self.job_ids.append(self.run(make_job(self.jobs, 1 if kind == "single" else count, type=kind, bad=bad)))

    @precondition(lambda self: self.job_ids)
    @rule()
    def dispatch(self) -> None:
        self.tickets += self.run(self._dispatch())

    async def _dispatch(self) -> list[Ticket]:
        jobs, window = await self.store.open_jobs()
        shares, lanes = plan(jobs, window)
        return await self.store.admit(shares, lanes, 1000)

    @precondition(lambda self: self.tickets)
    @rule(worker=st.sampled_from(WORKERS), data=st.data(), keep=st.booleans())
    def start(self, worker: str, data: st.DataObject, keep: bool) -> None:
        """Take a ticket, perhaps one that was taken before: doubled delivery."""
        ticket = data.draw(st.sampled_from(self.tickets))
        if not keep:
            self.tickets.remove(ticket)
        claims = self.run(self.store.start(worker, [ticket]))
        self.claims += [(worker, claim) for claim in claims.values()]

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), stage=st.sampled_from([("ocr", "file"), ("tag", "ocr"), ("finish", "tag")]))
    def checkpoint(self, data: st.DataObject, stage: tuple[str, str]) -> None:
        worker, claim = data.draw(st.sampled_from(self.claims))
        artifact = Artifact(f"{claim.document_id[:20]}-{claim.attempt}-{stage[1]}", f"digest-{stage[1]}", 1)
        point = Checkpoint(claim.document_id, claim.attempt, stage[0], stage[1], artifact, 1)
        self.run(self.store.checkpoint(worker, [point]))

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), good=st.booleans())
    def finish(self, data: st.DataObject, good: bool) -> None:
        """End a document, perhaps one that was taken away since."""
        worker, claim = data.draw(st.sampled_from(self.claims))
        owner = self.run(self._owner(claim))
        job = self.run(rows(self.database, "SELECT state FROM job WHERE id = :id", id=claim.job_id))
        states = self.run(self.store.finish(worker, [ended(claim, good=good)]))
        may = owner == (worker, claim.attempt, "running") and job and job[0]["state"] in ("running", "paused")
        assert bool(states) == bool(may)

    async def _owner(self, claim: Claim) -> tuple[str, int, str] | None:
        found = await rows(self.database, "SELECT owner, attempt, state FROM doc WHERE id = :id", id=claim.document_id)
        return (found[0]["owner"], found[0]["attempt"], found[0]["state"]) if found else None

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), used=st.booleans())
    def hand_back(self, data: st.DataObject, used: bool) -> None:
        worker, claim = data.draw(st.sampled_from(self.claims))
        self.run(self.store.release(worker, [Release(claim.document_id, claim.attempt, used_try=used)]))

    @rule(worker=st.sampled_from(WORKERS))
    def crash(self, worker: str) -> None:
        """A worker is gone; the reaper notices; a new life begins under the same name."""

        async def step() -> None:
            await change(self.database, "UPDATE worker SET beat_at = 0 WHERE id = :id", id=worker)
            await self.store.reap(1000, 5)
            await self.store.beat(worker, "host", 4, 2)

        self.run(step())

    @rule()
    def lose_tickets(self) -> None:
        """The queue forgets everything; the admitted leases run out."""

        async def step() -> None:
            await change(self.database, "UPDATE doc SET lease_until = 0 WHERE state = 'admitted'")
            await self.store.reap(1000, 5)

        self.run(step())

    @precondition(lambda self: self.job_ids)
    @rule(data=st.data(), step=st.sampled_from(["pause", "resume", "cancel", "delete", "retry"]))
    def control(self, data: st.DataObject, step: str) -> None:
        job_id = data.draw(st.sampled_from(self.job_ids))
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
        await self.store.beat("w9", "host", 50, 50)
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


@pytest.mark.slow
def test_a_long_search_keeps_the_books(database_url: str) -> None:
    class Machine(JobMachine):
        url = database_url

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=200, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
