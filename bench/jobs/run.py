"""Measures the jobs engine; prints one JSON line a figure. `make bench-jobs`, or with names: `run.py enqueue fairness`.

Real PostgreSQL and Redis (as the tests start them). Each line tells the machine's load and, where it matters, the CPU
time of the processes: on a busy machine only the latter compares. Whole documents are in whole.py and soak.py.
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from bench.jobs import soak, whole
from bench.jobs.say import say
from fakes import servers
from fakes.fake_ocr_node import FakeOcrNode, fake_pdf, ocr_service
from fakes.jobs_database import ended, make_job
from metatag_jobs.adapters.ocr.nodes import OcrNodes
from metatag_jobs.adapters.ocr.pool import PooledOcr
from metatag_jobs.adapters.sql.control import SqlJobStore
from metatag_jobs.adapters.sql.work import SqlWorkStore
from metatag_jobs.bootstrap import MIGRATIONS, VERSION_TABLE
from metatag_jobs.model import ProcessOptions
from metatag_jobs.plan import plan
from metatag_runtime.logs import configure_logs
from metatag_runtime.sql import Database, migrate


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
        await store.heartbeat("w", "host", 256, 4)
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
    "in_process": whole.in_process,
    "over_grpc": whole.over_grpc,
    "fairness": whole.fairness,
    "soak": soak.soak,
    "page_pool": page_pool,
}


async def main() -> None:
    """Measure what was asked for, or everything."""
    configure_logs("error", "text")
    for name in sys.argv[1:] or FIGURES:
        await FIGURES[name]()


if __name__ == "__main__":
    asyncio.run(main())
