"""Waiting before a call is repeated that failed by chance: as long as the provider says, jittered, within bounds."""

from __future__ import annotations

import asyncio
import random

from metatag_runtime.context import time_left
from metatag_tagger.errors import Category, NoPlace, ProviderError, Retry

# Retries of calls that failed by chance; the queue retries later with longer waits.
MAX_RETRIES = 2
_FIRST_WAIT = 1.0
# Time a next try needs to make sense. Seconds.
_WORTHWHILE = 3.0


class Retries:
    """The repetitions of the calls for one document.

    Who waits inside a call keeps a place that a document of another key could have, so the waits for refusals of a key
    take at most `wait_seconds` together; any other wait takes at most as long by itself.
    """

    def __init__(self, wait_seconds: float) -> None:
        self._most = wait_seconds
        self._left = wait_seconds
        self._count = 0

    async def wait_or_raise(self, error: ProviderError) -> None:
        """Wait before the next repetition; raise the error when that does not help, or would take too long."""
        self._count += 1
        if self._count > _allowed(error):
            raise error
        backoff = random.uniform(0.1, 1.0) * _FIRST_WAIT * 2 ** (self._count - 1)  # noqa: S311  jitter, no secret
        # Jitter on top of the provider's own wait, or all replicas come back in the same moment.
        wait = backoff if error.retry_after is None else error.retry_after + random.uniform(0.0, 0.25)  # noqa: S311
        limited = error.category is Category.RATE_LIMITED
        if wait > min(self._left if limited else self._most, time_left(1e6) - _WORTHWHILE):
            raise error
        if limited:
            self._left -= wait
        await asyncio.sleep(wait)


def _allowed(error: ProviderError) -> int:
    if error.retry is Retry.NEVER or isinstance(error, NoPlace):
        return 0
    return 1 if error.retry is Retry.ONCE else MAX_RETRIES
