"""What of a model's answer is believed: tags in public form, borne out by the text, out of the list if there is one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from metatag_tagger.model import NOTE_INSTRUCTIONS, Document, Facet, Tag
from metatag_tagger.normal import public
from metatag_tagger.ports import Evidence, LlmEntity, LlmTag, Study
from metatag_tagger.postprocessing import Plan

_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")
_DIGITS = {ord("०") + number: str(number) for number in range(10)}
# Share of the tags that may lack evidence in the text: a model may name a subject in its own words.
UNGROUNDED = 0.3
# What a tag without evidence keeps of its score.
_WORTH = 0.6


def trusted(
    answer: Sequence[LlmTag], evidence: Sequence[Evidence], plan: Plan, study: Study
) -> tuple[list[Tag], list[str]]:
    """Give the believed tags, grounded ones first, and notes about what was dropped."""
    named: list[Tag] = []
    free: list[Tag] = []
    for raw, found in zip(answer, evidence, strict=True):
        label = plan.finder.find(raw.text) if plan.terms else None
        if label is not None:
            named.append(_named(label, raw, found, study))
        elif not plan.tag_options.strict:
            text = public(raw.text)
            if text:
                free.append(Tag(text, raw.score, "llm", raw.kind, found.page, found.quote, found.found))
    if NOTE_INSTRUCTIONS in study.notes:
        named = [tag for tag in named if tag.grounded]
    kept, dropped = _grounded(free, plan, study)
    notes = ["ungrounded_dropped"] if dropped else []
    if plan.terms and not plan.tag_options.strict:
        kept = [*named, *kept]
    elif plan.terms:
        kept = named
    return kept, notes


def believed_facets(
    document: Document, study: Study, entities: Sequence[LlmEntity], evidence: Sequence[Evidence]
) -> tuple[Facet, ...]:
    """Return the facets of the rules and of a model; of the model's those that the text bears out."""
    # Its rules are expensive to load, and offline tags do without them in this process.
    from metatag_tagger.facets.merge import Named, merged

    named = [
        Named(entity.category, entity.name, found.page, found.quote)
        for entity, found in zip(entities, evidence, strict=True)
    ]
    text = " ".join([document.title, *(page.text for page in document.pages)])
    years = frozenset(_YEAR.findall(text.translate(_DIGITS)))
    return merged(study.facets, named, years, NOTE_INSTRUCTIONS in study.notes)


def _named(label: str, raw: LlmTag, found: Evidence, study: Study) -> Tag:
    match = next((tag for tag in study.matches if tag.text == label), None)
    tag = Tag(label, raw.score, "vocabulary", raw.kind, found.page, found.quote, found.found)
    if match is not None and not found.found:
        return replace(tag, page=match.page, evidence=match.evidence, grounded=True)
    return tag


def _grounded(tags: list[Tag], plan: Plan, study: Study) -> tuple[list[Tag], bool]:
    sure = [tag for tag in tags if tag.grounded]
    unsure = [replace(tag, score=tag.score * _WORTH) for tag in tags if not tag.grounded]
    if NOTE_INSTRUCTIONS in study.notes:
        # Text that gives orders was found: what nothing else in the document bears out may be its doing.
        return sure, bool(unsure)
    if not _comparable(plan, study):
        # English tags of a Hindi text cannot be looked up in it.
        return tags, False
    if not sure:
        # Not one tag stands in the text: an apology in any language, or tags of another document.
        return [], bool(unsure)
    allowed = int(plan.tag_options.num_tags * UNGROUNDED)
    return sure + unsure[:allowed], len(unsure) > allowed


def _comparable(plan: Plan, study: Study) -> bool:
    wanted = plan.tag_options.tag_language or "document"
    return wanted in ("document", study.language)
