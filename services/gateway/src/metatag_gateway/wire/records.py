"""Corrections and histories, to and from the wire."""

from __future__ import annotations

from metatag.v1 import document_pb2 as d
from metatag.v1 import records_pb2 as r
from metatag_gateway.model.records import (
    Change,
    Correction,
    DocumentFilter,
    FieldChange,
    Found,
    Mark,
    Snippet,
    TagCount,
)
from metatag_gateway.model.words import PackedWords, PageWords
from metatag_gateway.wire import documents
from metatag_gateway.wire.names import DOCUMENT_STATES, PAGE_METHODS, moment_of


def to_correction(correction: Correction) -> r.Correction:
    """Write a correction."""
    written = r.Correction(
        title=correction.title,
        description=correction.description,
        note=correction.note,
        reviewed=correction.reviewed,
    )
    if correction.tags is not None:
        tags = [r.GivenTag(tag=tag, vocabulary=vocabulary) for tag, vocabulary in correction.tags]
        written.tags.CopyFrom(r.GivenTags(tags=tags))
    if correction.facets is not None:
        facets = [r.GivenFacet(kind=kind, value=value) for kind, value in correction.facets]
        written.facets.CopyFrom(r.GivenFacets(facets=facets))
    return written


def change(message: r.DocumentChange) -> Change:
    """Return a step of a history."""
    return Change(
        version=message.version,
        at=moment_of(message.at),
        by=message.by or None,
        action=message.action,
        changes=tuple(map(field_change, message.changes)),
        undone=message.undone,
        undoes=tuple(message.undoes),
    )


def field_change(message: r.FieldChange) -> FieldChange:
    """Return what became of a field."""
    if message.field == "tags":
        before, after = (tuple(map(documents.tag, tags)) for tags in (message.before_tags, message.after_tags))
        return FieldChange(message.field, before, after)
    if message.field == "facets":
        old, new = (tuple(map(documents.facet, facets)) for facets in (message.before_facets, message.after_facets))
        return FieldChange(message.field, old, new)
    if message.field == "reviewed":
        return FieldChange(message.field, message.before_flag, message.after_flag)
    return FieldChange(message.field, message.before_text, message.after_text)


def to_filter(wanted: DocumentFilter) -> r.DocumentFilter:
    """Write what documents must have."""
    return r.DocumentFilter(
        query=wanted.query,
        facets=wanted.facets,
        tag=wanted.tag,
        states=[DOCUMENT_STATES[wanted.status]] if wanted.status else [],
        job_id=wanted.job_id,
        language=wanted.language,
        method=wanted.method,
        confidence_min=wanted.confidence_min,
        confidence_max=wanted.confidence_max,
        reviewed=wanted.reviewed,
        since=wanted.since.timestamp() if wanted.since else None,
        before=wanted.before.timestamp() if wanted.before else None,
    )


def found(message: r.FindDocumentsResponse) -> Found:
    """Return a page of documents."""
    return Found(
        tuple((documents.document(each.document), tuple(map(_snippet, each.snippets))) for each in message.documents),
        message.total,
        message.is_exact,
    )


def _snippet(message: r.Snippet) -> Snippet:
    return Snippet(message.page, message.text, tuple(Mark(mark.start, mark.end) for mark in message.marks))


def tag_count(message: r.TagCount) -> TagCount:
    """Return a tag with its counts."""
    return TagCount(message.tag, message.count, moment_of(message.latest), tuple(message.trend))


def page_words(message: r.PageWords) -> PageWords:
    """Return the words of a page."""
    return PageWords(message.number, PAGE_METHODS.get(message.method, ""), message.rotation, packed(message.boxes))


def packed(message: d.WordBoxes) -> PackedWords:
    """Return words as they travel."""
    return PackedWords(message.text, message.sides, message.confidences)
