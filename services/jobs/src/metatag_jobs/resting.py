"""A worker that fails fast takes the most work: one whose disk is full would meet every document of a batch."""

from __future__ import annotations

import random
import time

from prometheus_client import Gauge

from metatag_runtime.errors import ErrorCode

RESTING = Gauge(
    "metatag_jobs_worker_resting", "Whether this worker takes no tickets because its documents fail in a row."
)

# Documents that must fail in a row.
IN_A_ROW = 4
# The first rest and the longest. Seconds; short, so that work goes on soon after the end of the fault.
FIRST_REST = 0.5
LONGEST_REST = 4.0

# Failures of what surrounds a document. What a document is to blame for says nothing about this worker.
_SURROUNDINGS = frozenset({ErrorCode.UNAVAILABLE, ErrorCode.STORAGE_FULL, ErrorCode.INTERNAL})


class Rest:
    """Says when the worker should leave tickets to others."""

    def __init__(self) -> None:
        self._in_a_row = 0
        self._until = 0.0
        RESTING.set_function(lambda: int(self.resting))

    @property
    def resting(self) -> bool:
        """Whether to take no tickets now."""
        return time.monotonic() < self._until

    def ended(self, code: ErrorCode | None) -> None:
        """Note how a document left the worker: with this error, or None for well."""
        if code not in _SURROUNDINGS:
            self._in_a_row, self._until = 0, 0.0
            return
        self._in_a_row += 1
        if self._in_a_row >= IN_A_ROW and not self.resting:
            rest = min(LONGEST_REST, FIRST_REST * 2.0 ** min(self._in_a_row - IN_A_ROW, 10))
            self._until = time.monotonic() + rest * random.uniform(0.5, 1.0)  # noqa: S311  jitter, no secret
