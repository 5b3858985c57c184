"""Transactions on a real PostgreSQL, by the driver itself, over a restart of the server too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from fakes import servers
from metatag_runtime.sql import Database, Transaction

READ = text("SELECT n FROM counter FOR UPDATE")
SET = text("UPDATE counter SET n = :n")


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    url = servers.postgres().new_database()
    database = Database(url, pool_size=2)

    async def make(transaction: Transaction) -> None:
        await transaction.run(text("CREATE TABLE counter (n INTEGER UNIQUE)"), {})
        await transaction.run(text("INSERT INTO counter VALUES (0)"), {})

    await database.writing(make)
    yield database
    await database.close()
    servers.postgres().drop_database(url)


async def read(transaction: Transaction) -> int:
    return int((await transaction.fetch(READ, {}))[0]["n"])


async def bump(transaction: Transaction) -> int:
    return await transaction.run(SET, {"n": await read(transaction) + 1})


async def test_more_callers_than_connections_lose_no_update(database: Database) -> None:
    assert await asyncio.gather(*(database.writing(bump) for _ in range(40))) == [1] * 40
    assert await database.reading(read) == 40


async def test_a_failed_or_cancelled_transaction_leaves_nothing(database: Database) -> None:
    async def fail(transaction: Transaction) -> None:
        await bump(transaction)
        raise LookupError

    async def wait(transaction: Transaction) -> None:
        await bump(transaction)
        await transaction.fetch(text("SELECT pg_sleep(30)"), {})

    with pytest.raises(LookupError):
        await database.writing(fail)
    waiting = asyncio.create_task(database.writing(wait))
    await asyncio.sleep(0.5)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    # Were it still open, its lock would hold this up.
    async with asyncio.timeout(10):
        assert await database.writing(bump) == 1
    assert await database.reading(read) == 1


async def test_failures_have_the_names_that_callers_know_and_no_values(database: Database) -> None:
    async def double(transaction: Transaction) -> None:
        await transaction.run(text("INSERT INTO counter SELECT n FROM counter WHERE :secret <> '%'"), {"secret": "my"})

    with pytest.raises(IntegrityError) as found:
        await database.writing(double)
    assert "my" not in str(found.value)
    assert found.value.orig.sqlstate == "23505"  # type: ignore[union-attr]
    assert await database.reading(read) == 0


async def test_a_connection_that_the_server_ended_is_not_noticed(database: Database) -> None:
    await asyncio.gather(*(database.writing(bump) for _ in range(4)))
    other = Database(database.url)
    end = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = :name"
    )
    await other.reading(
        lambda transaction: transaction.fetch(end, {"name": database.url.rpartition("/")[2].split("?")[0]})
    )
    await other.close()
    assert await database.writing(bump) == 1
    assert await database.reading(read) == 5


async def test_a_transaction_that_loses_its_connection_half_way_says_that_it_did(database: Database) -> None:
    async def die(transaction: Transaction) -> None:
        await bump(transaction)
        await transaction.fetch(text("SELECT pg_terminate_backend(pg_backend_pid())"), {})

    with pytest.raises(DBAPIError) as found:
        await database.writing(die)
    assert found.value.connection_invalidated
    assert await database.reading(read) == 0


async def test_a_server_that_is_away_is_told_as_a_lost_connection() -> None:
    nowhere = Database("postgresql+psycopg://nobody@127.0.0.1:1/x")
    with pytest.raises(DBAPIError) as found:
        await nowhere.ping()
    assert found.value.connection_invalidated
    await nowhere.close()
