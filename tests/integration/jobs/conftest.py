"""Services for the integration tests: embedded, and as in the cluster."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from fakes import migrated, servers
from fakes.jobs_process import JobsProcess, running_jobs
from metatag_jobs.bootstrap import MIGRATIONS, VERSION_TABLE


@pytest.fixture
async def service() -> AsyncIterator[JobsProcess]:
    """The embedded service."""
    async with running_jobs() as running:
        yield running


@pytest.fixture(params=["embedded", "cluster"])
async def either_service(request: pytest.FixtureRequest) -> AsyncIterator[JobsProcess]:
    """The service on SQLite with everything in process, and on PostgreSQL with Redis."""
    if request.param == "embedded":
        async with running_jobs() as running:
            yield running
        return
    postgres, redis = servers.postgres(), servers.redis()
    redis.flush()
    url = migrated.postgres(MIGRATIONS, VERSION_TABLE)
    async with running_jobs(database_url=url, redis_url=redis.url) as running:
        yield running
    postgres.drop_database(url)
