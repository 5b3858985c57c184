"""Arithmetic of an even pace, shared by the limits in memory and in Redis."""

from __future__ import annotations


def interval(calls_per_minute: int, window: float = 60.0) -> float:
    """Give the seconds between two calls so that no window of a provider ever holds more than it allows.

    Calls at an even pace plus one call of slack stay within the limit wherever the provider's window begins. The pace
    is
    92 % of the rate, so that calls may also arrive late by 8 % of the window, or one call less per window where that is
    less.
    """
    if calls_per_minute <= 0:
        return 0.0
    return window / max(0.92, min(calls_per_minute * 0.92, calls_per_minute - 1.0))


class Gate:
    """How many calls may run at once: one more after each round of good answers, half after a refusal."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.allowed = min(4, most)
        self._good = 0

    def good(self) -> None:
        """Note a good answer."""
        self._good += 1
        if self._good >= self.allowed and self.allowed < self._most:
            self.allowed += 1
            self._good = 0

    def bad(self) -> None:
        """Note that the provider asked to slow down."""
        self.allowed = max(1, self.allowed // 2)
        self._good = 0
