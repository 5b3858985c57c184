"""What every store of the audit log promises: the fake, SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from fakes import servers
from fakes.gateway_accounts import MemoryAudit
from metatag_gateway.accounts import new_user
from metatag_gateway.adapters.sql_accounts import SqlAccounts
from metatag_gateway.adapters.sql_audit import SqlAudit
from metatag_gateway.bootstrap import SCRIPTS, VERSION_TABLE
from metatag_gateway.model.accounts import ApiKey, RefreshToken
from metatag_gateway.model.audit import AuditEntry, AuditFilter, entry
from metatag_gateway.ports import AuditStore
from metatag_runtime.sql import Database, migrate

NOW = datetime.now(UTC)
SQL = ["sqlite", "postgres"]


async def database_of(kind: str, folder: Path) -> Database:
    url = servers.postgres().new_database() if kind == "postgres" else f"sqlite+aiosqlite:///{folder}/audit.db"
    await asyncio.to_thread(migrate, url, SCRIPTS, VERSION_TABLE)
    return Database(url)


@pytest.fixture(params=["memory", *SQL])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AuditStore]:
    if request.param == "memory":
        yield MemoryAudit()
        return
    database = await database_of(request.param, tmp_path)
    yield SqlAudit(database)
    await database.close()


@pytest.fixture(params=SQL)
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    found = await database_of(request.param, tmp_path)
    yield found
    await found.close()


def act(action: str, target: str = "d1", **more: object) -> AuditEntry:
    made = AuditEntry(action, action.partition(".")[0], target, "done", NOW, "u1", "session", details={"a": "é"})
    return replace(made, **more)  # type: ignore[arg-type]


async def test_entries_come_back_newest_first_and_a_page_at_a_time(store: AuditStore) -> None:
    await store.append([act("document.read", f"d{number}") for number in range(5)])
    await store.append([act("job.start", "j1", address="2001:db8::1", key_id="k", request_id="r")])
    newest = await store.find(AuditFilter(), 2)
    assert [found.target_id for found in newest] == ["j1", "d4"]
    assert newest[0] == act("job.start", "j1", address="2001:db8::1", key_id="k", request_id="r", id=newest[0].id)
    rest = await store.find(AuditFilter(), 10, newest[-1].id)
    assert [found.target_id for found in rest] == ["d3", "d2", "d1", "d0"]


async def test_each_filter_narrows(store: AuditStore) -> None:
    await store.append(
        [
            act("document.read", actor_id="u2"),
            act("document.read", outcome="refused"),
            act("job.start", "j1"),
            act("document.read", at=NOW - timedelta(days=2)),
        ]
    )
    for wanted, count in (
        (AuditFilter(actor_id="u2"), 1),
        (AuditFilter(action="document.read"), 3),
        (AuditFilter(target_kind="job"), 1),
        (AuditFilter(target_id="j1"), 1),
        (AuditFilter(outcome="refused"), 1),
        (AuditFilter(since=NOW), 3),
        (AuditFilter(before=NOW), 1),
        (AuditFilter(action="document.read", outcome="done", since=NOW), 1),
    ):
        assert len(await store.find(wanted, 10)) == count, wanted
    assert (await store.count_by_action(NOW)) == {
        ("document.read", "done"): 1,
        ("document.read", "refused"): 1,
        ("job.start", "done"): 1,
    }


async def test_what_is_old_is_swept_and_no_more(store: AuditStore) -> None:
    await store.append([act("old.one", at=NOW - timedelta(days=400)), act("new.one")])
    while await store.sweep(NOW - timedelta(days=365)):
        pass
    assert [found.action for found in await store.find(AuditFilter(), 10)] == ["new.one"]


@pytest.mark.parametrize("change", ["UPDATE gateway_audit SET action = 'x'", "DELETE FROM gateway_audit"])
async def test_the_table_refuses_to_forget(database: Database, change: str) -> None:
    await SqlAudit(database).append([act("document.read"), act("document.read", at=NOW - timedelta(days=29))])
    with pytest.raises(DBAPIError, match="audit log cannot be changed"):
        async with database.write() as connection:
            await connection.execute(sa.text(change))
    if not database.is_sqlite:
        with pytest.raises(DBAPIError, match="audit log cannot be changed"):
            async with database.write() as connection:
                await connection.execute(sa.text("TRUNCATE gateway_audit"))
    assert len(await SqlAudit(database).find(AuditFilter(), 10)) == 2


async def test_an_act_and_its_entry_are_one_transaction(database: Database) -> None:
    accounts, log = SqlAccounts(database), SqlAudit(database)
    user = new_user("asha@example.com", "hash", None)
    assert await accounts.add_user(user, audit=entry("account.register", "account", user.id))
    # Refused by the database: neither the account nor the entry is kept.
    again = new_user("ASHA@example.com", "hash", None)
    assert not await accounts.add_user(again, audit=entry("account.register", "account", again.id))
    assert await accounts.change_user("nobody", audit=entry("account.change", "account", "nobody")) is None
    token = RefreshToken("t1", user.id, "f1", "digest", NOW + timedelta(days=1), NOW)
    await accounts.add_refresh(token, audit=entry("account.sign_in", "account", user.id))
    key = ApiKey("k1", user.id, "k", "mt_abc", "hash", ("read",), NOW)
    assert await accounts.add_api_key(key, 1, audit=entry("key.create", "key", key.id))
    assert not await accounts.add_api_key(
        replace(key, id="k2", key_hash="h2"), 1, audit=entry("key.create", "key", "k2")
    )
    assert await accounts.revoke_api_key(user.id, key.id, audit=entry("key.revoke", "key", key.id))
    assert not await accounts.revoke_api_key(user.id, key.id, audit=entry("key.revoke", "key", key.id))
    await accounts.revoke_family("f1", audit=entry("account.sign_out", "session", "f1"))
    written = [(found.action, found.target_id) for found in await log.find(AuditFilter(), 20)]
    assert written[::-1] == [
        ("account.register", user.id),
        ("account.sign_in", user.id),
        ("key.create", "k1"),
        ("key.revoke", "k1"),
        ("account.sign_out", "f1"),
    ]
