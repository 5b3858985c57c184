"""Transactions on a real PostgreSQL, by the driver itself, over a restart of the server too."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator

import psutil
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from fakes import servers
from metatag_runtime import sql, sql_server
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
        statement = text("INSERT INTO counter SELECT n FROM counter WHERE :secret <> '%'")
        await transaction.run(statement, {"secret": "hush"})

    with pytest.raises(IntegrityError) as found:
        await database.writing(double)
    assert "hush" not in str(found.value)
    assert found.value.orig.sqlstate == "23505"  # type: ignore[union-attr]
    assert await database.reading(read) == 0


async def end_all(database: Database) -> None:
    """End the database's connections, as a restart of the server does."""
    other = Database(database.url)
    end = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = :name"
    )
    await other.reading(
        lambda transaction: transaction.fetch(end, {"name": database.url.rpartition("/")[2].split("?")[0]})
    )
    await other.close()


async def test_a_connection_that_the_server_ended_is_not_noticed(database: Database) -> None:
    await asyncio.gather(*(database.writing(bump) for _ in range(4)))
    await end_all(database)
    assert await database.writing(bump) == 1
    assert await database.reading(read) == 5


def connections(database: Database) -> int:
    """Count this process's open sockets to the server."""
    port = make_url(database.url).port
    found = psutil.Process().net_connections("tcp")
    return sum(bool(connection.raddr) and connection.raddr.port == port for connection in found)


async def test_a_dead_connection_that_is_put_away_late_takes_no_answers_from_a_new_one(database: Database) -> None:
    await database.close()
    # Its socket has the lower number: the next new connection gets that.
    await database.writing(bump, by_key=True)
    await database.reading(read)
    await end_all(database)
    async with asyncio.timeout(10):
        while connections(database):
            await asyncio.sleep(0.01)
        assert await database.reading(read) == 1
        assert await database.writing(bump, by_key=True) == 1
        assert await database.reading(read) == 2


async def backend(transaction: Transaction) -> int:
    return int((await transaction.fetch(text("SELECT pg_backend_pid() AS pid"), {}))[0]["pid"])


async def test_a_server_that_stops_without_closing_is_not_waited_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql_server, "ANSWER_SECONDS", 0.5)
    pid = await database.writing(backend)
    os.kill(pid, signal.SIGSTOP)
    try:
        async with asyncio.timeout(30):
            with pytest.raises(DBAPIError, match="did not answer") as found:
                await database.writing(bump)
            assert found.value.connection_invalidated
            # On a new connection.
            assert await database.writing(bump) == 1
    finally:
        os.kill(pid, signal.SIGCONT)
    assert await database.reading(read) == 1


async def test_who_goes_away_from_a_server_that_stopped_is_let_go(database: Database) -> None:
    pid = await database.writing(backend)
    os.kill(pid, signal.SIGSTOP)
    try:
        waiting = asyncio.create_task(database.writing(bump))
        await asyncio.sleep(0.2)
        waiting.cancel()
        async with asyncio.timeout(30):
            with pytest.raises(asyncio.CancelledError):
                await waiting
            assert await database.writing(bump) == 1
    finally:
        os.kill(pid, signal.SIGCONT)


async def test_a_statement_without_end_is_ended_by_the_server(database: Database) -> None:
    async def limits(transaction: Transaction) -> list[str]:
        names = ("statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout")
        return [str((await transaction.fetch(text(f"SHOW {name}"), {}))[0][name]) for name in names]

    assert await database.writing(limits) == ["1min", "1500ms", "5s"]
    assert await database.writing(limits, by_key=True) == ["1min", "1500ms", "5s"]


async def test_a_transaction_that_loses_its_connection_half_way_says_that_it_did(database: Database) -> None:
    async def die(transaction: Transaction) -> None:
        await bump(transaction)
        await transaction.fetch(text("SELECT pg_terminate_backend(pg_backend_pid())"), {})

    with pytest.raises(DBAPIError) as found:
        await database.writing(die)
    assert found.value.connection_invalidated
    assert await database.reading(read) == 0


async def test_a_server_that_is_away_is_told_as_a_lost_connection() -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:1/x")
    with pytest.raises(DBAPIError) as found:
        await nowhere.ping()
    assert found.value.connection_invalidated
    await nowhere.close()


@pytest.mark.parametrize("says", ["goes away", "is silent"])
async def test_a_server_that_falls_silent_after_its_welcome_is_told_as_a_lost_connection(says: str) -> None:
    real = make_url(servers.postgres().url("postgres"))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection(real.host, real.port)

        async def answers() -> None:
            while answer := await back.read(65536):
                writer.write(answer)

        answering = asyncio.create_task(answers())
        # The first query is the one that sets up the session.
        while (asked := await reader.read(65536)) and not asked.startswith(b"Q"):
            forth.write(asked)
        if says == "is silent":
            await reader.read()
        answering.cancel()
        for end in (forth, writer):
            end.close()
            with contextlib.suppress(OSError):
                await end.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as front:
        port = front.sockets[0].getsockname()[1]
        cut = real.set(port=port).update_query_dict({"connect_timeout": "1"})
        database = Database(cut.render_as_string(hide_password=False))
        async with asyncio.timeout(30):
            with pytest.raises(DBAPIError, match="did not accept") as found:
                await database.reading(read)
        assert found.value.connection_invalidated
        await database.close()


async def test_a_statement_that_could_not_be_prepared_can_be_later(database: Database) -> None:
    new = text("SELECT count(*) AS n FROM newer WHERE n > :n")

    async def ask(transaction: Transaction) -> int:
        # The second in one sending: neither it nor what follows it may count as prepared.
        await transaction.run(text("SELECT 1 AS one"), {})
        return int((await transaction.fetch(new, {"n": 0}))[0]["n"])

    for _ in range(2):
        with pytest.raises(DBAPIError):
            await database.reading(ask)
    await database.writing(lambda transaction: transaction.run(text("CREATE TABLE newer (n INTEGER)"), {}))
    assert await database.reading(ask) == 0
    assert await database.reading(ask) == 0


async def test_more_than_a_socket_takes_at_once_goes_both_ways(database: Database) -> None:
    large = "x" * 8_000_000
    echo = text("SELECT CAST(:large AS text) AS large")
    found = await database.reading(lambda transaction: transaction.fetch(echo, {"large": large}))
    assert found[0]["large"] == large
    assert await database.writing(bump) == 1


async def test_kept_plans_and_others_run_side_by_side(database: Database) -> None:
    mode = text("SHOW plan_cache_mode")

    async def ask(transaction: Transaction) -> str:
        return str((await transaction.fetch(mode, {}))[0]["plan_cache_mode"])

    assert await database.writing(ask, by_key=True) == "force_generic_plan"
    assert {await database.writing(ask), await database.reading(ask)} == {"force_custom_plan"}


@pytest.mark.parametrize("value", ["a\x00b", "\ud800", object()], ids=["NUL", "surrogate", "no type of SQL"])
async def test_a_value_that_cannot_be_sent_undoes_what_was_sent_before_it(database: Database, value: object) -> None:
    async def spoil(transaction: Transaction) -> None:
        await transaction.run(SET, {"n": 7})
        await transaction.run(text("SELECT CAST(:value AS text)"), {"value": value})

    with pytest.raises((DBAPIError, UnicodeEncodeError)):
        await database.writing(spoil, by_key=True)
    assert await database.reading(read) == 0
    assert await database.writing(bump, by_key=True) == 1


async def test_a_transaction_through_the_engine_is_not_waited_for_either(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql, "ANSWER_SECONDS", 0.3)
    with pytest.raises(PoolTimeout, match="did not answer"):
        async with database.write() as connection:
            await connection.execute(text("UPDATE counter SET n = 5"))
            await connection.execute(text("SELECT pg_sleep(30)"))
    assert await database.reading(read) == 0
