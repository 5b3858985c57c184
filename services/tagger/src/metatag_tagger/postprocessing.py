"""From candidates to the tags that go out: exclusions, the allowed list, repeats, the number wished for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from metatag_tagger.model import Archive, Outcome, Tag, TagOptions, Term
from metatag_tagger.offline.archive import Judgements
from metatag_tagger.offline.duplicates import without_repeats
from metatag_tagger.offline.vocabulary import Labels, shown
from metatag_tagger.ports import LlmAnswer, Study
from metatag_tagger.words import excludes, key, keys

# Offline tags beyond the first LEAST must be good with this probability: fewer tags rather than poor ones.
FLOOR, LEAST = 0.4, 2
# What a local tag weighs beside a model's when both were asked.
_LOCAL_WEIGHT = 0.8


@dataclass(frozen=True)
class Plan:
    """What every tag of one document is measured by."""

    tag_options: TagOptions
    terms: tuple[Term, ...]
    language: str
    vocabulary: str
    version: str
    archive: Archive | None = None

    @cached_property
    def judgements(self) -> Judgements | None:
        """Return what people did with tags of the archive, None where nothing is known."""
        return Judgements.of(self.archive, self.language) if self.archive and self.archive.tags else None

    @cached_property
    def banned(self) -> frozenset[str]:
        """Give the keys of the exclusion words."""
        return keys(self.tag_options.exclusion_words, self.language)

    @property
    def tag_language(self) -> str:
        """Give the language in which labels are shown, empty for the list's own."""
        return "" if self.tag_options.tag_language == "document" else self.tag_options.tag_language

    @cached_property
    def labels(self) -> dict[str, None]:
        """Give the labels that may come out of the allowed list, in its order."""
        return dict.fromkeys(shown(term, self.tag_language) for term in self.terms)

    @cached_property
    def uris(self) -> dict[str, str]:
        """Return the URI of each label that has one; of labels that two concepts share, the first one's."""
        found: dict[str, str] = {}
        for term in self.terms:
            if term.uri:
                found.setdefault(shown(term, self.tag_language), term.uri)
        return found

    @cached_property
    def finder(self) -> Labels:
        """Give what maps words to labels of the list."""
        return Labels(self.terms, self.language, self.tag_language)

    def excluded(self, text: str) -> bool:
        """Tell whether an exclusion word keeps a tag away, or people removed it again and again."""
        if not self.banned and self.judgements is None:
            return False
        found = key(text, self.language)
        if self.judgements is not None and self.judgements.refuses(found):
            return True
        return any(excludes(found, word) for word in self.banned)


def candidates(plan: Plan, study: Study) -> list[Tag]:
    """Give what the text itself offers: terms of the list first, then, unless strict, its own phrases."""
    if not plan.terms:
        return list(study.tags)
    named = list(study.matches)
    return named if plan.tag_options.strict else named + list(study.tags)


def worthwhile(tags: Sequence[Tag]) -> list[Tag]:
    """Return the tags without the text's own that are likelier wrong than right: fewer rather than bad ones."""
    return [tag for place, tag in enumerate(tags) if tag.source != "local" or tag.score >= FLOOR or place < LEAST]


def local(plan: Plan, study: Study) -> Outcome:
    """Give the outcome of the offline tagger alone."""
    tags = final(plan, worthwhile(candidates(plan, study)))
    return Outcome(
        tags=tags,
        tagger="local",
        language=study.language,
        tagger_version=plan.version,
        notes=_notes(plan, study, tags, ()),
        vocabulary=plan.vocabulary,
        facets=study.facets,
    )


def answered(plan: Plan, study: Study, tags: Sequence[Tag], answer: LlmAnswer, notes: Sequence[str]) -> Outcome:
    """Give the outcome of an answered question."""
    chosen = final(plan, tags)
    return Outcome(
        tags=chosen,
        tagger="both" if plan.tag_options.tagger == "both" else "llm",
        language=study.language,
        tagger_version=plan.version,
        model_name=answer.model,
        usage=answer.usage,
        raw_response=answer.raw,
        notes=_notes(plan, study, chosen, (*answer.notes, *notes)),
        vocabulary=plan.vocabulary,
        facets=study.facets,
    )


def merged(first: Sequence[Tag], second: Sequence[Tag], language: str) -> list[Tag]:
    """Merge a model's tags with local ones: agreement raises the score, a tag of one side keeps its own."""
    by_key = {key(tag.text, language): tag for tag in second}
    result = []
    for tag in first:
        twin = by_key.pop(key(tag.text, language), None)
        result.append(tag if twin is None else _agreed(tag, twin))
    alone = [replace(tag, score=tag.score * _LOCAL_WEIGHT) for tag in by_key.values()]
    return sorted([*result, *alone], key=lambda tag: -tag.score)


def _agreed(tag: Tag, twin: Tag) -> Tag:
    return replace(
        tag,
        score=1 - (1 - tag.score) * (1 - twin.score),
        source="vocabulary" if "vocabulary" in (tag.source, twin.source) else "both",
        grounded=True,
        page=tag.page or twin.page,
        evidence=tag.evidence or twin.evidence,
    )


def final(plan: Plan, tags: Sequence[Tag]) -> tuple[Tag, ...]:
    """Apply the last checks, whoever wrote the tags; with a strict list nothing outside it can pass here."""
    left = [tag for tag in tags if tag.text and not plan.excluded(tag.text)]
    if plan.tag_options.strict:
        left = [replace(tag, source="vocabulary") for tag in left if tag.text in plan.labels]
        unique = {tag.text: tag for tag in reversed(left)}
        # Labels of a list are its owner's words: two that look alike are still two.
        left = [tag for tag in left if unique.pop(tag.text, None) is not None]
    else:
        left = [left[number] for number in without_repeats([tag.text for tag in left], plan.language)]
    return tuple(_bounded(tag, plan.uris.get(tag.text, "")) for tag in left[: plan.tag_options.num_tags])


def _bounded(tag: Tag, uri: str) -> Tag:
    uri = uri if tag.source == "vocabulary" else ""
    return replace(tag, score=round(min(1.0, max(0.0, tag.score)), 4), evidence=tag.evidence[:160], uri=uri)


def _notes(plan: Plan, study: Study, tags: Sequence[Tag], more: Sequence[str]) -> tuple[str, ...]:
    notes = [*study.notes, *more]
    if len(tags) < plan.tag_options.num_tags:
        notes.append("fewer_than_asked")
    return tuple(dict.fromkeys(notes))
