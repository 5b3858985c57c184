"""Rooms for the integration tests: embedded, and as in the cluster."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from fakes import servers
from fakes.jobs_room import Room, running_room


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    """The embedded room."""
    async with running_room() as running:
        yield running


@pytest.fixture(params=["embedded", "cluster"])
async def either_room(request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    """The room on SQLite with everything in process, and on PostgreSQL with Redis."""
    if request.param == "embedded":
        async with running_room() as running:
            yield running
        return
    postgres, redis = servers.postgres(), servers.redis()
    redis.flush()
    url = postgres.new_database()
    async with running_room(database_url=url, redis_url=redis.url) as running:
        yield running
    postgres.drop_database(url)
