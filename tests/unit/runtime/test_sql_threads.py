"""Whole transactions in SQLite's own threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from metatag_runtime.sql import Database, Transaction

READ = text("SELECT n FROM counter")
SET = text("UPDATE counter SET n = :n")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/x.db")

    async def make(transaction: Transaction) -> None:
        await transaction.run(text("CREATE TABLE counter (n INTEGER UNIQUE)"), {})
        await transaction.run(text("INSERT INTO counter VALUES (0)"), {})

    await database.writing(make)
    yield database
    await database.close()


async def read(transaction: Transaction) -> int:
    return int((await transaction.fetch(READ, {}))[0]["n"])


async def bump(transaction: Transaction) -> int:
    return await transaction.run(SET, {"n": await read(transaction) + 1})


async def test_a_transaction_runs_outside_the_loop_and_gives_its_answer(database: Database) -> None:
    async def where(transaction: Transaction) -> str:
        await read(transaction)
        return threading.current_thread().name

    assert (await database.writing(where)).startswith("sqlite-write")
    assert (await database.reading(where)).startswith("sqlite-read")
    assert await database.writing(bump) == 1


async def test_concurrent_writers_do_not_lose_updates(database: Database) -> None:
    await asyncio.gather(*(database.writing(bump) for _ in range(100)))
    assert await database.reading(read) == 100


async def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    async def fail(transaction: Transaction) -> None:
        await bump(transaction)
        raise LookupError

    with pytest.raises(LookupError):
        await database.writing(fail)
    assert await database.reading(read) == 0
    assert await database.writing(bump) == 1


async def test_failures_have_the_names_that_callers_know_and_no_values(database: Database) -> None:
    async def double(transaction: Transaction) -> None:
        await transaction.run(text("INSERT INTO counter SELECT n FROM counter WHERE :secret <> ''"), {"secret": "mine"})

    with pytest.raises(IntegrityError) as found:
        await database.writing(double)
    assert "mine" not in str(found.value)
    with pytest.raises(OperationalError):
        await database.reading(lambda transaction: transaction.fetch(text("SELECT x FROM nowhere"), {}))
    assert await database.reading(read) == 0


async def test_a_database_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    nowhere = Database(f"sqlite+aiosqlite:///{tmp_path}/absent/x.db")
    with pytest.raises(DBAPIError):
        await nowhere.ping()
    await nowhere.close()


async def test_a_transaction_that_waits_for_something_else_is_refused_and_undone(database: Database) -> None:
    async def wait(transaction: Transaction) -> None:
        await bump(transaction)
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="nothing but its own statements"):
        await database.writing(wait)
    assert await database.reading(read) == 0


async def test_a_reader_sees_one_snapshot_while_a_writer_commits(database: Database) -> None:
    begun, written = threading.Event(), threading.Event()

    async def look_twice(transaction: Transaction) -> tuple[int, int]:
        before = await read(transaction)
        begun.set()
        assert written.wait(10)
        return before, await read(transaction)

    looking = asyncio.create_task(database.reading(look_twice))
    await asyncio.to_thread(begun.wait, 10)
    await database.writing(bump)
    written.set()
    assert await looking == (0, 0)
    assert await database.reading(read) == 1


async def test_a_cancelled_caller_leaves_the_line_in_order(database: Database) -> None:
    begun, go = threading.Event(), threading.Event()

    async def slow(transaction: Transaction) -> None:
        begun.set()
        assert go.wait(10)
        await bump(transaction)

    caller = asyncio.create_task(database.writing(slow))
    await asyncio.to_thread(begun.wait, 10)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    next_one = asyncio.create_task(database.writing(bump))
    go.set()
    await next_one
    assert await database.reading(read) == 2


async def test_rows_of_a_bound_list_and_null_come_back(database: Database) -> None:
    async def ask(transaction: Transaction) -> tuple[object, object]:
        row = (await transaction.fetch(text("SELECT :a AS a, :b AS b"), {"a": None, "b": b"\x00x"}))[0]
        return row["a"], row["b"]

    assert await database.reading(ask) == (None, b"\x00x")
