"""Settings of tagging that people keep under a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

# Of one user; and characters of one, as JSON.
MAX_PROFILES = 50
MAX_PROFILE = 200_000


@dataclass(frozen=True, slots=True)
class Profile:
    """Fields of a config as they were sent, under a name that is unique for its user, without case."""

    name: str
    settings: dict[str, Any]
    updated_at: datetime
