"""Counts pages and documents for Prometheus."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import Counter, Gauge, Histogram

from metatag_ocr.model import PageText

_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64)

PAGES = Counter("metatag_ocr_pages_total", "Pages answered.", ["method", "reason"])
STEP_SECONDS = Histogram("metatag_ocr_page_seconds", "Seconds of a page by step.", ["step"], buckets=_SECONDS)
CONFIDENCE = Histogram(
    "metatag_ocr_page_confidence",
    "Confidence of recognised pages, 0 to 100.",
    ["method", "language"],
    buckets=(20, 40, 60, 70, 80, 85, 90, 95, 100),
)
TRIES = Histogram("metatag_ocr_page_tries", "Recognitions made for a page.", buckets=(0, 1, 2, 3, 4))
DOCUMENTS = Gauge("metatag_ocr_documents_in_work", "Documents in work.")
IN_FLIGHT = Gauge("metatag_ocr_pages_in_flight", "Pages in work on this node.")
WAITING = Gauge("metatag_ocr_pages_waiting", "Pages that wait for a free worker of this node.")
FAILURES = Counter("metatag_ocr_page_failures_total", "Pages that could not be read, by code.", ["code"])

DEATHS = Counter("metatag_ocr_worker_deaths_total", "Workers that ended, by cause.", ["pool", "cause"])


def watch_pages(working: Callable[[], int], waiting: Callable[[], int]) -> None:
    """Have every scrape ask how many pages are in work and waiting: what the nodes are scaled on."""
    IN_FLIGHT.set_function(working)
    WAITING.set_function(waiting)


class PrometheusObserver:
    """Keeps the metrics of metatag_ocr_*."""

    def page(self, page: PageText) -> None:
        """Count one answered page."""
        PAGES.labels(page.method, page.reason).inc()
        TRIES.observe(page.tries)
        for step, spent in (("decide", page.decide_ms), ("render", page.render_ms), ("recognize", page.recognize_ms)):
            STEP_SECONDS.labels(step).observe(spent / 1000)
        if page.confidence is not None:
            CONFIDENCE.labels(page.method, page.language).observe(page.confidence)
        if page.error is not None:
            FAILURES.labels(page.error.code).inc()

    def documents(self, change: int) -> None:
        """Count documents in and out."""
        DOCUMENTS.inc(change)
