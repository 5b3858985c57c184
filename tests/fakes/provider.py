"""The real LLM client before a fake provider, and questions to ask it."""

from __future__ import annotations

from fakes.openrouter import FakeOpenRouter
from fakes.openrouter.server import GOOD_KEY
from metatag_tagger.adapters.chat_llm import ChatLlm, ChatOptions
from metatag_tagger.adapters.limits import MemorySchedule, SharedLimits
from metatag_tagger.adapters.provider_http import HttpOptions, ProviderHttp
from metatag_tagger.ports import LlmOptions, Question

TEXT = """Solar street lights for small towns. The municipal corporation installs solar street lights with a
lithium battery. Battery replacement is part of the maintenance contract. The energy audit showed
savings; the energy audit is yearly."""


def chat_llm(
    server: FakeOpenRouter, *, wait: float = 0.0, read_seconds: float = 5.0, concurrency: int = 8, pace: float = 0.0
) -> ChatLlm:
    """Give a client whose waits are bounded by `wait` seconds, so that refusals come out at once by default."""
    http = ProviderHttp(HttpOptions(server.url, connect_seconds=2.0, read_seconds=read_seconds))
    limits = SharedLimits(MemorySchedule(pace), concurrency=concurrency, longest_wait=max(wait, 5.0))
    return ChatLlm(http, limits, ChatOptions(wait))


def question(excerpt: str = TEXT, **fields: object) -> Question:
    """Give a question about a short text."""
    given: dict[str, object] = {"title": "", "description": "", "language": "en", "count": 6, **fields}
    return Question(excerpt, **given)  # type: ignore[arg-type]


def asked(*models: str, key: str = GOOD_KEY, max_cost_micros: int = 0) -> LlmOptions:
    """Give options for models in order."""
    return LlmOptions(key, models or ("openai/gpt-4o-mini",), max_cost_micros)
