"""One cluster for many tests: what a test killed is started again; a test that failed costs the cluster."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from fakes.jobs_system import ENGINE, GATEWAYS, System


class Kept:
    """The cluster that tests of one kind share."""

    def __init__(self, *, real: bool, names: tuple[str, ...]) -> None:
        self._real = real
        self._names = names
        self._system: System | None = None

    @asynccontextmanager
    async def use(self, request: pytest.FixtureRequest) -> AsyncIterator[System]:
        """Give the cluster with all of it running."""
        failed = request.session.testsfailed
        system = self._system = self._system or System(real=self._real)
        try:
            await system.start(*self._names)
        except BaseException:
            self.close()
            raise
        try:
            yield system
        finally:
            await system.leave()
            if request.session.testsfailed > failed:
                for name in self._names:
                    print(f"--- {name}\n{system.said(name)}")
                self.close()

    def close(self) -> None:
        """End it."""
        if self._system is not None:
            self._system.close()
            self._system = None


@pytest.fixture(scope="session")
def kept_system() -> Iterator[Kept]:
    kept = Kept(real=False, names=(*ENGINE, *GATEWAYS))
    yield kept
    kept.close()


@pytest.fixture(scope="session")
def kept_real_system() -> Iterator[Kept]:
    kept = Kept(real=True, names=(*ENGINE, *GATEWAYS))
    yield kept
    kept.close()


@pytest.fixture
async def system(request: pytest.FixtureRequest, kept_system: Kept) -> AsyncIterator[System]:
    """Fast fake OCR and tagger nodes under the real rest."""
    async with kept_system.use(request) as running:
        yield running


@pytest.fixture
async def real_system(
    request: pytest.FixtureRequest, kept_system: Kept, kept_real_system: Kept
) -> AsyncIterator[System]:
    """The product's own nodes."""
    # Two clusters at once would be too much for a small machine.
    kept_system.close()
    async with kept_real_system.use(request) as running:
        yield running
