"""From a run over an ended document to what that is recorded as: the new result, and what people gave."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import TypeVar

from metatag_jobs.model import Document
from metatag_jobs.records.editing import differences
from metatag_jobs.records.model import Change, Edit, FieldChange, Record
from metatag_jobs.results import DocumentResult, Facet, Tag
from metatag_jobs.review_reasons import DUPLICATE, reasons_of
from metatag_jobs.search_entry import search_entry
from metatag_jobs.search_text import fold
from metatag_jobs.work import Finish

ACTION = "process_again"

T = TypeVar("T", bound=Tag | Facet)


def reprocessed(document: Document, run: Finish, *, user_id: str, at: float) -> Edit:
    """Return the change that gives a document the result of a run, at a moment in seconds since 1970.

    Tags and facets that people gave stay in front, with who gave them, and the title stays, unless the run replaces
    them; the note stays in any case. The document is to be reviewed again. Its history says what tags, facets and title
    were before, and how it had been read.
    """
    found = run.reprocessed
    assert found is not None
    assert run.result is not None
    before = Record.of(document)
    record = replace(
        before,
        title=run.document.title if found.replace_edits or not before.title else before.title,
        reviewed=False,
        tags=run.result.tags if found.replace_edits else _with_given(before.tags, run.result.tags, _tag_name),
        facets=run.result.facets if found.replace_edits else _with_given(before.facets, run.result.facets, _facet_name),
    )
    result = replace(run.result, tags=record.tags, facets=record.facets)
    changes = [*differences(before, record), *_readings(document.result or DocumentResult(), result)]
    return Edit(
        user_id=user_id,
        document_id=document.id,
        record=record,
        change=Change(document.version + 1, at, user_id, ACTION, changes),
        result=result,
        search=search_entry(
            title=record.title,
            tags=[tag.tag for tag in record.tags],
            facets=[(facet.kind, facet.value) for facet in record.facets],
            more=[record.description, record.note, document.folder, document.file_name],
            text=found.text,
        ),
        reasons=reasons_of(result, failed=False) | (DUPLICATE if document.duplicate_of else 0),
    )


def _with_given(before: Sequence[T], new: Sequence[T], name: Callable[[T], Hashable]) -> list[T]:
    """Return what people gave, and what the machine found beside it."""
    kept = [each for each in before if each.origin]
    names = {name(each) for each in kept}
    return [*kept, *(each for each in new if name(each) not in names)]


def _tag_name(tag: Tag) -> Hashable:
    return fold(tag.tag)


def _facet_name(facet: Facet) -> Hashable:
    return facet.kind, fold(facet.value)


def _readings(before: DocumentResult, after: DocumentResult) -> list[FieldChange]:
    """Return how the document was read before and is read now, in words, where they differ."""
    pairs = (
        ("extraction_method", before.extraction_method, after.extraction_method),
        ("language", before.language, after.language),
        ("tagger", before.tagger, after.tagger),
        ("pages_read", _number(before.pages_read or len(before.pages)), _number(after.pages_read)),
        ("ocr_confidence", _number(before.ocr_confidence), _number(after.ocr_confidence)),
        ("text_length", _number(before.text_length), _number(after.text_length)),
    )
    return [FieldChange(name, old, new) for name, old, new in pairs if old != new]


def _number(value: float | None) -> str:
    return f"{round(value, 1):g}" if value else ""
