"""What every store of saved searches promises: SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakes import servers
from metatag_gateway.accounts import new_user
from metatag_gateway.adapters.sql_accounts import SqlAccounts
from metatag_gateway.adapters.sql_searches import SqlSearches
from metatag_gateway.bootstrap import SCRIPTS, VERSION_TABLE
from metatag_gateway.errors import Conflict
from metatag_gateway.model.searches import MAX_SEARCHES, SavedSearch
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


def search(name: str, **params: str) -> SavedSearch:
    return SavedSearch(str(uuid.uuid4()), name, params, NOW)


async def test_searches_are_kept_by_name_for_one_user(database: Database) -> None:
    store = SqlSearches(database)
    asha, bina = await user_of(database, "asha@example.com"), await user_of(database, "bina@example.com")
    wells, bills = search("पानी के आदेश", query="पानी"), search("Bills <b>2019</b>", year="2019")
    await store.add_search(asha, wells)
    await store.add_search(asha, bills)
    await store.add_search(bina, search("Bills <b>2019</b>"))
    assert await store.searches(asha) == [bills, wells]
    with pytest.raises(Conflict, match="choose another name"):
        await store.add_search(asha, search("BILLS <B>2019</B>"))
    with pytest.raises(Conflict, match="choose another name"):
        await store.change_search(asha, wells.id, bills.name, None)
    changed = await store.change_search(asha, wells.id, "Wells", {"query": "wells"})
    assert (changed.name, changed.params) == ("Wells", {"query": "wells"})
    assert await store.change_search(asha, wells.id, None, None) == changed
    for refused in (store.change_search(bina, wells.id, "Mine", None), store.delete_search(bina, wells.id)):
        with pytest.raises(NotFound):
            await refused
    await store.delete_search(asha, wells.id)
    assert await store.searches(asha) == [bills]


async def test_their_number_is_bounded_whoever_races(database: Database) -> None:
    store = SqlSearches(database)
    asha = await user_of(database, "asha@example.com")
    for number in range(MAX_SEARCHES - 1):
        await store.add_search(asha, search(f"search {number}"))
    results = await asyncio.gather(
        *(store.add_search(asha, search(f"late {number}")) for number in range(3)), return_exceptions=True
    )
    assert sum(isinstance(result, Conflict) for result in results) == 2
    assert len(await store.searches(asha)) == MAX_SEARCHES
