"""A worker whose lease ran out: it ended, or it only was not heard of. Who leads, by the database's clock."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fakes import servers
from fakes.jobs_database import change, make_job, rows
from metatag_jobs.adapters.sql.control import SqlJobStore
from metatag_jobs.adapters.sql.leadership import SqlLeader
from metatag_jobs.adapters.sql.work import SqlWorkStore
from metatag_jobs.bootstrap import MIGRATIONS, VERSION_TABLE
from metatag_jobs.plan import plan
from metatag_runtime.sql import Database, migrate

LEASE = 15.0
MAX_CRASHES = 3


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    server = servers.postgres() if request.param == "postgresql" else None
    url = server.new_database() if server else f"sqlite+aiosqlite:///{tmp_path}/jobs.sqlite"
    migrate(url, MIGRATIONS, VERSION_TABLE)
    found = Database(url)
    yield found
    await found.close()
    if server:
        server.drop_database(url)


async def lapse(database: Database, store: SqlWorkStore, owner: str) -> None:
    """Give the document to a worker that is then not heard of for longer than its lease."""
    await store.heartbeat(owner, "host", 4, 2)
    tickets = await store.admit(*plan(*await store.open_jobs()), 60)
    assert len(await store.start(owner, tickets)) == 1
    await change(database, "UPDATE worker SET beat_at = 0 WHERE id = :owner", owner=owner)
    assert await store.reap(LEASE, MAX_CRASHES) == 1


async def test_a_document_is_not_charged_for_a_worker_that_is_heard_of_again(database: Database) -> None:
    jobs, store = SqlJobStore(database), SqlWorkStore(database)
    await make_job(jobs, 1)
    for _ in range(2 * MAX_CRASHES):
        await lapse(database, store, "frozen for a while")
        # It goes on.
        await store.heartbeat("frozen for a while", "host", 4, 2)
    assert await rows(database, "SELECT state, crashes FROM doc") == [{"state": "queued", "crashes": 0}]


async def test_a_document_that_ends_its_workers_is_given_up(database: Database) -> None:
    jobs, store = SqlJobStore(database), SqlWorkStore(database)
    await make_job(jobs, 1)
    for number in range(MAX_CRASHES):
        await lapse(database, store, f"worker {number}")
    assert await rows(database, "SELECT state, crashes FROM doc") == [{"state": "failed", "crashes": MAX_CRASHES}]


async def test_one_leads_and_another_follows_when_it_is_not_heard_of(database: Database) -> None:
    first, second = SqlLeader(database), SqlLeader(database)
    assert await first.leads()
    assert not await second.leads()
    assert await first.leads()
    # Frozen, or its machine left the network: its row grows old by the database's clock.
    await change(database, "UPDATE leader SET beat_at = beat_at - 6")
    assert await second.leads()
    assert not await first.leads()
    await second.resign()
    assert await first.leads()


async def test_times_in_rows_are_the_databases_whatever_the_clock_of_a_worker_says(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has the clock of the process")
    jobs, store = SqlJobStore(database), SqlWorkStore(database)
    await make_job(jobs, 1)
    real = time.time
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: real() + 3600)
        await database.ping()
        await store.heartbeat("an hour ahead", "host", 4, 2)
        assert len(await store.start("an hour ahead", await store.admit(*plan(*await store.open_jobs()), 60))) == 1
    (row,) = await rows(database, "SELECT started_at - created_at AS late FROM doc")
    assert abs(row["late"]) < 60


async def test_another_database_has_another_epoch(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite is embedded, where no events are kept elsewhere")
    await database.ping()
    url = servers.postgres().new_database()
    other = Database(url)
    await other.ping()
    assert database.epoch
    assert database.epoch != other.epoch
    await other.close()
    servers.postgres().drop_database(url)


@pytest.mark.parametrize(("type", "taken"), [("single", 1), ("batch", 0)])
async def test_a_document_sent_alone_is_taken_from_a_silent_worker_earlier(
    database: Database, type: str, taken: int
) -> None:
    jobs, store = SqlJobStore(database), SqlWorkStore(database)
    await make_job(jobs, 1, type=type)
    await store.heartbeat("w1", "host", 4, 2)
    assert await store.start("w1", await store.admit(*plan(*await store.open_jobs()), 60))
    await change(database, "UPDATE worker SET beat_at = beat_at - 5")
    assert await store.reap(LEASE, MAX_CRASHES, 3.5) == taken
