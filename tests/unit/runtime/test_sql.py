from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from metatag_runtime.sql import Database


@pytest.fixture
async def database(tmp_path: Path):
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/x.db")
    async with database.write() as connection:
        await connection.execute(text("CREATE TABLE counter (n INTEGER)"))
        await connection.execute(text("INSERT INTO counter VALUES (0)"))
    yield database
    await database.close()


async def count(database: Database) -> int:
    async with database.read() as connection:
        return int((await connection.execute(text("SELECT n FROM counter"))).scalar_one())


async def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.write() as connection:
            await connection.execute(text("UPDATE counter SET n = 9"))
            raise RuntimeError
    assert await count(database) == 0


async def test_concurrent_writers_do_not_lose_updates(database: Database) -> None:
    async def bump() -> None:
        async with database.write() as connection:
            n = (await connection.execute(text("SELECT n FROM counter"))).scalar_one()
            await asyncio.sleep(0)
            await connection.execute(text("UPDATE counter SET n = :n"), {"n": n + 1})

    await asyncio.gather(*(bump() for _ in range(40)))
    assert await count(database) == 40


async def test_a_reader_sees_one_snapshot_while_a_writer_commits(database: Database) -> None:
    async with database.read() as reader:
        before = (await reader.execute(text("SELECT n FROM counter"))).scalar_one()
        async with database.write() as writer:
            await writer.execute(text("UPDATE counter SET n = 5"))
        assert (await reader.execute(text("SELECT n FROM counter"))).scalar_one() == before
    assert await count(database) == 5


async def test_foreign_keys_hold_and_the_journal_is_wal(database: Database) -> None:
    async with database.read() as connection:
        assert (await connection.exec_driver_sql("PRAGMA foreign_keys")).scalar_one() == 1
        assert (await connection.exec_driver_sql("PRAGMA journal_mode")).scalar_one() == "wal"
