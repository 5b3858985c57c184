"""What every account store promises: the fake, SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from fakes import servers
from fakes.gateway_accounts import MemoryAccounts
from metatag_gateway.accounts import new_user
from metatag_gateway.adapters.sql_accounts import SqlAccounts
from metatag_gateway.adapters.sql_tables import METADATA
from metatag_gateway.bootstrap import SCRIPTS, VERSION_TABLE
from metatag_gateway.model.accounts import ApiKey, RefreshToken, User
from metatag_gateway.ports import AccountStore
from metatag_runtime.errors import ErrorCode, MetatagError
from metatag_runtime.sql import Database, migrate, run_blocking

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
SQL = ["sqlite", "postgres"]


def url_of(kind: str, folder: Path) -> str:
    return servers.postgres().new_database() if kind == "postgres" else f"sqlite+aiosqlite:///{folder}/accounts.db"


@pytest.fixture(params=["memory", *SQL])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AccountStore]:
    if request.param == "memory":
        yield MemoryAccounts()
        return
    url = url_of(request.param, tmp_path)
    await asyncio.to_thread(migrate, url, SCRIPTS, VERSION_TABLE)
    database = Database(url)
    yield SqlAccounts(database)
    await database.close()


@pytest.fixture
async def user(store: AccountStore) -> User:
    made = new_user("Asha@example.com", "hash", "Asha Rao")
    assert await store.add_user(made)
    return made


def token(user: User, digest: str, family: str = "f1", **more: object) -> RefreshToken:
    made = RefreshToken(str(uuid.uuid4()), user.id, family, digest, NOW + timedelta(days=7), NOW)
    return replace(made, **more)  # type: ignore[arg-type]


def key(user: User, digest: str, **more: object) -> ApiKey:
    made = ApiKey(str(uuid.uuid4()), user.id, "k", "mt_abc", digest, ("read", "write"), NOW)
    return replace(made, **more)  # type: ignore[arg-type]


async def test_a_user_comes_back_as_stored(store: AccountStore, user: User) -> None:
    found = await store.user(user.id)
    assert found is not None
    assert replace(found, created_at=user.created_at) == user
    assert found.created_at == user.created_at
    assert await store.user("nobody") is None


async def test_emails_are_one_whatever_their_case(store: AccountStore, user: User) -> None:
    assert await store.user_by_email("ASHA@EXAMPLE.COM") == await store.user(user.id)
    assert not await store.add_user(new_user("asha@EXAMPLE.com", "hash", None))
    assert await store.add_user(new_user("straße@example.com", "hash", None))
    assert not await store.add_user(new_user("STRASSE@example.com", "hash", None))


async def test_of_two_that_register_at_once_one_succeeds(store: AccountStore) -> None:
    tries = [store.add_user(new_user("same@example.com", "hash", None)) for _ in range(8)]
    assert sorted(await asyncio.gather(*tries)) == [False] * 7 + [True]


async def test_users_are_listed_oldest_first_and_found_by_part(store: AccountStore, user: User) -> None:
    later = replace(new_user("bina@example.com", "hash", "100%_sure"), created_at=user.created_at + timedelta(days=1))
    await store.add_user(later)
    assert [found.email for found in (await store.list_users(10, 0, ""))[0]] == ["Asha@example.com", "bina@example.com"]
    page, total = await store.list_users(1, 1, "")
    assert ([found.id for found in page], total) == ([later.id], 2)
    assert [found.id for found in (await store.list_users(10, 0, "RAO"))[0]] == [user.id]
    # Wildcards are ordinary characters.
    assert [found.id for found in (await store.list_users(10, 0, "%_S"))[0]] == [later.id]
    assert (await store.list_users(10, 0, "%a"))[1] == 0


async def test_a_change_touches_what_is_named_and_no_more(store: AccountStore, user: User) -> None:
    changed = await store.change_user(user.id, is_admin=True, password_hash="new")
    assert changed is not None
    assert (changed.is_admin, changed.is_active, changed.password_hash) == (True, True, "new")
    assert changed.session_version == user.session_version
    assert await store.change_user("nobody", is_active=False) is None


async def test_the_end_of_all_sessions_ends_every_family(store: AccountStore, user: User) -> None:
    await store.add_refresh(token(user, "a", "f1"))
    await store.add_refresh(token(user, "b", "f2"))
    changed = await store.change_user(user.id, end_sessions=True)
    assert changed is not None
    assert changed.session_version == user.session_version + 1
    for digest in "ab":
        found = await store.refresh(digest)
        assert found is not None
        assert found.revoked_at is not None


async def test_a_refresh_token_comes_back_with_its_moments(store: AccountStore, user: User) -> None:
    stored = token(user, "a", device_info="browser", ip_address="2001:db8::1")
    await store.add_refresh(stored)
    assert await store.refresh("a") == stored
    assert await store.refresh("b") is None


async def test_of_many_that_rotate_at_once_one_succeeds(store: AccountStore, user: User) -> None:
    first = token(user, "a")
    await store.add_refresh(first)
    tries = [store.rotate_refresh(first, token(user, "b")) for _ in range(8)]
    assert sorted(await asyncio.gather(*tries)) == [False] * 7 + [True]
    rotated = await store.refresh("a")
    assert rotated is not None
    assert rotated.rotated_at == NOW
    assert await store.refresh("b") is not None


async def test_a_revoked_token_does_not_rotate(store: AccountStore, user: User) -> None:
    first = token(user, "a")
    await store.add_refresh(first)
    await store.revoke_family("f1")
    assert not await store.rotate_refresh(first, token(user, "b"))
    assert await store.refresh("b") is None


async def test_a_session_is_live_until_it_is_ended(store: AccountStore, user: User) -> None:
    await store.add_refresh(token(user, "a"), 7)
    assert await store.session_version("f1") == 7
    assert await store.session_version("unknown") is None
    await store.revoke_family("f1")
    assert await store.session_version("f1") is None


@pytest.mark.parametrize("end", ["family", "account"])
async def test_no_successor_outlives_an_end_at_the_same_moment(store: AccountStore, user: User, end: str) -> None:
    for number in range(100):
        family = f"f{number}"
        first = token(user, f"{number}a", family)
        successor = token(user, f"{number}b", family)
        await store.add_refresh(first)
        ending = store.revoke_family(family) if end == "family" else store.change_user(user.id, end_sessions=True)
        await asyncio.gather(*([store.rotate_refresh(first, successor), ending][:: 1 if number % 2 else -1]))
        found = await store.refresh(f"{number}b")
        assert found is None or found.revoked_at is not None, number
        assert await store.session_version(family) is None


async def test_api_keys_end_with_the_password_when_asked(store: AccountStore, user: User) -> None:
    assert await store.add_api_key(key(user, "a"), 5)
    await store.change_user(user.id, password_hash="x")
    assert len(await store.api_keys(user.id)) == 1
    await store.change_user(user.id, password_hash="x", end_api_keys=True)
    assert await store.api_keys(user.id) == []


async def test_keys_are_listed_until_they_are_revoked(store: AccountStore, user: User) -> None:
    older, newer = key(user, "a"), key(user, "b", created_at=NOW + timedelta(hours=1))
    assert await store.add_api_key(older, 2)
    assert await store.add_api_key(newer, 2)
    assert not await store.add_api_key(key(user, "c"), 2)
    assert await store.api_keys(user.id) == [newer, older]
    assert not await store.revoke_api_key("somebody else", older.id)
    assert await store.revoke_api_key(user.id, older.id)
    assert not await store.revoke_api_key(user.id, older.id)
    assert await store.api_keys(user.id) == [newer]
    revoked = await store.api_key("a")
    assert revoked is not None
    assert revoked.revoked_at is not None


async def test_the_last_use_of_a_key_is_kept(store: AccountStore, user: User) -> None:
    made = key(user, "a")
    await store.add_api_key(made, 5)
    await store.touch_api_key(made.id, NOW)
    found = await store.api_key("a")
    assert found is not None
    assert found.last_used_at == NOW


@pytest.mark.parametrize("kind", SQL)
def test_the_migrations_make_the_tables_that_the_code_uses(kind: str, tmp_path: Path) -> None:
    url = url_of(kind, tmp_path)
    migrate(url, SCRIPTS, VERSION_TABLE)
    migrate(url, SCRIPTS, VERSION_TABLE)

    def compare(connection: sa.Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [entry for entry in compare_metadata(context, METADATA) if VERSION_TABLE not in str(entry)]

    assert run_blocking(url, compare) == []


async def test_a_database_that_is_away_is_said_in_our_words(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/no/such/folder/a.db")
    with pytest.raises(MetatagError, match="account database does not answer"):
        await SqlAccounts(database).user("u")
    await database.close()


async def test_a_full_disk_is_named_and_reading_goes_on(tmp_path: Path) -> None:
    url = url_of("sqlite", tmp_path)
    await asyncio.to_thread(migrate, url, SCRIPTS, VERSION_TABLE)
    database = Database(url)
    # SQLite's own bound: a page more is refused as on a disk without room.
    sa.event.listen(database.engine.sync_engine, "connect", lambda link, _: link.execute("PRAGMA max_page_count = 1"))
    store = SqlAccounts(database)
    stored = []
    with pytest.raises(MetatagError, match="disk of the account database is full") as refused:
        for number in range(1000):
            stored.append(new_user(f"{number}@example.com", "x" * 500, "Asha Rao"))
            await store.add_user(stored[-1])
    assert refused.value.code is ErrorCode.UNAVAILABLE
    assert refused.value.retry_after == 60
    assert await store.user_by_email(stored[0].email) is not None
    await database.close()
