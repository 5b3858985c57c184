"""Measures the jobs engine; prints one JSON line a figure. `make bench-jobs`, or with names: `run.py enqueue fairness`.

Real PostgreSQL and Redis (as the tests start them), fake OCR and tagger nodes. Each line tells the machine's load and,
where it matters, the CPU time of this process: on a busy machine only the latter compares.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from fakes import servers
from fakes.fake_ocr_node import FakeOcrNode, fake_pdf, ocr_service
from fakes.jobs_database import ended, make_job
from fakes.jobs_room import running_room, specs
from metatag.v1 import jobs_pb2
from metatag_jobs.adapters.ocr_nodes import OcrNodes
from metatag_jobs.adapters.ocr_pool import PooledOcr
from metatag_jobs.adapters.sql_control import SqlJobStore
from metatag_jobs.adapters.sql_work import SqlWorkStore
from metatag_jobs.bootstrap import MIGRATIONS, VERSION_TABLE
from metatag_jobs.model import ProcessOptions
from metatag_jobs.plan import plan
from metatag_runtime.logs import configure_logs
from metatag_runtime.sql import Database, migrate


def say(name: str, **figures: Any) -> None:
    """Print one measurement."""
    rounded = {key: round(value, 3) if isinstance(value, float) else value for key, value in figures.items()}
    print(json.dumps({"figure": name, **rounded, "load": round(os.getloadavg()[0], 1)}), flush=True)


async def enqueue() -> None:
    """Documents a second into the database, by size of the job."""
    url = servers.postgres().new_database()
    migrate(url, MIGRATIONS, VERSION_TABLE)
    database = Database(url)
    jobs = SqlJobStore(database)
    await make_job(jobs, 1000)
    for count in (1_000, 10_000, 100_000):
        start, cpu = time.monotonic(), time.process_time()
        await make_job(jobs, count)
        seconds = time.monotonic() - start
        say(
            "enqueue",
            documents=count,
            per_second=count / seconds,
            cpu_us_each=1e6 * (time.process_time() - cpu) / count,
        )
    await database.close()
    servers.postgres().drop_database(url)


async def noop_store() -> None:
    """Admit, start and finish without stages: what the books alone cost, by length of the queue."""
    url = servers.postgres().new_database()
    migrate(url, MIGRATIONS, VERSION_TABLE)
    for queued in (1_000, 10_000, 100_000):
        database = Database(url)
        jobs, store = SqlJobStore(database), SqlWorkStore(database)
        await make_job(jobs, queued, user=f"u{queued}", max_running=10_000)
        await store.beat("w", "host", 256, 4)
        start, cpu, done = time.monotonic(), time.process_time(), 0
        while done < min(queued, 10_000):
            found, window = await store.open_jobs()
            shares, lanes = plan([job for job in found if job.user_id == f"u{queued}"], window)
            tickets = await store.admit(shares, lanes, 60)
            for at in range(0, len(tickets), 64):
                claims = await store.start("w", tickets[at : at + 64])
                done += len(await store.finish("w", [ended(claim) for claim in claims.values()]))
        seconds = time.monotonic() - start
        say(
            "noop_store", queued=queued, per_second=done / seconds, cpu_us_each=1e6 * (time.process_time() - cpu) / done
        )
        await database.close()
    servers.postgres().drop_database(url)


async def over_grpc() -> None:
    """Whole documents through one process over gRPC: api, dispatcher, worker, client and fakes together."""
    servers.redis().flush()
    url = servers.postgres().new_database()
    async with running_room(database_url=url, redis_url=servers.redis().url, slots=64, reuse=False) as room:
        count = 1500
        file_id = await room.client.upload(fake_pdf(pages=1))
        start, cpu = time.monotonic(), time.process_time()
        made = await room.client.create(specs(file_id, count), options=jobs_pb2.ProcessOptions(max_running=64))
        await room.client.finished(made.job.id, 600)
        seconds = time.monotonic() - start
        say(
            "over_grpc",
            documents=count,
            per_second=count / seconds,
            cpu_ms_each=1e3 * (time.process_time() - cpu) / count,
        )
    servers.postgres().drop_database(url)


async def fairness() -> None:
    """Behind 100,000 queued documents: seconds until another user's document starts; alone and under load."""
    servers.redis().flush()
    url = servers.postgres().new_database()
    async with running_room(database_url=url, redis_url=servers.redis().url) as room:

        async def one(user: str, kind: jobs_pb2.JobType.ValueType) -> tuple[float, float]:
            client = room.as_user(user)
            own = await client.upload(fake_pdf(pages=1, ms=100, salt=random.random()))
            start, begun = time.monotonic(), 0.0
            made = await client.create(specs(own, 1), kind)
            async for answer in client.stub.WatchJob(jobs_pb2.WatchJobRequest(user_id=user, job_id=made.job.id)):
                if answer.event.HasField("document") and not begun:
                    begun = time.monotonic() - start
            return begun, time.monotonic() - start

        idle = [await one("u0", jobs_pb2.JOB_TYPE_SINGLE) for _ in range(5)]
        file_id = await room.client.upload(fake_pdf(pages=1, ms=100))
        big = (await room.client.create(specs(file_id, 100_000))).job.id
        await asyncio.sleep(3)
        batch = [await one(f"b{i}", jobs_pb2.JOB_TYPE_BATCH) for i in range(5)]
        single = [await one(f"s{i}", jobs_pb2.JOB_TYPE_SINGLE) for i in range(5)]
        start = time.monotonic()
        await room.client.control(big, jobs_pb2.JOB_CONTROL_CANCEL)
        say(
            "fairness",
            queued=100_000,
            batch_start_worst=max(begun for begun, _ in batch),
            single_start_worst=max(begun for begun, _ in single),
            single_whole_idle=sorted(whole for _, whole in idle)[2],
            single_whole_loaded=sorted(whole for _, whole in single)[2],
            cancel_seconds=time.monotonic() - start,
        )
    servers.postgres().drop_database(url)


async def page_pool() -> None:
    """A 200-page scan over 4 nodes of one slot, 100 ms a page; a one-page document in the middle."""
    with tempfile.TemporaryDirectory() as folder:
        addresses = [f"unix:{folder}/{i}" for i in range(4)]
        services = [ocr_service(FakeOcrNode(1), address) for address in addresses]
        for service in services:
            await service.start()
        nodes = OcrNodes(",".join(addresses), 1.0)
        await nodes.start()
        ocr = PooledOcr(nodes, deadline=60, range_pages=8)
        await nodes.known(5)
        await asyncio.sleep(0.5)

        async def read(body: bytes, pages: int) -> float:
            async def content() -> AsyncIterator[bytes]:
                yield body

            digest, start = hashlib.sha256(body).hexdigest(), time.monotonic()
            await ocr.read(
                document_id=digest,
                sha256=digest,
                size=len(body),
                content=content,
                options=ProcessOptions(num_pages=pages),
                interactive=False,
                on_page=lambda _: None,
            )
            return time.monotonic() - start

        idle = await read(fake_pdf(pages=1, ms=100, salt=1), 1)
        scan = asyncio.create_task(read(fake_pdf(pages=200, ms=100), 200))
        await asyncio.sleep(2.0)
        short = await read(fake_pdf(pages=1, ms=100, salt=2), 1)
        seconds = await scan
        say(
            "page_pool",
            scan_seconds=seconds,
            ideal=5.025,
            efficiency=5.025 / seconds,
            short_waits_more_ms=1000 * (short - idle),
        )
        await nodes.stop()
        for service in services:
            await service.stop(0)


FIGURES: dict[str, Callable[[], Awaitable[None]]] = {
    "enqueue": enqueue,
    "noop_store": noop_store,
    "over_grpc": over_grpc,
    "fairness": fairness,
    "page_pool": page_pool,
}


async def main() -> None:
    """Measure what was asked for, or everything."""
    configure_logs("error", "text")
    for name in sys.argv[1:] or FIGURES:
        await FIGURES[name]()


if __name__ == "__main__":
    asyncio.run(main())
