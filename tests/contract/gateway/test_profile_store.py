"""What every store of profiles promises: SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakes import servers
from metatag_gateway.accounts import new_user
from metatag_gateway.adapters.sql_accounts import SqlAccounts
from metatag_gateway.adapters.sql_profiles import SqlProfiles
from metatag_gateway.bootstrap import SCRIPTS, VERSION_TABLE
from metatag_gateway.errors import Conflict
from metatag_gateway.model.profiles import MAX_PROFILES, Profile
from metatag_runtime.errors import NotFound
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


async def user_of(database: Database, email: str) -> str:
    made = new_user(email, "hash", None)
    assert await SqlAccounts(database).add_user(made)
    return made.id


def profile(name: str, **settings: object) -> Profile:
    return Profile(name, dict(settings), NOW)


async def test_profiles_are_kept_by_name_without_case_for_one_user(database: Database) -> None:
    store = SqlProfiles(database)
    asha, bina = await user_of(database, "asha@example.com"), await user_of(database, "bina@example.com")
    orders = profile("आदेश", instructions="योजनाओं के नाम", num_tags=5)
    await store.put_profile(asha, orders)
    await store.put_profile(asha, profile("Bills", num_tags=4))
    await store.put_profile(bina, profile("bills", num_tags=9))
    assert await store.profiles(asha) == [profile("Bills", num_tags=4), orders]
    await store.put_profile(asha, profile("BILLS", tagger="local"))
    assert await store.profile(asha, "bills") == profile("BILLS", tagger="local")
    assert await store.profile(bina, "Bills") == profile("bills", num_tags=9)
    await store.delete_profile(asha, "Bills")
    with pytest.raises(NotFound, match="no profile named 'bills'"):
        await store.profile(asha, "bills")
    with pytest.raises(NotFound, match="no profile"):
        await store.delete_profile(asha, "bills")


async def test_a_user_keeps_no_more_than_the_bound_and_may_still_change_what_is_kept(database: Database) -> None:
    store = SqlProfiles(database)
    asha = await user_of(database, "asha@example.com")
    for number in range(MAX_PROFILES):
        await store.put_profile(asha, profile(f"Profile {number}"))
    with pytest.raises(Conflict, match="delete one"):
        await store.put_profile(asha, profile("One more"))
    await store.put_profile(asha, profile("profile 7", num_tags=5))
    assert (await store.profile(asha, "Profile 7")).settings == {"num_tags": 5}
