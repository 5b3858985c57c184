"""Why a person should look at a document: numbers whose sum is stored, and their public names."""

from __future__ import annotations

from metatag_jobs.results import DocumentResult

LOW_CONFIDENCE = 1
NO_TAGS = 2
FAILED = 4
DUPLICATE = 8
DEGRADED = 16

NAMES = {
    "low_confidence": LOW_CONFIDENCE,
    "no_tags": NO_TAGS,
    "failed": FAILED,
    "duplicate": DUPLICATE,
    "degraded": DEGRADED,
}


def reasons_of(result: DocumentResult | None, *, failed: bool) -> int:
    """Return the sum for a document at its end, but for equal contents, which the database knows."""
    if failed:
        return FAILED
    if result is None:
        return 0
    return (
        (LOW_CONFIDENCE if result.needs_review else 0)
        + (0 if result.tags else NO_TAGS)
        + (DEGRADED if result.degraded else 0)
    )


def names_of(reasons: int) -> list[str]:
    """Return the public names of a sum."""
    return [name for name, number in NAMES.items() if reasons & number]
