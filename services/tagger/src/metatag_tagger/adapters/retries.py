"""Waiting before a call is repeated that failed by chance: as long as the provider says, jittered, within bounds."""

from __future__ import annotations

import asyncio
import random

from metatag_runtime.context import time_left
from metatag_tagger.errors import ProviderError, Retry

# Retries of calls that failed by chance; the queue retries later with longer waits.
MAX_RETRIES = 2
_FIRST_WAIT = 1.0
# Time a next try needs to make sense. Seconds.
_WORTHWHILE = 3.0


async def wait_or_raise(error: ProviderError, retries: int, wait_seconds: float) -> None:
    """Wait before retry number `retries`, from 1, at most `wait_seconds`; raise the error when that does not help."""
    if error.retry is Retry.NEVER or retries > MAX_RETRIES or (error.retry is Retry.ONCE and retries > 1):
        raise error
    backoff = random.uniform(0.1, 1.0) * _FIRST_WAIT * 2 ** (retries - 1)  # noqa: S311  jitter, no secret
    # Jitter on top of the provider's own wait, or all replicas come back in the same moment.
    wait = backoff if error.retry_after is None else error.retry_after + random.uniform(0.0, 0.25)  # noqa: S311
    if wait > min(wait_seconds, time_left(1e6) - _WORTHWHILE):
        raise error
    await asyncio.sleep(wait)
