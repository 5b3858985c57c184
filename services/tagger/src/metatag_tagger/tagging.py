"""The use case: tags for one document. Chooses the tagger, validates its answer, degrades where allowed."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from metatag_runtime.errors import Busy, InvalidArgument
from metatag_tagger import postprocessing
from metatag_tagger.answer_validation import believed_facets, trusted
from metatag_tagger.answers import AnswerCache
from metatag_tagger.errors import Category, InsufficientText, NoProviderKey, ProviderError
from metatag_tagger.model import (
    MAX_ARCHIVE_WORDS,
    MAX_DESCRIPTION,
    MAX_EXAMPLE,
    MAX_EXAMPLE_TAGS,
    MAX_EXAMPLES,
    MAX_EXCLUSIONS,
    MAX_EXISTING,
    MAX_FEEDBACK,
    MAX_INSTRUCTIONS,
    MAX_LABEL,
    MAX_TAGS,
    MAX_TERMS,
    MAX_TEXT_BYTES,
    MAX_TITLE,
    MIN_CHARACTERS,
    NOTE_LOW_CONFIDENCE,
    Archive,
    Document,
    Outcome,
    Reason,
    Tag,
    TaggerKind,
    TagOptions,
    Term,
    Vocabulary,
)
from metatag_tagger.offline.vocabulary import shown
from metatag_tagger.paying import TaggingOptions, llm_options
from metatag_tagger.ports import AnalysisOptions, Analyst, Llm, LlmAnswer, LlmOptions, Meter, Question, Study

# More are studied than asked for: exclusions, repeats and the model's own tags thin them out.
SPARE = 12
# Terms of a list that a model is told; the offline matcher chooses them from a longer one.
LISTED = 200
CHOSEN = 100
HINTS = 30
MANY_TERMS = 500
VERSION = "2.0"
_LETTER = re.compile(r"[^\W_]")


class Tagging:
    """Writes tags. Keeps no document."""

    def __init__(self, analyst: Analyst, llm: Llm, cache: AnswerCache, options: TaggingOptions, meter: Meter) -> None:
        self._analyst = analyst
        self._llm = llm
        self._cache = cache
        self._options = options
        self._meter = meter

    async def tag(
        self,
        document: Document,
        tag_options: TagOptions,
        vocabulary: Vocabulary | None = None,
        key: str = "",
        account: str = "",
        *,
        archive: Archive | None = None,
    ) -> Outcome:
        """Give the document's tags, fewer than wished if the text holds fewer. Raises MetatagError."""
        begun = time.monotonic()
        _check(document, tag_options, vocabulary)
        _check_archive(archive)
        asks = self._asks_llm(tag_options, key)
        terms = _terms(tag_options, vocabulary)
        study = await self._analyst.study(document, self._study_wish(tag_options, terms, asks, archive))
        plan = postprocessing.Plan(
            tag_options, terms, study.language, vocabulary.identity if vocabulary else "", self.version, archive
        )
        outcome = (
            await self._with_llm(document, plan, study, key, account) if asks else postprocessing.local(plan, study)
        )
        self._meter.tagged(outcome.tagger, outcome.degraded_because is not None, time.monotonic() - begun)
        return outcome

    @property
    def version(self) -> str:
        """Give the version of everything that decides about a tag: part of a result's identity."""
        return f"{VERSION}+{self._analyst.version}"

    def _asks_llm(self, tag_options: TagOptions, key: str) -> bool:
        if tag_options.tagger is TaggerKind.LOCAL:
            return False
        if key or self._options.default_key or self._options.keyless:
            return True
        if tag_options.tagger is TaggerKind.AUTO:
            return False
        raise NoProviderKey

    def _study_wish(
        self, tag_options: TagOptions, terms: tuple[Term, ...], asks: bool, archive: Archive | None
    ) -> AnalysisOptions:
        return AnalysisOptions(
            count=tag_options.num_tags + SPARE,
            terms=terms,
            exclusions=tag_options.exclusion_words,
            budget=self._options.input_tokens if asks else 0,
            tag_language="" if tag_options.tag_language == "document" else tag_options.tag_language,
            archive=archive,
        )

    async def _with_llm(
        self, document: Document, plan: postprocessing.Plan, study: Study, key: str, account: str
    ) -> Outcome:
        tag_options = plan.tag_options
        try:
            return await self._by_llm(document, plan, study, key, account)
        except (ProviderError, Busy) as error:
            if tag_options.tagger is TaggerKind.LLM or not tag_options.allow_degraded:
                raise
            outcome = postprocessing.local(plan, study)
            return replace(outcome, degraded_because=Reason(str(error.code), error.message))

    async def _by_llm(
        self, document: Document, plan: postprocessing.Plan, study: Study, key: str, account: str
    ) -> Outcome:
        answer = await self._ask(document, plan, study, key, account)
        phrases = [*(tag.text for tag in answer.tags), *(entity.name for entity in answer.entities)]
        evidence = await self._analyst.ground(document, phrases, study.language)
        evidence, named = evidence[: len(answer.tags)], evidence[len(answer.tags) :]
        if len(plan.terms) > MANY_TERMS:
            # Stems of thousands of terms take a second the first time: away from the event loop.
            tags, notes = await asyncio.to_thread(trusted, answer.tags, evidence, plan, study)
        else:
            tags, notes = trusted(answer.tags, evidence, plan, study)
        if not tags and not plan.tag_options.strict:
            # Nothing that the model wrote is a tag of this document: as good as no answer.
            raise ProviderError(Category.INVALID_OUTPUT)
        if plan.tag_options.tagger is TaggerKind.BOTH:
            tags = postprocessing.merged(tags, postprocessing.candidates(plan, study), study.language)
        facets = believed_facets(document, study, answer.entities, named)
        return replace(postprocessing.answered(plan, study, tags, answer, notes), facets=facets)

    async def _ask(
        self, document: Document, plan: postprocessing.Plan, study: Study, key: str, account: str
    ) -> LlmAnswer:
        tag_options = plan.tag_options
        listed = _listed(plan, study)
        question = Question(
            excerpt=study.excerpt,
            title=document.title,
            description=document.description,
            language=study.language,
            count=tag_options.num_tags,
            hints=tuple(tag.text for tag in study.tags[:HINTS]),
            exclusions=tag_options.exclusion_words[:LISTED],
            allowed=listed,
            strict=tag_options.strict,
            tag_language=tag_options.tag_language or "document",
            low_quality=NOTE_LOW_CONFIDENCE in study.notes,
            notes=_term_notes(plan, listed),
            instructions=tag_options.instructions,
            existing=tag_options.existing_tags,
            examples=tag_options.examples,
        )
        options = self._llm_options(tag_options, key)
        return await self._cache.answer(question, options, account, self._llm.ask)

    def _llm_options(self, tag_options: TagOptions, key: str) -> LlmOptions:
        """Return how the LLM is asked; the service's own key pays for listed models of a known price only."""
        own = self._options
        models = (tag_options.model_name or own.default_model, *(tag_options.fallback_models or own.fallback_models))
        return llm_options(
            own,
            models,
            key,
            max_cost_micros=tag_options.max_cost_micros,
            spent_micros=tag_options.spent_micros,
        )


def _listed(plan: postprocessing.Plan, study: Study) -> tuple[str, ...]:
    """Give the terms that the model is told: all of a short list, else those the text is likeliest to carry."""
    labels = list(plan.labels)
    if len(labels) <= LISTED:
        return tuple(labels)
    likely = [tag.text for tag in study.matches]
    return tuple(dict.fromkeys([*likely, *labels]))[:CHOSEN]


def _term_notes(plan: postprocessing.Plan, listed: Sequence[str]) -> tuple[str, ...]:
    """Return what a list says of the terms that the model is told: other words for them, and what they belong to."""
    told = set(listed)
    notes = []
    for term in plan.terms:
        label = shown(term, plan.tag_language)
        parts = ([f"also {', '.join(term.aliases[:3])}"] if term.aliases else []) + (
            [f"under {term.parent}"] if term.parent else []
        )
        if label in told and parts:
            notes.append(f"{label} ({'; '.join(parts)})")
    return tuple(notes[:CHOSEN])


def _terms(tag_options: TagOptions, vocabulary: Vocabulary | None) -> tuple[Term, ...]:
    """Give the allowed terms: the named list, then the request's own; a blank one is none."""
    listed = vocabulary.terms if vocabulary else ()
    own = (Term(label.strip()) for label in tag_options.allowed_tags if label.strip())
    found: dict[str, Term] = {}
    for term in (*listed, *own):
        found.setdefault(term.label, term)
    return tuple(found.values())


def _check(document: Document, tag_options: TagOptions, vocabulary: Vocabulary | None) -> None:
    if not 1 <= tag_options.num_tags <= MAX_TAGS:
        raise InvalidArgument(f"num_tags must be between 1 and {MAX_TAGS}.")
    if len(tag_options.exclusion_words) > MAX_EXCLUSIONS:
        raise InvalidArgument(f"exclusion_words may hold at most {MAX_EXCLUSIONS} terms.")
    terms: Sequence[Term] = vocabulary.terms if vocabulary else ()
    if len(terms) + len(tag_options.allowed_tags) > MAX_TERMS:
        raise InvalidArgument(f"A list of allowed tags may hold at most {MAX_TERMS} terms.")
    if any(len(label) > MAX_LABEL for label in (*tag_options.allowed_tags, *(term.label for term in terms))):
        raise InvalidArgument(f"An allowed tag may be at most {MAX_LABEL} characters long.")
    if tag_options.strict and not terms and not any(label.strip() for label in tag_options.allowed_tags):
        raise InvalidArgument("strict needs allowed_tags or a vocabulary; neither was given.")
    _check_guidance(tag_options)
    if len(document.title) > MAX_TITLE or len(document.description) > MAX_DESCRIPTION:
        raise InvalidArgument(
            f"title may be at most {MAX_TITLE} and description at most {MAX_DESCRIPTION} characters long."
        )
    _check_text(document)


def _check_archive(archive: Archive | None) -> None:
    """Raise InvalidArgument for a summary of an archive beyond its bounds."""
    if archive is None:
        return
    if len(archive.words) > MAX_ARCHIVE_WORDS or len(archive.tags) > MAX_FEEDBACK:
        raise InvalidArgument(f"archive may hold at most {MAX_ARCHIVE_WORDS} words and {MAX_FEEDBACK} tags.")
    counts = [archive.documents, archive.corrected, *archive.words.values()]
    counts += [count for each in archive.tags for count in (each.kept, each.removed, each.added)]
    if min(counts) < 0 or any(not 1 <= len(each.tag) <= MAX_LABEL for each in archive.tags):
        raise InvalidArgument(f"archive counts from 0 up, and its tags have 1 to {MAX_LABEL} characters.")


def _check_guidance(tag_options: TagOptions) -> None:
    """Raise InvalidArgument for instructions, existing tags or examples beyond their bounds."""
    if len(tag_options.instructions) > MAX_INSTRUCTIONS:
        raise InvalidArgument(f"instructions may be at most {MAX_INSTRUCTIONS} characters long.")
    if len(tag_options.existing_tags) > MAX_EXISTING or any(len(tag) > MAX_LABEL for tag in tag_options.existing_tags):
        raise InvalidArgument(f"existing_tags may hold at most {MAX_EXISTING} tags of {MAX_LABEL} characters.")
    if len(tag_options.examples) > MAX_EXAMPLES:
        raise InvalidArgument(f"examples may hold at most {MAX_EXAMPLES} documents.")
    for example in tag_options.examples:
        if (
            not example.text.strip()
            or len(example.text) > MAX_EXAMPLE
            or not 1 <= len(example.tags) <= MAX_EXAMPLE_TAGS
        ):
            raise InvalidArgument(
                f"An example has a text of 1 to {MAX_EXAMPLE} characters and 1 to {MAX_EXAMPLE_TAGS} tags."
            )


def _check_text(document: Document) -> None:
    size = sum(len(page.text) for page in document.pages)
    if (
        size > MAX_TEXT_BYTES
        or sum(len(page.text.encode("utf-8", "replace")) for page in document.pages) > MAX_TEXT_BYTES
    ):
        raise InvalidArgument(f"The pages may hold at most {MAX_TEXT_BYTES // 2**20} MiB of text together.")
    letters = (match for page in document.pages for match in _LETTER.finditer(page.text))
    if sum(1 for _ in islice(letters, MIN_CHARACTERS)) < MIN_CHARACTERS:
        raise InsufficientText


__all__ = ["Tag", "Tagging", "TaggingOptions"]
