"""One gateway for the tests of a module that do not change its settings: starting one takes a second."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from fakes.gateway_system import System, running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system() -> AsyncIterator[System]:
    async with running() as found:
        yield found
