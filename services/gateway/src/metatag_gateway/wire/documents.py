"""Documents, results, options and vocabularies, to and from the wire."""

from __future__ import annotations

from collections.abc import Sequence

from metatag.v1 import document_pb2 as d
from metatag.v1 import jobs_pb2 as j
from metatag_gateway.model.documents import (
    Document,
    DocumentSpec,
    Duplicate,
    Facet,
    Options,
    Page,
    Result,
    Source,
    Tag,
    Term,
    Usage,
    Vocabulary,
)
from metatag_gateway.wire.names import (
    DOCUMENT_STATES,
    OCR_MODES,
    PAGE_METHODS,
    SOURCE_TYPES,
    TAGGERS,
    VISION_MODES,
    moment,
    usd,
    word,
)


def document(message: j.Document) -> Document:
    """Give a document."""
    return Document(
        id=message.id,
        job_id=message.job_id,
        row=message.position,
        title=message.title,
        description=message.description,
        file_path=message.source.path,
        file_source_type=word(SOURCE_TYPES, message.source.type, "url"),
        status=word(DOCUMENT_STATES, message.state, "pending"),
        file_size=message.file_size or None,
        mime_type=message.mime_type or None,
        error_message=message.problem.message or None,
        error_code=message.problem.code or None,
        created_at=moment(message, "created_at"),
        processed_at=moment(message, "processed_at"),
        text=message.text or None,
        tries=message.tries,
        stage=message.stage,
        result=result(message.result) if message.HasField("result") else None,
        file_name=message.file_name,
        columns=dict(message.columns),
        version=message.version or 1,
        note=message.note,
        reviewed_at=moment(message, "reviewed_at"),
        reviewed_by=message.reviewed_by or None,
        edited=message.edited,
        folder=message.folder,
        duplicate_of=_duplicate(message.duplicate_of) if message.HasField("duplicate_of") else None,
        trashed_at=moment(message, "trashed_at"),
        reprocess_of=message.reprocess_of or None,
    )


def _duplicate(message: j.Duplicate) -> Duplicate:
    return Duplicate(message.document_id, message.job_id, message.file_name)


def result(message: j.DocumentResult) -> Result:
    """Give what came out of a document."""
    return Result(
        tag_details=tuple(map(tag, message.tags)),
        extraction_method=message.extraction_method,
        is_scanned=message.is_scanned,
        ocr_confidence=round(message.ocr_confidence, 2) if message.HasField("ocr_confidence") else None,
        page_count=message.page_count,
        text_length=message.text_length,
        language=message.language,
        pages=tuple(map(page, message.pages)),
        tagger=message.tagger,
        degraded=message.degraded,
        degraded_reason=message.degraded_because.message or None,
        model_name=message.model_name,
        usage=usage(message.usage) if message.HasField("usage") else None,
        raw_ai_response=message.raw_response,
        vocabulary=message.vocabulary,
        notes=tuple(message.notes),
        fetch_ms=message.fetch_ms,
        ocr_ms=message.ocr_ms,
        tag_ms=message.tag_ms,
        text_preview=message.text_preview,
        needs_review=message.needs_review,
        facets=tuple(map(facet, message.facets)),
        pages_read=message.pages_read,
    )


def page(message: d.Page) -> Page:
    """Give how a page was read."""
    return Page(
        number=message.number,
        method=PAGE_METHODS.get(message.method, "unknown"),
        reason=message.reason,
        confidence=round(message.confidence, 2) if message.HasField("confidence") else None,
        ms=message.decide_ms + message.render_ms + message.recognize_ms,
        language=message.language,
        rotation=message.rotation,
        error=message.error.message or None,
        needs_review=message.needs_review,
        notes=tuple(message.notes),
        first_text=message.first_text,
        first_method=PAGE_METHODS.get(message.first_method, ""),
    )


def tag(message: d.Tag) -> Tag:
    """Give a tag."""
    return Tag(
        tag=message.tag,
        score=round(message.score, 4),
        source=message.source,
        kind=message.kind,
        page=message.page,
        evidence=message.evidence,
        grounded=message.grounded,
        origin=message.origin or "machine",
        by=message.by or None,
        at=moment(message, "at"),
        vocabulary=message.vocabulary,
        uri=message.uri,
    )


def facet(message: d.Facet) -> Facet:
    """Return a typed tag."""
    return Facet(
        kind=message.kind,
        value=message.value,
        score=round(message.score, 4),
        source=message.source,
        page=message.page,
        evidence=message.evidence,
        origin=message.origin or "machine",
        by=message.by or None,
        at=moment(message, "at"),
    )


def usage(message: d.Usage) -> Usage:
    """Give what a document cost."""
    return Usage(
        prompt_tokens=message.prompt_tokens,
        completion_tokens=message.completion_tokens,
        total_tokens=message.total_tokens,
        cost_usd=usd(message.cost_micros) if message.HasField("cost_micros") else None,
        calls=message.calls,
        cached=message.cached,
    )


def to_source(source: Source) -> j.Source:
    """Write a source."""
    kind = SOURCE_TYPES.get(source.type, j.SOURCE_TYPE_UNSPECIFIED)
    return j.Source(type=kind, path=source.path, file_id=source.file_id)


def to_spec(spec: DocumentSpec) -> j.DocumentSpec:
    """Write a document to process."""
    written = j.DocumentSpec(
        title=spec.title,
        description=spec.description,
        source=to_source(spec.source),
        columns=spec.columns,
        folder=spec.folder,
        reprocess_of=spec.reprocess_of,
    )
    if spec.problem:
        written.problem.CopyFrom(d.Problem(code=spec.problem_code, message=spec.problem))
    return written


def to_options(options: Options) -> j.ProcessOptions:
    """Write how documents are read and tagged."""
    return j.ProcessOptions(
        num_pages=options.num_pages,
        ocr_mode=OCR_MODES[options.ocr],
        languages=options.languages,
        tag_options=d.TagOptions(
            tagger=TAGGERS[options.tagger],
            num_tags=options.num_tags,
            exclusion_words=options.exclusion_words,
            allowed_tags=options.allowed_tags,
            strict=options.strict,
            tag_language=options.tag_language,
            instructions=options.instructions,
            existing_tags=options.existing_tags,
            use_existing_tags=options.use_existing_tags,
            use_examples=options.use_examples,
            examples=[d.TagExample(text=text, tags=tags) for text, tags in options.examples],
            model_name=options.model_name,
            fallback_models=options.fallback_models,
            max_cost_micros=options.max_cost_micros,
            allow_degraded=options.allow_degraded,
        ),
        vocabulary=options.vocabulary,
        budget_micros=options.budget_micros,
        vision=VISION_MODES[options.vision],
        vision_model=options.vision_model,
        replace_edits=options.replace_edits,
        folder_tags=options.folder_tags,
    )


def vocabulary(message: d.Vocabulary, term_count: int | None = None) -> Vocabulary:
    """Give a vocabulary."""
    terms = tuple(
        Term(t.label, tuple(t.aliases), t.language, t.parent, dict(t.labels.items()), t.uri) for t in message.terms
    )
    return Vocabulary(message.name, message.version, len(terms) if term_count is None else term_count, terms)


def to_terms(terms: Sequence[Term]) -> list[d.VocabularyTerm]:
    """Write allowed tags."""
    return [
        d.VocabularyTerm(
            label=term.label,
            aliases=term.aliases,
            language=term.language,
            parent=term.parent,
            labels=term.labels,
            uri=term.uri,
        )
        for term in terms
    ]
