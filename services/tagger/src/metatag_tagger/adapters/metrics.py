"""What Prometheus sees of the tagger. No label holds a key, an account or text of a document."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

TOKENS = Counter("metatag_tagger_tokens_total", "Tokens at the provider.", ["direction"])
COST = Counter("metatag_tagger_cost_micros_total", "Cost at the provider, millionths of a US dollar, where known.")
CALLS = Counter("metatag_tagger_provider_calls_total", "Calls to the provider by outcome.", ["outcome"])
CALL_SECONDS = Histogram(
    "metatag_tagger_provider_seconds",
    "Duration of calls to the provider in seconds.",
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 90),
)
WAIT_SECONDS = Histogram(
    "metatag_tagger_limit_wait_seconds",
    "Time spent waiting for a place under a rate limit, in seconds.",
    buckets=(0.01, 0.1, 0.5, 1, 2.5, 5, 15, 60),
)
CACHE = Counter("metatag_tagger_cache_total", "Answers looked up in the cache.", ["result"])
DOCUMENTS = Counter("metatag_tagger_documents_total", "Documents tagged.", ["tagger", "degraded"])
SECONDS = Histogram(
    "metatag_tagger_document_seconds",
    "Time to tag one document, in seconds.",
    ["tagger"],
    buckets=(0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60),
)


class PrometheusMeter:
    """Keeps the port Meter."""

    def tagged(self, tagger: str, degraded: bool, seconds: float) -> None:
        """Count one document and its time."""
        DOCUMENTS.labels(tagger, str(degraded).lower()).inc()
        SECONDS.labels(tagger).observe(seconds)

    def cache(self, hit: bool) -> None:
        """Count one look into the cache."""
        CACHE.labels("hit" if hit else "miss").inc()
