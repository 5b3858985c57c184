"""The minio client in threads: it blocks, so it gets a pool of its own, bounded, with deadlines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import urllib3
from minio import Minio

T = TypeVar("T")

THREADS = 16
CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
CALL_SECONDS = 120.0


@dataclass(frozen=True)
class S3Options:
    """Where the S3 service is and who asks."""

    endpoint: str
    access_key: str
    secret_key: str
    region: str
    secure: bool


class S3Client:
    """Calls of one S3 service."""

    def __init__(self, options: S3Options) -> None:
        pool = urllib3.PoolManager(
            num_pools=4,
            maxsize=THREADS,
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
            retries=urllib3.Retry(total=2, backoff_factor=0.2, status_forcelist=(500, 502, 503, 504)),
        )
        self.minio = Minio(
            options.endpoint,
            access_key=options.access_key or None,
            secret_key=options.secret_key or None,
            region=options.region,
            secure=options.secure,
            http_client=pool,
        )
        self._pool = pool
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="jobs-s3")

    async def call(self, work: Callable[..., T], *args: Any) -> T:
        """Run blocking work in a thread of ours; raises what it raises, or TimeoutError."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(CALL_SECONDS):
            return await loop.run_in_executor(self._threads, work, *args)

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._pool.clear()
