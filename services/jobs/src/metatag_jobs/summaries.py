"""Counts over a user's documents and jobs, as the history shows them."""

from __future__ import annotations

from dataclasses import dataclass, field

from metatag_jobs.model import Job


@dataclass
class Stats:
    """A user's counts."""

    total_jobs: int = 0
    total_documents: int = 0
    documents_processed: int = 0
    documents_failed: int = 0
    jobs_by_status: dict[str, int] = field(default_factory=dict)
    recent_activity: list[Job] = field(default_factory=list)
    cost_micros: int = 0


@dataclass(frozen=True)
class Tally:
    """How many there are of a name, and what they cost."""

    name: str = ""
    count: int = 0
    cost_micros: int = 0


@dataclass
class Summary:
    """A user's last days in numbers; GetSummaryResponse says what each list holds."""

    processed: list[Tally] = field(default_factory=list)
    failed: list[Tally] = field(default_factory=list)
    methods: list[Tally] = field(default_factory=list)
    confidence: list[Tally] = field(default_factory=list)
    tags: list[Tally] = field(default_factory=list)
    failures: list[Tally] = field(default_factory=list)
    spend: list[Tally] = field(default_factory=list)
    # Of how many of the latest documents methods, confidence, tags and failures are estimates; 0: of all, and exact.
    sampled: int = 0
