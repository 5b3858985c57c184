"""Between messages and the model: the only file beside the servicer that touches generated code."""

from __future__ import annotations

from collections.abc import Mapping

from metatag.v1 import document_pb2, tagger_pb2
from metatag_runtime.errors import InvalidArgument
from metatag_tagger.model import (
    DEFAULT_TAGS,
    Archive,
    Document,
    Facet,
    KeyState,
    ModelInfo,
    Outcome,
    Page,
    Reason,
    Tag,
    TagExample,
    TagFeedback,
    TaggerInfo,
    TaggerKind,
    TagOptions,
    Term,
    Usage,
    Vocabulary,
)
from metatag_tagger.picture_reading import PictureReading, PictureRequest
from metatag_tagger.ports import PictureQuestion

_KINDS: Mapping[int, TaggerKind] = {
    document_pb2.TAGGER_KIND_UNSPECIFIED: TaggerKind.AUTO,
    document_pb2.TAGGER_KIND_AUTO: TaggerKind.AUTO,
    document_pb2.TAGGER_KIND_LLM: TaggerKind.LLM,
    document_pb2.TAGGER_KIND_LOCAL: TaggerKind.LOCAL,
    document_pb2.TAGGER_KIND_BOTH: TaggerKind.BOTH,
}


def document(request: tagger_pb2.TagRequest) -> Document:
    """Read the document of a request."""
    pages = tuple(
        Page(
            page.number,
            page.text,
            page.confidence if page.HasField("confidence") else None,
            tuple(heading.text for heading in page.headings),
        )
        for page in request.pages
    )
    return Document(pages, request.title, request.description, request.language)


def tag_options(message: document_pb2.TagOptions, spent_micros: int = 0) -> TagOptions:
    """Read the options of a request; an unset number of tags is the default one."""
    kind = _KINDS.get(message.tagger)
    if kind is None:
        raise InvalidArgument("tagger is none of auto, llm, local and both.")
    if message.num_tags < 0 or message.max_cost_micros < 0 or spent_micros < 0:
        raise InvalidArgument("num_tags, max_cost_micros and spent_micros must not be negative.")
    return TagOptions(
        tagger=kind,
        num_tags=message.num_tags or DEFAULT_TAGS,
        exclusion_words=tuple(message.exclusion_words),
        allowed_tags=tuple(message.allowed_tags),
        strict=message.strict,
        tag_language=message.tag_language,
        model_name=message.model_name,
        fallback_models=tuple(message.fallback_models),
        max_cost_micros=message.max_cost_micros,
        allow_degraded=message.allow_degraded,
        instructions=message.instructions,
        existing_tags=tuple(message.existing_tags),
        examples=tuple(TagExample(example.text, tuple(example.tags)) for example in message.examples),
        spent_micros=spent_micros,
    )


def vocabulary(request: tagger_pb2.TagRequest) -> Vocabulary | None:
    """Read the vocabulary of a request, None when none was chosen; terms without a label are none."""
    if not request.HasField("vocabulary"):
        return None
    found = request.vocabulary
    terms = tuple(
        Term(term.label.strip(), tuple(term.aliases), term.language, term.parent, dict(term.labels), term.uri)
        for term in found.terms
        if term.label.strip()
    )
    return Vocabulary(found.name, found.version, terms)


def archive(request: tagger_pb2.TagRequest) -> Archive | None:
    """Read what is known of the account's archive, None when nothing is."""
    if not request.HasField("archive"):
        return None
    found = request.archive
    tags = tuple(TagFeedback(each.tag, each.kept, each.removed, each.added) for each in found.tags)
    return Archive(found.documents, dict(found.words), tags, found.corrected)


def response(outcome: Outcome, elapsed_ms: int) -> tagger_pb2.TagResponse:
    """Write an outcome."""
    because = outcome.degraded_because
    return tagger_pb2.TagResponse(
        tags=[_tag(tag) for tag in outcome.tags],
        tagger=outcome.tagger,
        degraded=because is not None,
        degraded_because=reason(because) if because else None,
        model_name=outcome.model_name,
        usage=_usage(outcome.usage) if outcome.usage else None,
        language=outcome.language,
        raw_response=outcome.raw_response,
        notes=outcome.notes,
        tagger_version=outcome.tagger_version,
        vocabulary=outcome.vocabulary,
        elapsed_ms=elapsed_ms,
        facets=[_facet(facet) for facet in outcome.facets],
    )


def reason(found: Reason) -> document_pb2.Problem:
    """Write a reason."""
    return document_pb2.Problem(code=found.code, message=found.message)


def _tag(tag: Tag) -> document_pb2.Tag:
    return document_pb2.Tag(
        tag=tag.text,
        score=tag.score,
        source=tag.source,
        kind=tag.kind,
        page=tag.page,
        evidence=tag.evidence,
        grounded=tag.grounded,
        uri=tag.uri,
    )


def _facet(facet: Facet) -> document_pb2.Facet:
    return document_pb2.Facet(
        kind=facet.kind.value,
        value=facet.value,
        score=facet.score,
        source=facet.source,
        page=facet.page,
        evidence=facet.evidence,
    )


def _usage(usage: Usage) -> document_pb2.Usage:
    return document_pb2.Usage(
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        total_tokens=usage.total_tokens,
        cost_micros=usage.cost_micros,
        calls=usage.calls,
        generation_id=usage.generation_id,
        cached=usage.cached,
    )


def tagger_info(info: TaggerInfo) -> tagger_pb2.TaggerInfo:
    """Write one tagger of this node."""
    return tagger_pb2.TaggerInfo(
        name=info.name,
        version=info.version,
        healthy=info.healthy,
        detail=info.detail,
        provider_host=info.provider_host,
        default_model=info.default_model,
        has_default_key=info.has_default_key,
        vision_model=info.vision_model,
    )


def picture_request(request: tagger_pb2.ReadPictureRequest) -> PictureRequest:
    """Read a page's picture and what was read before; raises InvalidArgument."""
    if request.max_cost_micros < 0 or request.spent_micros < 0:
        raise InvalidArgument("max_cost_micros and spent_micros must not be negative.")
    return PictureRequest(
        PictureQuestion(request.picture, request.first_text, request.language),
        model=request.model_name,
        key=request.provider_key,
        account=request.account,
        max_cost_micros=request.max_cost_micros,
        spent_micros=request.spent_micros,
    )


def picture_reading(found: PictureReading) -> tagger_pb2.ReadPictureResponse:
    """Write what became of a page."""
    return tagger_pb2.ReadPictureResponse(
        verdict=tagger_pb2.PictureVerdict.Value(f"PICTURE_VERDICT_{found.verdict.name}"),
        text=found.text,
        model_name=found.model,
        usage=_usage(found.usage),
    )


def model_info(info: ModelInfo) -> tagger_pb2.ModelInfo:
    """Write one model of the provider."""
    return tagger_pb2.ModelInfo(
        id=info.id,
        name=info.name,
        context_length=info.context_length,
        prompt_price_micros=info.prompt_price_micros,
        completion_price_micros=info.completion_price_micros,
        structured_outputs=info.structured_outputs,
    )


def key_state(state: KeyState) -> tagger_pb2.CheckKeyResponse:
    """Write what is known of a key."""
    return tagger_pb2.CheckKeyResponse(
        valid=state.valid,
        problem=reason(state.problem) if state.problem else None,
        remaining_micros=state.remaining_micros,
    )
