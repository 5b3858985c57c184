"""Who is calling: sessions, API keys, and what happens while the database is away."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from fakes.gateway_accounts import MemoryAccounts
from metatag_gateway.accounts import new_user
from metatag_gateway.errors import AccountDisabled, Unauthenticated
from metatag_gateway.identity import FRESH, STALE, Identity, hash_secret
from metatag_gateway.model.accounts import ApiKey, User
from metatag_gateway.tokens import AccessTokens, secret_key
from metatag_runtime.errors import Unavailable

TOKENS = AccessTokens([secret_key("a secret of the tests, long enough")], issuer="i", audience="a", seconds=60)


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store() -> MemoryAccounts:
    return MemoryAccounts()


@pytest.fixture
def identity(store: MemoryAccounts, clock: Clock) -> Identity:
    return Identity(store, TOKENS, clock)


@pytest.fixture
async def user(store: MemoryAccounts) -> User:
    made = new_user("a@example.com", "hash", None)
    await store.add_user(made)
    return made


async def key_of(store: MemoryAccounts, user: User, **more: object) -> str:
    secret = f"mt_{len(store.keys)}"
    key = ApiKey(secret, user.id, "k", "mt_", hash_secret(secret), ("read",), datetime.now(UTC), **more)  # type: ignore[arg-type]
    await store.add_api_key(key, 10)
    return secret


async def test_a_session_may_do_all_and_a_key_what_it_was_made_for(
    identity: Identity, store: MemoryAccounts, user: User
) -> None:
    session = await identity.principal(TOKENS.issue(user))
    assert (session.kind, session.scopes) == ("session", {"read", "process", "write"})
    key = await identity.principal(await key_of(store, user))
    assert (key.kind, key.scopes) == ("api_key", {"read"})


async def test_disabling_here_counts_at_once_and_elsewhere_within_a_second(
    identity: Identity, store: MemoryAccounts, user: User, clock: Clock
) -> None:
    token = TOKENS.issue(user)
    await identity.principal(token)
    await store.change_user(user.id, is_active=False)
    await identity.principal(token)
    identity.forget(user.id)
    with pytest.raises(AccountDisabled):
        await identity.principal(token)
    await store.change_user(user.id, is_active=True)
    clock.at += FRESH + 0.1
    await identity.principal(token)


async def test_the_end_of_all_sessions_ends_access_tokens_too(
    identity: Identity, store: MemoryAccounts, user: User
) -> None:
    token = TOKENS.issue(user)
    await store.change_user(user.id, end_sessions=True)
    with pytest.raises(Unauthenticated):
        await identity.principal(token)


async def test_who_was_known_goes_on_for_a_while_when_the_database_is_away(
    identity: Identity, store: MemoryAccounts, user: User, clock: Clock
) -> None:
    token = TOKENS.issue(user)
    stranger = new_user("b@example.com", "hash", None)
    await store.add_user(stranger)
    await identity.principal(token)
    store.away = True
    clock.at += STALE - 1
    assert (await identity.principal(token)).user_id == user.id
    with pytest.raises(Unavailable):
        await identity.principal(TOKENS.issue(stranger))
    clock.at += 10
    with pytest.raises(Unavailable):
        await identity.principal(token)


async def test_a_key_that_is_over_is_refused(identity: Identity, store: MemoryAccounts, user: User) -> None:
    ended = await key_of(store, user, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    revoked = await key_of(store, user, revoked_at=datetime.now(UTC))
    for secret in (ended, revoked, "mt_unknown"):
        with pytest.raises(Unauthenticated):
            await identity.principal(secret)


async def test_the_use_of_a_key_is_remembered_once_a_minute(
    identity: Identity, store: MemoryAccounts, user: User, clock: Clock
) -> None:
    secret = await key_of(store, user)
    await identity.principal(secret)
    first = store.keys[hash_secret(secret)].last_used_at
    clock.at += FRESH + 1
    await identity.principal(secret)
    assert first is not None
    assert store.keys[hash_secret(secret)].last_used_at == first


class SlowAccounts(MemoryAccounts):
    """Answers when told to, and counts the questions."""

    def __init__(self) -> None:
        super().__init__()
        self.questions = 0
        self.answer = asyncio.Event()

    async def user(self, user_id: str) -> User | None:
        self.questions += 1
        found = await super().user(user_id)
        await self.answer.wait()
        return found


async def test_many_requests_at_one_moment_ask_the_database_once(clock: Clock) -> None:
    store = SlowAccounts()
    user = new_user("a@example.com", "hash", None)
    await store.add_user(user)
    identity = Identity(store, TOKENS, clock)
    waiting = [asyncio.create_task(identity.principal(TOKENS.issue(user))) for _ in range(20)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.sleep(0)
    store.answer.set()
    found = await asyncio.gather(*waiting[1:])
    assert {principal.user_id for principal in found} == {user.id}
    assert waiting[0].cancelled()
    assert store.questions == 1


async def test_an_answer_from_before_a_change_is_not_remembered_after_it(clock: Clock) -> None:
    store = SlowAccounts()
    user = new_user("a@example.com", "hash", None)
    await store.add_user(user)
    identity = Identity(store, TOKENS, clock)
    token = TOKENS.issue(user)
    early = asyncio.create_task(identity.principal(token))
    await asyncio.sleep(0.01)
    await store.change_user(user.id, is_active=False)
    identity.forget(user.id)
    store.answer.set()
    await early
    with pytest.raises(AccountDisabled):
        await identity.principal(token)
