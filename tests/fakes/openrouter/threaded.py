"""The fake OpenRouter on an event loop of its own, for tests that block theirs or have none."""

from __future__ import annotations

import asyncio
import threading

from fakes.openrouter.server import FakeOpenRouter


class ThreadedOpenRouter:
    """Starts and stops `fake`, which takes any key."""

    def __init__(self) -> None:
        self.fake = FakeOpenRouter(keys=None)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fake-openrouter", daemon=True)

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.fake.__aenter__(), self._loop).result(10)

    def stop(self) -> None:
        """End all connections."""
        asyncio.run_coroutine_threadsafe(self.fake.__aexit__(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
