"""A worker process as in production, but for its stages: OCR and tags are made in the process and cost nothing.

Everything else is real: tickets, claims, checkpoints with their objects, results, events. What it then reaches is what
the engine itself allows a worker.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

from uvloop import new_event_loop

from metatag_jobs.bootstrap import build
from metatag_jobs.components import Components
from metatag_jobs.results import OcrOutcome, Page, Tag, TagOutcome
from metatag_jobs.settings import JobsSettings
from metatag_runtime.hosting import Service
from metatag_runtime.process import run_service

TEXT = "The quick brown fox jumps over the lazy dog near the river bank while seven wizards mix potions."


class NoOcr:
    """The port OcrReader: one page of one sentence."""

    def __init__(self) -> None:
        self._asked = 0

    async def read(self, *, on_page: Callable[[Page], None], **_: Any) -> OcrOutcome:
        """Give the page."""
        page = Page(number=1, text=TEXT, method="text_layer", reason="none")
        on_page(page)
        return OcrOutcome([page], 1, script="Latin", language="eng", engine_version="none-1")

    async def version(self) -> str:
        """Another one each time: documents of one file are then as many outcomes, as those of many files are."""
        self._asked += 1
        return f"none-{self._asked}"

    async def ping(self) -> None:
        """Always fine."""


class NoTagger:
    """The port Tagger: eight tags."""

    async def tag(self, **_: Any) -> TagOutcome:
        """Give the tags."""
        tags = [Tag(tag=word, score=0.5, source="local") for word in TEXT.split()[:8]]
        return TagOutcome(tags, tagger="local", language="en", tagger_version="none-1")

    async def version(self) -> str:
        """Always the same."""
        return "none-1"

    async def ping(self) -> None:
        """Always fine."""

    async def close(self) -> None:
        """Nothing to close."""


async def _build(settings: JobsSettings) -> Sequence[Service]:
    stages: dict[str, Any] = {"ocr": NoOcr(), "tagger": NoTagger()}
    return await build(settings, dataclasses.replace(Components.choose(settings), **stages))


if __name__ == "__main__":
    raise SystemExit(run_service("jobs", JobsSettings, _build, new_event_loop))
