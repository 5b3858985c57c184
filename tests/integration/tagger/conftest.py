"""Fixtures of the tagger's integration tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from fakes.tagger_room import running_room


@pytest.fixture
async def start_room() -> AsyncIterator[Callable[..., Awaitable[Any]]]:
    """Give a function that starts a room with settings and returns its stub; all rooms stop after the test."""
    async with AsyncExitStack() as stack:

        async def start(**settings: object) -> Any:
            return await stack.enter_async_context(running_room(**settings))

        yield start
