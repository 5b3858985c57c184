"""Accounts that were deleted, while what they had is being removed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Erasure:
    """A deleted account; `account_digest` is what counters of sign-ins call it."""

    user_id: str
    account_digest: str
    asked_at: datetime
