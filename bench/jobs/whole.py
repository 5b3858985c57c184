"""Whole documents through a deployed service: with stages inside the worker, over gRPC, behind a long queue."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any

from bench.jobs.cluster import Cluster, running, spent
from bench.jobs.say import say
from fakes.fake_ocr_node import fake_pdf
from fakes.jobs_process import TERMINAL, specs
from metatag.v1 import jobs_pb2

SLOTS = 64


async def in_process() -> None:
    """Documents a second by one worker process whose stages cost nothing, by length of the queue."""
    async with running(noop_stages=True, slots=SLOTS) as cluster:
        for queued in (1_000, 10_000, 100_000):
            await _rate(cluster, "in_process", queued, 5_000)


async def over_grpc() -> None:
    """Documents a second by one worker process, OCR and tagger nodes as processes that do no work."""
    async with running(slots=SLOTS) as cluster:
        for queued in (1_000, 5_000):
            await _rate(cluster, "over_grpc", queued, 3_000)


async def fairness() -> None:
    """Behind 100,000 queued documents: seconds until another user's document starts, and how long it takes."""
    async with running(slots=16) as cluster:
        idle = [await _one(cluster, f"u{i}", jobs_pb2.JOB_TYPE_SINGLE) for i in range(9)]
        rows = await cluster.documents(100_000, "big", ms=100)
        start = time.monotonic()
        big = (await cluster.user("big").create(rows, options=_options())).job.id
        enqueued = time.monotonic() - start
        await asyncio.sleep(5)
        batch = [await _one(cluster, f"b{i}", jobs_pb2.JOB_TYPE_BATCH) for i in range(9)]
        single = [await _one(cluster, f"s{i}", jobs_pb2.JOB_TYPE_SINGLE) for i in range(9)]
        start = time.monotonic()
        await cluster.user("big").control(big, jobs_pb2.JOB_CONTROL_CANCEL)
        cancelled = time.monotonic() - start
        say(
            "fairness",
            queued=100_000,
            create_seconds=enqueued,
            batch_start_worst=max(begun for begun, _ in batch),
            single_start_worst=max(begun for begun, _ in single),
            single_idle=_middle(idle),
            single_loaded=_middle(single),
            ratio=_middle(single) / _middle(idle),
            cancel_seconds=cancelled,
        )


def _options() -> jobs_pb2.ProcessOptions:
    # With the tickets that wait for a slot: the worker is what limits, not the job.
    return jobs_pb2.ProcessOptions(max_running=SLOTS + SLOTS // 4)


def _middle(found: list[tuple[float, float]]) -> float:
    return sorted(whole for _, whole in found)[len(found) // 2]


async def _rate(cluster: Cluster, figure: str, queued: int, most: int) -> None:
    """Time the first documents of a job of `queued`, at most so many; then cancel the rest."""
    client = cluster.user("u1")
    rows = await cluster.documents(queued)
    start = time.monotonic()
    job_id = (await client.create(rows, options=_options())).job.id
    created = time.monotonic() - start
    begun = await _until(cluster, job_id, 1)
    start, before = time.monotonic(), cluster.cpu()
    done = await _until(cluster, job_id, min(queued, begun + most)) - begun
    seconds, after = time.monotonic() - start, cluster.cpu()
    if queued > most:
        await client.control(job_id, jobs_pb2.JOB_CONTROL_CANCEL)
    say(
        figure,
        queued=queued,
        documents=done,
        create_per_second=queued / created,
        per_second=done / seconds,
        cpu_ms_each=spent(before, after, done),
    )


async def _until(cluster: Cluster, job_id: str, count: int) -> int:
    """Wait until so many documents of a job are done; give how many are."""
    client = cluster.user("u1")
    async with asyncio.timeout(400):
        while True:
            job = await client.job(job_id)
            if job.failed:
                raise RuntimeError(f"{job.failed} documents failed: {job.problem.message}")
            if job.processed >= count or job.state in TERMINAL:
                return int(job.processed)
            await asyncio.sleep(0.05)


async def _one(cluster: Cluster, user: str, kind: Any) -> tuple[float, float]:
    """Send one document; give the seconds until it started and until it was done."""
    client = cluster.user(user)
    own = await client.upload(fake_pdf(pages=1, ms=100, salt=random.random()))
    start, begun = time.monotonic(), 0.0
    made = await client.create(specs(own, 1), kind)
    async for answer in client.stub.WatchJob(jobs_pb2.WatchJobRequest(user_id=user, job_id=made.job.id)):
        if answer.event.HasField("document") and not begun:
            begun = time.monotonic() - start
    return begun, time.monotonic() - start
