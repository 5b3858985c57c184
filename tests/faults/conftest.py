"""One faulty cluster for all scenarios; a test that failed costs the cluster."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from fakes.jobs_system import ENGINE, GATEWAYS
from faults.system import FaultySystem

NAMES = (*ENGINE, *GATEWAYS)


class Kept:
    """The cluster that tests share."""

    system: FaultySystem | None = None

    def close(self) -> None:
        """End it."""
        if self.system is not None:
            self.system.close()
            self.system = None


@pytest.fixture(scope="session")
def kept() -> Iterator[Kept]:
    found = Kept()
    yield found
    found.close()


@pytest.fixture
async def system(request: pytest.FixtureRequest, kept: Kept) -> AsyncIterator[FaultySystem]:
    """The cluster, all of it running."""
    failed = request.session.testsfailed
    running = kept.system = kept.system or FaultySystem()
    await running.start(*NAMES)
    try:
        yield running
    finally:
        await running.leave()
        if request.session.testsfailed > failed:
            for name in NAMES:
                print(f"--- {name}\n{running.complaints(name)}")
            kept.close()
