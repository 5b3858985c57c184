"""Searches that people keep under a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

# Of one user.
MAX_SEARCHES = 100


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """The parameters of a list of documents, under a name that is unique for its user, without case."""

    id: str
    name: str
    params: dict[str, str]
    created_at: datetime
