"""Pages of a long document, kept while the rest of it is read: whoever goes on after a crash does not read them again.

A part is an object that one document alone needs. It is no result: once the stage's whole outcome is stored, or the
document is deleted, its parts go; those of a document that never goes on are removed like unused uploads.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import structlog

from metatag_jobs.errors import FileGone
from metatag_jobs.jsonable import pack, unpack
from metatag_jobs.ports import FileStore, PageCheckpointStore
from metatag_jobs.results import Page
from metatag_jobs.work import Artifact, Claim

log = structlog.get_logger("metatag.jobs.parts")

# Pages in a part: what a crash may cost, but for the runs of pages in flight.
PART_PAGES = 16
# Of shorter documents no parts are kept.
LONG_DOCUMENT = 2 * PART_PAGES


class PageCheckpoints:
    """The parts of one document. `digest` names all that its pages depend on: parts of another are not used."""

    def __init__(
        self, book: PageCheckpointStore, files: FileStore, claim: Claim, digest: str, new_id: Callable[[], str]
    ) -> None:
        self._book = book
        self._files = files
        self._claim = claim
        self._digest = digest
        self._new_id = new_id
        self._waiting: list[Page] = []
        self._writer: asyncio.Task[None] | None = None
        self._count = 0
        self._given_up = False

    async def known(self) -> list[Page]:
        """Give the pages that an earlier attempt kept."""
        pages: dict[int, Page] = {}
        for name in await self._book.parts(self._claim):
            try:
                body = json.loads(await self._files.read(name))
            except FileGone:
                continue
            self._count += 1
            if body["digest"] == self._digest:
                pages |= {page.number: page for page in (unpack(Page, each) for each in body["pages"])}
        # A failed page is worth another try.
        return [pages[number] for number in sorted(pages) if pages[number].method != "failed"]

    def add(self, page: Page) -> None:
        """Take a page that was read; it is stored soon, with others."""
        self._waiting.append(page)
        if len(self._waiting) >= PART_PAGES and self._writer is None and not self._given_up:
            self._writer = asyncio.create_task(self._write())

    async def end(self) -> None:
        """Store nothing more."""
        self._given_up = True
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)

    async def drop(self) -> None:
        """Remove all parts: the whole is stored."""
        if not self._count:
            return
        await self._book.drop_parts(self._claim)

    async def _write(self) -> None:
        """Store what waits. A part only saves time: a failure ends the keeping, not the document."""
        try:
            while len(self._waiting) >= PART_PAGES and not self._given_up:
                pages, self._waiting = self._waiting, []
                body = json.dumps({"digest": self._digest, "pages": pack(pages)}, ensure_ascii=False).encode(
                    errors="replace"
                )
                artifact = Artifact(self._new_id(), f"{self._claim.document_id}:{self._new_id()[-12:]}", len(body))
                await self._files.put_bytes(artifact.id, body)
                self._count += 1
                if not await self._book.keep_page_checkpoint(self._claim, artifact):
                    self._given_up = True
                    await self._files.delete(artifact.id)
        except Exception as error:
            self._given_up = True
            log.warning("part not kept", document=self._claim.document_id, error=type(error).__name__)
        finally:
            self._writer = None
