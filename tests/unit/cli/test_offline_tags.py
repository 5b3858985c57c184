"""Tags that stand in for a language model's are never shown as if they were its own."""

from __future__ import annotations

from typing import Any

from metatag_cli import live_view, screen
from metatag_client import Event, Result

ANSWER: dict[str, Any] = {"document_title": "A", "tags": ["water"], "degraded": True, "degraded_reason": "No credit."}


def test_one_document_says_so_with_the_reason() -> None:
    table = screen.Results()
    table.add("a.pdf", Result.from_json(ANSWER), 1.0)
    with screen.out.capture() as shown:
        screen.out.print(table._table)
    assert "Offline tags: the language model did not answer. No credit." in " ".join(shown.get().split())


def test_a_batch_marks_them_and_counts_them_at_the_end() -> None:
    offline = Event("finished", 1, 1, "A", ok=True, tags=("water",), raw={"metadata": {"degraded": True}})
    online = Event("finished", 2, 2, "B", ok=True, tags=("roads",), raw={"metadata": {}})
    bare = Event("finished", 3, 3, "C", ok=True)
    with screen.err.capture() as shown:
        seen = live_view.View(3).show([offline, online, bare, Event("completed", 4)])
        live_view.summary(seen, 3)
    said = shown.get()
    assert "C  no tags" in said
    assert said.count("offline tags") == 2
    assert "1 with offline tags: the language model did not answer" in said
