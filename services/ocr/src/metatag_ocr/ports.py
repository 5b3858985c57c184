"""What the use case needs of the world outside."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from metatag_ocr.model import (
    Description,
    DocumentRef,
    EngineInfo,
    FileFacts,
    Options,
    PageLayer,
    PageText,
    PictureFormat,
    WordBoxes,
)

ScriptFound = Callable[[str], None]


@dataclass(frozen=True)
class PageOrder:
    """One page to be read. `seconds` bounds the whole work on it, waiting for a worker not counted."""

    document: DocumentRef
    path: Path
    number: int
    options: Options
    # Languages that may be used, best first; never empty when recognition is possible.
    languages: tuple[str, ...]
    # Script of the document's other pages; empty: the worker detects it.
    script: str
    seconds: float
    # Doubts about layers that another page has settled, and whether this page may be compared with its picture; if
    # not, a page whose layer is doubted comes back with the verdict "pending".
    confirmed: frozenset[str] = frozenset()
    compares: bool = True


class Workers(Protocol):
    """Processes that open PDFs. Every method may be cancelled: the work behind it has ended within a second."""

    # Pages that one document may have in work at once.
    slots: int

    async def open(self, document: DocumentRef, path: Path) -> FileFacts:
        """Open a file; raises DocumentError when it cannot be read."""

    async def read(self, order: PageOrder, script_found: ScriptFound) -> PageText:
        """Read one page. Calls `script_found` once, early, when the page shows its script.

        Raises PageError when the page costs too much or kills its worker. May be repeated.
        """

    async def render(
        self, document: DocumentRef, path: Path, number: int, width: int, kind: PictureFormat = "PNG"
    ) -> bytes:
        """Give a page as a picture of `width` pixels; raises MetatagError: not_found past the last page."""

    async def describe(self, document: DocumentRef, path: Path, description: Description) -> bytes:
        """Give the PDF with a description in its metadata; raises DocumentError, MetatagError."""

    async def make_searchable(
        self, document: DocumentRef, path: Path, description: Description, layers: Sequence[PageLayer]
    ) -> bytes:
        """Give the PDF with layers of text and a description; raises DocumentError, MetatagError."""

    async def locate(self, document: DocumentRef, path: Path, number: int) -> WordBoxes:
        """Give the words of a page's own text; raises MetatagError: not_found past the last page."""

    def engine(self) -> EngineInfo:
        """Tell what these workers recognise with. Never waits."""

    def load(self) -> tuple[int, int]:
        """Give pages in work and pages waiting."""


class Scratch(Protocol):
    """Documents by their content, bounded in size. A kept document may go at any time when it is not held."""

    def hold(self, document: DocumentRef) -> AbstractAsyncContextManager[Path | None]:
        """Give the document's path for as long as the block runs, or None when it is not here."""

    def receive(self, document: DocumentRef, chunks: AsyncIterator[bytes]) -> AbstractAsyncContextManager[Path]:
        """Store a document and hold it.

        Raises InvalidArgument when size or hash differ from what was announced, Busy when the scratch is full of
        documents in work.
        """


class Observer(Protocol):
    """Counts what happens; never raises."""

    def page(self, page: PageText) -> None:
        """A page was answered."""

    def documents(self, change: int) -> None:
        """Documents in work changed by `change`."""
