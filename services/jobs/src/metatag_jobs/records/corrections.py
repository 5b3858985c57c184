"""Changing what a document is recorded as, looking at its history, and taking changes back."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from metatag_jobs.errors import DocumentInWork, FileGone, NothingToUndo, VersionMismatch
from metatag_jobs.jsonable import unpack
from metatag_jobs.learning.model import MAX_EXCERPT
from metatag_jobs.model import Document, Vocabulary
from metatag_jobs.outcome import full_text
from metatag_jobs.ports import FileStore
from metatag_jobs.records.editing import checked, corrected, differences, undone, with_vocabularies
from metatag_jobs.records.model import Author, Change, Correction, Edit, Record, Snapshot
from metatag_jobs.records.stores import CorrectionStore
from metatag_jobs.results import DocumentResult, OcrOutcome
from metatag_jobs.review_reasons import DUPLICATE, reasons_of
from metatag_jobs.search_entry import search_entry
from metatag_jobs.stores import VocabularyStore

log = structlog.get_logger("metatag.jobs.records")

MAX_STEPS = 50
# A change without an expected version is written over whatever comes between, but not for ever.
TRIES = 5

# What a document shall say, and which of its versions are taken back by that.
Make = Callable[[Snapshot], Awaitable[tuple[Record, list[int]]]]


class Corrections:
    """The use cases CorrectDocument, UndoCorrections and GetDocumentHistory."""

    def __init__(
        self, store: CorrectionStore, vocabularies: VocabularyStore, files: FileStore, now: Callable[[], float]
    ) -> None:
        """`now` gives the database's time, in seconds since 1970."""
        self._store = store
        self._vocabularies = vocabularies
        self._files = files
        self._now = now

    async def correct(self, user_id: str, document_id: str, correction: Correction, *, expected: int) -> Document:
        """Change a document and return it with its text; `expected` is the version that the caller saw, 0 for any.

        Raises DocumentNotFound, DocumentInWork, VersionMismatch, InvalidArgument.
        """
        clean = checked(correction)
        named = {tag.vocabulary for tag in clean.tags or [] if tag.vocabulary}
        vocabularies: dict[str, Vocabulary] = {
            name: await self._vocabularies.get(user_id, name, 0) for name in sorted(named)
        }
        clean = with_vocabularies(clean, vocabularies)
        review_only = clean == Correction(reviewed=clean.reviewed)
        author = Author(user_id, self._now(), action="review" if review_only else "correct")

        async def make(snapshot: Snapshot) -> tuple[Record, list[int]]:
            return corrected(Record.of(snapshot.document), clean, author), []

        return await self._change(user_id, document_id, expected, author, make)

    async def undo(self, user_id: str, document_id: str, steps: int, *, expected: int) -> Document:
        """Take back the last changes that are not undone yet and return the document with its text.

        Raises DocumentNotFound, DocumentInWork, VersionMismatch, NothingToUndo.
        """
        author = Author(user_id, self._now(), action="undo")

        async def make(snapshot: Snapshot) -> tuple[Record, list[int]]:
            changes = await self._store.undoable(document_id, steps)
            if not changes:
                raise NothingToUndo
            return undone(Record.of(snapshot.document), changes), [change.version for change in changes]

        return await self._change(user_id, document_id, expected, author, make)

    async def history(self, user_id: str, document_id: str, *, before: int, limit: int) -> tuple[int, list[Change]]:
        """Return a document's version and its changes before a version (0: all), newest first."""
        return await self._store.changes(user_id, document_id, before=before, limit=limit)

    async def _change(self, user_id: str, document_id: str, expected: int, author: Author, make: Make) -> Document:
        for _ in range(1 if expected else TRIES):
            snapshot = await self._store.snapshot(user_id, document_id)
            if not snapshot.has_ended:
                raise DocumentInWork
            if expected and snapshot.document.version != expected:
                raise VersionMismatch
            text = await self.text_of(snapshot)
            record, undoes = await make(snapshot)
            edit = edit_of(snapshot, record, author, text, user_id=user_id, undoes=undoes)
            if edit is None:
                return replace(snapshot.document, text=text)
            if await self._store.write(edit):
                written = await self._store.snapshot(user_id, document_id)
                return replace(written.document, text=text)
        raise VersionMismatch

    async def text_of(self, snapshot: Snapshot) -> str:
        """Return a document's text; empty when it has none, or its object is gone."""
        if not snapshot.text_object:
            return ""
        try:
            outcome = unpack(OcrOutcome, json.loads(await self._files.read(snapshot.text_object)))
        except FileGone:
            log.warning("text object missing", document=snapshot.document.id)
            return ""
        return full_text(outcome.pages)


def edit_of(
    snapshot: Snapshot,
    record: Record,
    author: Author,
    text: str,
    *,
    user_id: str,
    undoes: list[int] | None = None,
    tag_job_id: str = "",
) -> Edit | None:
    """Return the change that makes a document say this; None when it says so already and nothing is taken back."""
    document = snapshot.document
    changes = differences(Record.of(document), record)
    if not changes and not undoes:
        return None
    result = document.result
    if record.tags or record.facets or result is not None:
        result = replace(result or DocumentResult(), tags=record.tags, facets=record.facets)
    was_reviewed = document.reviewed_at is not None
    reviewed_at, reviewed_by = document.reviewed_at, document.reviewed_by
    if record.reviewed is not was_reviewed:
        reviewed_at, reviewed_by = (author.at, author.user_id) if record.reviewed else (None, "")
    return Edit(
        user_id=user_id,
        document_id=document.id,
        record=record,
        change=Change(document.version + 1, author.at, author.user_id, author.action, changes, undoes=undoes or []),
        result=result,
        search=search_entry(
            title=record.title,
            tags=[tag.tag for tag in record.tags],
            facets=[(facet.kind, facet.value) for facet in record.facets],
            more=[record.description, record.note, document.folder, document.file_name],
            text=text,
        ),
        reviewed_at=reviewed_at,
        reviewed_by=reviewed_by,
        tag_job_id=tag_job_id,
        excerpt=text[:MAX_EXCERPT],
        reasons=reasons_of(result, failed=document.state == "failed") | (DUPLICATE if document.duplicate_of else 0),
    )
