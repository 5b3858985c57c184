"""Fixtures of the tagger's contract tests: a fake provider on loopback and the real client before it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest

from fakes.openrouter import FakeOpenRouter
from fakes.provider import chat_llm
from metatag_tagger.adapters.chat_llm import ChatLlm


@pytest.fixture
async def fake() -> AsyncIterator[FakeOpenRouter]:
    async with FakeOpenRouter() as server:
        yield server


@pytest.fixture
async def connect() -> AsyncIterator[Callable[..., ChatLlm]]:
    """Give a function that makes a client of a fake; all are closed after the test."""
    async with AsyncExitStack() as stack:

        def make(server: FakeOpenRouter, **options: float) -> ChatLlm:
            llm = chat_llm(server, **options)
            stack.push_async_callback(llm.close)
            return llm

        yield make
