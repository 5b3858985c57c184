"""Waits inside a call keep a place from the documents of other keys, so they are few and bounded."""

from __future__ import annotations

import pytest

from metatag_tagger.adapters import retries
from metatag_tagger.adapters.retries import MAX_RETRIES, Retries
from metatag_tagger.errors import Category, NoPlace, ProviderError


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits, none of which is waited."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(retries.asyncio, "sleep", sleep)
    return waits


async def test_who_waited_for_a_place_in_vain_does_not_wait_again(waited: list[float]) -> None:
    with pytest.raises(NoPlace):
        await Retries(100.0).wait_or_raise(NoPlace(0.1))
    assert not waited


async def test_waits_for_a_limited_key_are_bounded_together(waited: list[float]) -> None:
    patience, refused = Retries(3.0), ProviderError(Category.RATE_LIMITED, retry_after=2.0)
    await patience.wait_or_raise(refused)
    with pytest.raises(ProviderError):
        await patience.wait_or_raise(refused)
    assert 2.0 <= sum(waited) <= 3.0


async def test_failures_by_chance_are_each_waited_for(waited: list[float]) -> None:
    patience, failed = Retries(3.0), ProviderError(Category.NETWORK, retry_after=2.0)
    for _ in range(MAX_RETRIES):
        await patience.wait_or_raise(failed)
    with pytest.raises(ProviderError):
        await patience.wait_or_raise(failed)
    assert len(waited) == MAX_RETRIES
