"""The words of a document's pages with their boxes, as they were stored beside its text."""

from __future__ import annotations

import asyncio
import json

from metatag_jobs.jsonable import unpack
from metatag_jobs.ports import FileStore
from metatag_jobs.records.stores import CorrectionStore
from metatag_jobs.results import OcrOutcome, Page


class Words:
    """The use case ReadWords."""

    def __init__(self, store: CorrectionStore, files: FileStore) -> None:
        self._store = store
        self._files = files

    async def of(self, user_id: str, document_id: str, number: int) -> list[Page]:
        """Return the pages that were read, or the one of a number, without their text.

        Raises DocumentNotFound; FileGone where the text is gone. A document that was never read has no pages.
        """
        snapshot = await self._store.snapshot(user_id, document_id)
        if not snapshot.text_object:
            return []
        body = await self._files.read(snapshot.text_object)
        return await asyncio.to_thread(_pages, body, number)


def _pages(body: bytes, number: int) -> list[Page]:
    pages = unpack(OcrOutcome, json.loads(body)).pages
    return [page for page in pages if number in (0, page.number)]
