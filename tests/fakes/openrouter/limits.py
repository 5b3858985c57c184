"""The fake's limits: so many calls in a sliding window, so many at once, a credit that runs down."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Limits:
    """What one server enforces. 0 means no limit. `clock` gives seconds and may be a test's own."""

    calls: int = 0
    window: float = 60.0
    at_once: int = 0
    credit_micros: int | None = None
    clock: Callable[[], float] = time.monotonic
    # Times of calls let through, and what was refused or seen at most.
    passed: deque[float] = field(default_factory=deque)
    refused: int = 0
    running: int = 0
    most_running: int = 0

    def admit(self) -> float | None:
        """Let a call through (None), or give the seconds after which it may come again."""
        now = self.clock()
        while self.passed and now - self.passed[0] >= self.window:
            self.passed.popleft()
        if self.calls and len(self.passed) >= self.calls:
            self.refused += 1
            return self.window - (now - self.passed[0])
        if self.at_once and self.running >= self.at_once:
            self.refused += 1
            return 0.05
        self.passed.append(now)
        return None

    def begin(self) -> None:
        """Note that a call runs."""
        self.running += 1
        self.most_running = max(self.most_running, self.running)

    def end(self, cost_micros: int) -> None:
        """Note that a call ended and what it cost."""
        self.running -= 1
        if self.credit_micros is not None:
            self.credit_micros -= cost_micros
