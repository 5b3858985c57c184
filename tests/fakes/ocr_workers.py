"""Workers without processes: they keep the port's rules and read what a test wrote down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from metatag_ocr.model import (
    Description,
    DocumentRef,
    EngineInfo,
    FileFacts,
    PageLayer,
    PageText,
    PictureFormat,
    WordBoxes,
)
from metatag_ocr.ports import PageOrder, ScriptFound
from metatag_runtime.errors import NotFound


@dataclass
class FakeWorkers:
    """Reads pages by a function; `orders` notes what was asked, `most_at_once` how many pages were in work."""

    reads: Callable[[PageOrder], PageText | Exception]
    page_count: int = 1
    slots: int = 2
    name: str = "tesseract"
    languages: Sequence[str] = ("eng", "hin")
    seconds: float = 0.0
    orders: list[PageOrder] = field(default_factory=list)
    working: int = 0
    most_at_once: int = 0

    async def open(self, document: DocumentRef, path: Path) -> FileFacts:
        return FileFacts(self.page_count, "A title", "")

    async def read(self, order: PageOrder, script_found: ScriptFound) -> PageText:
        self.orders.append(order)
        self.working += 1
        self.most_at_once = max(self.most_at_once, self.working)
        try:
            found = self.reads(order)
            if isinstance(found, PageText) and found.script:
                script_found(found.script)
            await asyncio.sleep(self.seconds)
        finally:
            self.working -= 1
        if isinstance(found, Exception):
            raise found
        return found

    async def render(
        self, document: DocumentRef, path: Path, number: int, width: int, kind: PictureFormat = "PNG"
    ) -> bytes:
        if number > self.page_count:
            raise NotFound(f"The document has no page {number}.")
        return b"\x89PNG" if kind == "PNG" else b"\xff\xd8\xff"

    async def describe(self, document: DocumentRef, path: Path, description: Description) -> bytes:
        return b"%PDF-1.7 " + description.title.encode()

    async def make_searchable(
        self, document: DocumentRef, path: Path, description: Description, layers: Sequence[PageLayer]
    ) -> bytes:
        return b"%PDF-1.7 " + " ".join(layer.text for layer in layers).encode()

    async def locate(self, document: DocumentRef, path: Path, number: int) -> WordBoxes:
        if number > self.page_count:
            raise NotFound(f"The document has no page {number}.")
        return WordBoxes("canal", (1000, 1000, 2000, 1200), (100,))

    def engine(self) -> EngineInfo:
        return EngineInfo(self.name, "fake-1", True, "", tuple(self.languages))

    def load(self) -> tuple[int, int]:
        return self.working, 0


class SilentObserver:
    """Counts nothing but keeps the balance of documents."""

    def __init__(self) -> None:
        self.balance = 0
        self.pages: list[PageText] = []

    def page(self, page: PageText) -> None:
        self.pages.append(page)

    def documents(self, change: int) -> None:
        self.balance += change
