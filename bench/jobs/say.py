"""How a measurement is told: one JSON line a figure, with the machine's load and speed."""

from __future__ import annotations

import json
import os
import time
from typing import Any

# Additions that tell how fast a core is just now: on a shared host that changes by half within minutes.
ADDITIONS = 1_000_000


def say(name: str, **figures: Any) -> None:
    """Print one measurement; `core_ms`: CPU milliseconds of a fixed piece of work, to compare runs by."""
    rounded = {key: round(value, 3) if isinstance(value, float) else value for key, value in figures.items()}
    line = {"figure": name, **rounded, "load": round(os.getloadavg()[0], 1), "core_ms": round(_core_ms(), 1)}
    print(json.dumps(line), flush=True)


def _core_ms() -> float:
    start = time.process_time()
    total = 0
    for number in range(ADDITIONS):
        total += number
    return 1000 * (time.process_time() - start)
