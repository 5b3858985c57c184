"""Refresh tokens: rotation, the grace for racing clients, and what a stolen token does."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from fakes.gateway_accounts import MemoryAccounts
from metatag_gateway.accounts import new_user
from metatag_gateway.errors import Unauthenticated
from metatag_gateway.model.accounts import Client, User
from metatag_gateway.sessions import Sessions
from metatag_gateway.tokens import AccessTokens, secret_key

SECRET = "the secret of the sessions, long enough"
HERE = Client("192.0.2.1", "a browser")


class Clock:
    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store() -> MemoryAccounts:
    return MemoryAccounts()


def sessions_over(store: MemoryAccounts, clock: Clock, *secrets: str) -> Sessions:
    tokens = AccessTokens([secret_key(SECRET)], issuer="i", audience="a", seconds=60)
    return Sessions(
        store, tokens, secret_keys=secrets or (SECRET,), life=timedelta(days=7), grace=timedelta(seconds=30), now=clock
    )


@pytest.fixture
def sessions(store: MemoryAccounts, clock: Clock) -> Sessions:
    return sessions_over(store, clock)


@pytest.fixture
async def user(store: MemoryAccounts) -> User:
    made = new_user("a@example.com", "hash", None)
    await store.add_user(made)
    return made


async def test_a_refresh_gives_another_token_and_only_hashes_are_kept(
    sessions: Sessions, store: MemoryAccounts, user: User
) -> None:
    first = await sessions.open(user, HERE)
    second = await sessions.continue_(first.refresh_token, HERE)
    assert second.refresh_token != first.refresh_token
    stored = {token.token_hash for token in store.tokens.values()}
    assert not stored & {first.refresh_token, second.refresh_token}


async def test_racing_clients_all_get_the_same_successor(sessions: Sessions, user: User) -> None:
    first = await sessions.open(user, HERE)
    answers = await asyncio.gather(*(sessions.continue_(first.refresh_token, HERE) for _ in range(20)))
    assert len({answer.refresh_token for answer in answers}) == 1
    await sessions.continue_(answers[0].refresh_token, HERE)


async def test_within_the_grace_even_a_token_rotated_twice_leads_on(
    sessions: Sessions, user: User, clock: Clock
) -> None:
    first = await sessions.open(user, HERE)
    second = await sessions.continue_(first.refresh_token, HERE)
    await sessions.continue_(second.refresh_token, HERE)
    clock.pass_by(29)
    assert (await sessions.continue_(first.refresh_token, HERE)).refresh_token == second.refresh_token


async def test_reuse_after_the_grace_ends_the_whole_family(sessions: Sessions, user: User, clock: Clock) -> None:
    first = await sessions.open(user, HERE)
    second = await sessions.continue_(first.refresh_token, HERE)
    other = await sessions.open(user, HERE)
    clock.pass_by(31)
    with pytest.raises(Unauthenticated):
        await sessions.continue_(first.refresh_token, HERE)
    with pytest.raises(Unauthenticated):
        await sessions.continue_(second.refresh_token, HERE)
    # Another sign-in of the same user is another family.
    await sessions.continue_(other.refresh_token, HERE)


async def test_a_changed_secret_does_not_break_the_grace(store: MemoryAccounts, user: User, clock: Clock) -> None:
    before = sessions_over(store, clock)
    first = await before.open(user, HERE)
    second = await before.continue_(first.refresh_token, HERE)
    after = sessions_over(store, clock, "another secret of the sessions, also long", SECRET)
    assert (await after.continue_(first.refresh_token, HERE)).refresh_token == second.refresh_token
    assert (await after.continue_(second.refresh_token, HERE)).refresh_token


async def test_a_token_ends_with_its_life(sessions: Sessions, user: User, clock: Clock) -> None:
    first = await sessions.open(user, HERE)
    clock.pass_by(7 * 86_400 + 1)
    with pytest.raises(Unauthenticated):
        await sessions.continue_(first.refresh_token, HERE)
    assert not await sessions.end(first.refresh_token)


async def test_a_disabled_account_cannot_go_on(sessions: Sessions, store: MemoryAccounts, user: User) -> None:
    first = await sessions.open(user, HERE)
    await store.change_user(user.id, is_active=False)
    with pytest.raises(Unauthenticated):
        await sessions.continue_(first.refresh_token, HERE)


async def test_the_end_of_a_session_ends_its_newest_token_too(sessions: Sessions, user: User) -> None:
    first = await sessions.open(user, HERE)
    second = await sessions.continue_(first.refresh_token, HERE)
    assert await sessions.end(first.refresh_token)
    assert not await sessions.end(first.refresh_token)
    with pytest.raises(Unauthenticated):
        await sessions.continue_(second.refresh_token, HERE)


async def test_an_endless_user_agent_and_address_are_cut(sessions: Sessions, store: MemoryAccounts, user: User) -> None:
    await sessions.open(user, Client("x" * 500, "y" * 5000))
    (token,) = store.tokens.values()
    assert (len(token.ip_address), len(token.device_info)) == (45, 255)
