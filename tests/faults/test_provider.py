"""A provider that refuses one key, or is silent to it: its owner waits and is told why, everybody else goes on."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from chaos.books import Batch
from chaos.door import Person
from fakes.fake_ocr_node import fake_pdf
from fakes.openrouter import FakeOpenRouter, ThreadedOpenRouter
from faults.system import FaultySystem
from faults.watch import SINGLE, recovery

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(300)]

STORM_SECONDS = 25
LIMITED, FREE = "sk-or-limited-key", "sk-or-free-key"
TEXT = """Solar street lights for small towns. The municipal corporation installs solar street lights with a
lithium battery. Battery replacement is part of the maintenance contract; the energy audit is yearly."""


@pytest.fixture(scope="module")
def provider() -> Iterator[ThreadedOpenRouter]:
    found = ThreadedOpenRouter()
    found.start()
    yield found
    found.stop()


@pytest.fixture
async def fake(system: FaultySystem, provider: ThreadedOpenRouter) -> AsyncIterator[FakeOpenRouter]:
    """The provider, asked by the product's own tagger."""
    system.real_tagger = {"METATAG_TAGGER_LLM_BASE_URL": provider.fake.url, "METATAG_TAGGER_LOCAL_MEANING": "false"}
    system.kill("tagger")
    await system.start("tagger")
    try:
        yield provider.fake
    finally:
        provider.fake.limited.clear()
        provider.fake.silent.clear()
        system.real_tagger = None
        system.kill("tagger")
        await system.start("tagger")


@pytest.mark.parametrize("wait", ["3", ""], ids=["names a time", "names none"])
async def test_a_key_in_a_storm_of_refusals_takes_its_own_lane_only(
    wait: str, system: FaultySystem, fake: FakeOpenRouter
) -> None:
    fake.limited[LIMITED] = wait
    await _others_go_on(system, fake, refused=True)


async def test_a_key_that_the_provider_does_not_answer_takes_its_own_lane_only(
    system: FaultySystem, fake: FakeOpenRouter
) -> None:
    fake.silent.add(LIMITED)
    await _others_go_on(system, fake, refused=False)


async def _others_go_on(system: FaultySystem, fake: FakeOpenRouter, *, refused: bool) -> None:
    limited, free = await Person.register(system), await Person.register(system)
    begun = time.monotonic()
    held = await _batch(limited, LIMITED)
    await asyncio.sleep(8)
    first = [await _first_document(free) for _ in range(4)]
    singles = [await free.single(_pdf(), **_config(FREE)) for _ in range(3)]
    if refused:
        status = await _status(limited, held)
        assert "provider takes no more calls" in status["error_message"]
        assert status["waits_until"]
        assert status["failed_count"] == 0
    await asyncio.sleep(max(0.0, STORM_SECONDS - (time.monotonic() - begun)))
    fake.limited.clear()
    fake.silent.clear()
    print(f"\nfirst document of others: {_rounded(first)}; singles: {_rounded(singles)}")
    (await recovery(held)).check("the provider takes the key again")
    assert max(first) <= SINGLE
    assert max(singles) <= SINGLE
    assert [document.result.degraded for document in await held.client.documents(held.job_id)] == [False] * held.count


def _pdf() -> bytes:
    return fake_pdf(pages=1, ms=20, text=TEXT, salt=uuid.uuid4().hex)


def _rounded(seconds: list[float]) -> list[float]:
    return [round(each, 1) for each in seconds]


def _config(key: str) -> dict[str, Any]:
    # Local tags may stand in, and must not.
    return {"api_key": key, "tagger": "auto"}


async def _batch(person: Person, key: str, count: int = 40) -> Batch:
    return await person.batch(_pdf(), count, **_config(key))


async def _first_document(person: Person) -> float:
    """Return the seconds until the first of ten documents was taken over by a worker."""
    begun = time.monotonic()
    batch = await _batch(person, FREE, 10)
    while not await batch.rows("SELECT id FROM doc WHERE job_id = :job AND state IN ('running', 'done')"):
        await asyncio.sleep(0.05)
    took = time.monotonic() - begun
    await batch.settle(repeats=None)
    return took


async def _status(person: Person, batch: Batch) -> Any:
    headers = {"Authorization": f"Bearer {person.token}"}
    async with httpx.AsyncClient(base_url=person.system.url("gateway1"), timeout=60, trust_env=False) as http:
        return (await http.get(f"/api/batch/jobs/{batch.job_id}/status", headers=headers)).json()["data"]
