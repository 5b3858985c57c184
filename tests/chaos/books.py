"""The books of a batch that was disturbed: what was sent, what an observer saw, what the database holds."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from typing import Any

import grpc

from fakes.jobs_database import rows
from fakes.jobs_process import Client, until
from fakes.jobs_system import System
from metatag.v1 import jobs_pb2
from metatag_runtime.sql import Database

# Fewer on a machine that is busy with other things: CHAOS_DOCUMENTS=150.
COUNT = int(os.environ.get("CHAOS_DOCUMENTS", "500"))
# Documents of both workers that may be in flight: only their running stage may be repeated.
IN_FLIGHT = 2 * 8


@dataclass
class Batch:
    """A started job and who watches it from its beginning."""

    system: System
    client: Client
    job_id: str
    count: int
    name: str
    observer: Observer

    @classmethod
    async def start(cls, system: System, body: bytes, name: str, count: int = COUNT) -> Batch:
        """Create a job of `count` documents of one file; `name` begins the titles."""
        client = system.client()
        file_id = await client.upload(body)
        source = jobs_pb2.Source(type=jobs_pb2.SOURCE_TYPE_UPLOAD, path="upload://a.pdf", file_id=file_id)
        documents = [jobs_pb2.DocumentSpec(title=f"{name} {i}", source=source) for i in range(count)]
        job_id = (await client.create(documents)).job.id
        return cls(system, client, job_id, count, name, Observer(client, job_id))

    @classmethod
    async def adopt(cls, system: System, job_id: str, name: str, count: int) -> Batch:
        """Keep the books of a job that was started through a gateway."""
        client = system.client()
        database = Database(system.database_url)
        owner = await rows(database, "SELECT user_id FROM job WHERE id = :job", job=job_id)
        await database.close()
        client.user = owner[0]["user_id"]
        return cls(system, client, job_id, count, name, Observer(client, job_id))

    async def job(self) -> jobs_pb2.Job:
        """Give the job as it is now; asks again while no replica answers."""
        for _ in range(60):
            try:
                return await self.client.job(self.job_id)
            except grpc.aio.AioRpcError as error:
                if error.code() is not grpc.StatusCode.UNAVAILABLE:
                    raise
                await asyncio.sleep(0.5)
        raise AssertionError("no api replica answers")

    async def reach(self, processed: int) -> None:
        """Return when so many documents are done."""

        async def there() -> bool:
            return (await self.job()).processed >= processed

        await until(there, 120)

    async def rows(self, statement: str) -> list[dict[str, Any]]:
        """Ask the database; `:job` is this job."""
        database = Database(self.system.database_url)
        try:
            return await rows(database, statement, job=self.job_id)
        finally:
            await database.close()

    async def settle(self, repeats: int | None = IN_FLIGHT) -> None:
        """Wait for the end: nothing lost, nothing doubled, every event once, no more stages repeated than allowed.

        `repeats` None: a fault may cost any stage, and none is counted.
        """
        async with asyncio.timeout(240):
            await self.observer.task
        job = await self.job()
        assert (job.state, job.processed, job.failed) == (jobs_pb2.JOB_STATE_COMPLETED, self.count, 0)
        assert self.observer.seen == list(range(1, job.seq + 1))
        assert sorted(self.observer.ended) == list(range(self.count))
        results = "SELECT count(*) AS n FROM doc_result JOIN doc ON doc.id = doc_result.doc_id WHERE doc.job_id = :job"
        assert await self.rows(results) == [{"n": self.count}]
        states = await self.rows("SELECT state, count(*) AS n FROM doc WHERE job_id = :job GROUP BY state")
        assert states == [{"state": "done", "n": self.count}]
        if not self.system.real and repeats is not None:
            await self._check_repeats(repeats)

    async def _check_repeats(self, most: int) -> None:
        tagged = self.system.tagged(f"{self.name} ")
        crashes = (await self.rows("SELECT SUM(crashes) AS n FROM doc WHERE job_id = :job"))[0]["n"]
        assert len(tagged) == self.count
        repeated = sum(tagged.values()) - self.count
        print(f"repeated tag stages: {repeated}, of {crashes} documents that lost their worker")
        assert repeated <= min(most, crashes)


class Observer:
    """Follows a job over whichever replica answers, with the number of the last event it saw."""

    def __init__(self, client: Client, job_id: str) -> None:
        self.seen: list[int] = []
        # Places of the rows that ended, and the numbers of the events that told it.
        self.ended: list[int] = []
        self.ends: list[int] = []
        self.task = asyncio.create_task(self._follow(client, job_id))

    async def _follow(self, client: Client, job_id: str) -> None:
        while True:
            after = self.seen[-1] if self.seen else 0
            request = jobs_pb2.WatchJobRequest(user_id=client.user, job_id=job_id, after=after)
            try:
                async for answer in client.stub.WatchJob(request, timeout=240):
                    if answer.HasField("event"):
                        self._take(answer.event)
                return
            except grpc.aio.AioRpcError as error:
                if error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL):
                    raise
                await asyncio.sleep(0.2)

    def _take(self, event: jobs_pb2.JobEvent) -> None:
        self.seen.append(event.seq)
        if event.HasField("document") and event.document.state not in (
            jobs_pb2.DOCUMENT_STATE_PROCESSING,
            jobs_pb2.DOCUMENT_STATE_PENDING,
        ):
            self.ended.append(event.document.position)
            self.ends.append(event.seq)
