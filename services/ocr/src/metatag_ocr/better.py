"""Which of two engines' texts of a page is kept."""

from __future__ import annotations

from dataclasses import replace

from metatag_ocr.model import PageText
from metatag_runtime.readable_words import readable_words


def needs_deep(page: PageText, below: float) -> bool:
    """Tell whether a page read by Tesseract came out so badly that a deep engine should read it."""
    return page.method == "tesseract" and ((page.confidence or 0.0) < below or page.gibberish)


def better(first: PageText, second: PageText) -> PageText:
    """Give the page with the better text, under the first one's reason, with the times of both."""
    chosen = second if _second_wins(first, second) else first
    return replace(
        chosen,
        reason=first.reason,
        script=chosen.script or first.script,
        decide_ms=first.decide_ms + second.decide_ms,
        render_ms=first.render_ms + second.render_ms,
        recognize_ms=first.recognize_ms + second.recognize_ms,
        tries=first.tries + second.tries,
        notes=(*first.notes, f"read_again_by_{second.method}") if chosen is first else chosen.notes,
    )


def _second_wins(first: PageText, second: PageText) -> bool:
    """Compare by words that look like words, each worth its page's confidence."""
    if second.method in ("failed", "blank") or not second.text:
        return False
    return _worth(second) > _worth(first)


def _worth(page: PageText) -> float:
    return readable_words(page.text) * (page.confidence or 0.0)
