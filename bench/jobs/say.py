"""How a measurement is told: one JSON line a figure, with the machine's load."""

from __future__ import annotations

import json
import os
from typing import Any


def say(name: str, **figures: Any) -> None:
    """Print one measurement."""
    rounded = {key: round(value, 3) if isinstance(value, float) else value for key, value in figures.items()}
    print(json.dumps({"figure": name, **rounded, "load": round(os.getloadavg()[0], 1)}), flush=True)
