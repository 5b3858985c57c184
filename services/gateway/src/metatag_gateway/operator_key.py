"""Whether the operator's own LLM key may pay for documents, as the tagger says, remembered for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from metatag_gateway.ports import TaggerPeer
from metatag_runtime.errors import MetatagError

# Seconds.
MAX_AGE = 60.0


class OperatorKey:
    """Asks the tagger; while it does not answer, what it said last holds, and before that the cautious answer."""

    def __init__(self, tagger: TaggerPeer, clock: Callable[[], float] = time.monotonic) -> None:
        self._tagger = tagger
        self._clock = clock
        self._asked_at = -MAX_AGE
        self._pays = True

    async def pays(self) -> bool:
        """Return whether the tagger has a key of its own, at most a minute old."""
        if self._clock() - self._asked_at >= MAX_AGE:
            self._asked_at = self._clock()
            # Of a failure it is asked again in a minute: documents must not wait for it.
            with suppress(MetatagError):
                self._pays = any(found.has_default_key for found in await self._tagger.taggers())
        return self._pays
