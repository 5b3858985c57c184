"""What corrections teach, and how well the machine's tags agree with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TagFeedback:
    """In how many documents a tag that the machine gave was kept or removed, and in how many people added it."""

    tag: str
    kept: int
    removed: int
    added: int


@dataclass(frozen=True, slots=True)
class Learning:
    """What was learnt of a user's corrections; `documents` of them, the latest at `latest_at`."""

    enabled: bool
    documents: int
    latest_at: datetime | None
    kept: int
    removed: int
    added: int
    tags: tuple[TagFeedback, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The agreement of the machine's tags with those that people left; all shares 0 to 1."""

    documents: int
    f1_at_5: float
    f1_at_10: float
    ndcg: float
    precision_by_rank: tuple[float, ...]
    facet_coverage: Mapping[str, float]
