"""A fake OpenRouter: a real HTTP server on loopback that answers, refuses and misbehaves as the provider does.

Tests start `FakeOpenRouter` in their event loop; by hand: `make fake-llm`, or `python -m fakes.openrouter` in `tests`.
"""

from __future__ import annotations

from fakes.openrouter.server import FakeOpenRouter, Recorded
from fakes.openrouter.threaded import ThreadedOpenRouter

__all__ = ["FakeOpenRouter", "Recorded", "ThreadedOpenRouter"]
