"""What every store of second factors promises: SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakes import servers
from metatag_gateway.accounts import new_user
from metatag_gateway.adapters.sql_accounts import SqlAccounts
from metatag_gateway.adapters.sql_second_factor import SqlSecondFactor
from metatag_gateway.bootstrap import SCRIPTS, VERSION_TABLE
from metatag_gateway.model.accounts import User
from metatag_runtime.sql import Database, migrate

NOW = datetime.now(UTC)


@pytest.fixture(params=["sqlite", "postgres"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    is_server = request.param == "postgres"
    url = servers.postgres().new_database() if is_server else f"sqlite+aiosqlite:///{tmp_path}/a.db"
    await asyncio.to_thread(migrate, url, SCRIPTS, VERSION_TABLE)
    found = Database(url)
    yield found
    await found.close()


@pytest.fixture
async def user(database: Database) -> User:
    made = new_user("asha@example.com", "hash", None)
    assert await SqlAccounts(database).add_user(made)
    return made


async def test_a_secret_is_replaced_until_it_is_confirmed(database: Database, user: User) -> None:
    store, accounts = SqlSecondFactor(database), SqlAccounts(database)
    assert await store.begin_totp(user.id, "first")
    assert await store.begin_totp(user.id, "second")
    assert await store.totp(user.id) == "second"
    assert not await store.begin_totp("nobody", "x")
    await store.confirm_totp(user.id, 100, ["a", "b"], NOW)
    assert not await store.begin_totp(user.id, "third")
    found = await accounts.user(user.id)
    assert found is not None
    assert found.has_totp
    assert await store.remove_totp(user.id)
    assert not await store.remove_totp(user.id)
    assert await store.totp(user.id) is None
    assert not await store.use_recovery_code(user.id, "a", NOW)


async def test_a_code_counts_once_whoever_races(database: Database, user: User) -> None:
    store = SqlSecondFactor(database)
    await store.begin_totp(user.id, "sealed")
    await store.confirm_totp(user.id, 100, ["a", "b"], NOW)
    assert not await store.use_step(user.id, 100)
    assert sorted(await asyncio.gather(*(store.use_step(user.id, 101) for _ in range(6)))) == [False] * 5 + [True]
    assert not await store.use_step(user.id, 99)
    used = await asyncio.gather(*(store.use_recovery_code(user.id, "a", NOW) for _ in range(6)))
    assert sorted(used) == [False] * 5 + [True]
    assert not await store.use_recovery_code("nobody", "b", NOW)
    assert await store.use_recovery_code(user.id, "b", NOW)
