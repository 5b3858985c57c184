"""From a correction to what a document is recorded as: bounds, provenance, and which fields changed."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace

from metatag_jobs.facet_index import KINDS
from metatag_jobs.model import Vocabulary
from metatag_jobs.records.model import (
    FIELDS,
    PERSON,
    Author,
    Change,
    Correction,
    FieldChange,
    GivenFacet,
    GivenTag,
    Record,
)
from metatag_jobs.results import Facet, Tag
from metatag_jobs.search_text import fold
from metatag_runtime.errors import InvalidArgument

MAX_TITLE = 500
MAX_DESCRIPTION = 5_000
MAX_NOTE = 5_000
MAX_TAGS = 100
MAX_FACETS = 200
# Characters of a tag, and of a facet's value.
MAX_TAG = 200


def checked(correction: Correction) -> Correction:
    """Return a correction in clean form: control characters out, blanks single; raises InvalidArgument.

    Markup is text like any other and stays as it is.
    """
    if correction == Correction():
        raise InvalidArgument("Nothing to change: give title, description, note, reviewed, tags or facets.")
    return Correction(
        None if correction.title is None else clean_line("title", correction.title, MAX_TITLE),
        None if correction.description is None else clean_text("description", correction.description, MAX_DESCRIPTION),
        None if correction.note is None else clean_text("note", correction.note, MAX_NOTE),
        correction.reviewed,
        None if correction.tags is None else _tags(correction.tags),
        None if correction.facets is None else _facets(correction.facets),
    )


def with_vocabularies(correction: Correction, vocabularies: Mapping[str, Vocabulary]) -> Correction:
    """Return the correction with the labels of the vocabularies' terms; raises InvalidArgument for an unknown term."""
    if correction.tags is None:
        return correction
    labels = {name: _labels(vocabulary) for name, vocabulary in vocabularies.items()}
    return replace(correction, tags=[_of_vocabulary(given, labels) for given in correction.tags])


def corrected(record: Record, correction: Correction, author: Author) -> Record:
    """Return the record after a correction; what stays as it was keeps where it came from."""
    return Record(
        record.title if correction.title is None else correction.title,
        record.description if correction.description is None else correction.description,
        record.note if correction.note is None else correction.note,
        record.reviewed if correction.reviewed is None else correction.reviewed,
        record.tags if correction.tags is None else given_tags(record.tags, correction.tags, author),
        record.facets if correction.facets is None else _given_facets(record.facets, correction.facets, author),
    )


def given_tags(known: Sequence[Tag], given: Sequence[GivenTag], author: Author) -> list[Tag]:
    """Return the tags that a person wants: known ones as they are, others as that person's, each once."""
    by_text = {tag.tag: tag for tag in known}
    found: dict[str, Tag] = {}
    for each in given:
        kept = by_text.get(each.tag)
        if kept is None or (each.vocabulary and each.vocabulary != kept.vocabulary):
            kept = Tag(
                each.tag,
                1.0,
                PERSON,
                origin=author.origin,
                by=author.user_id,
                at=author.at,
                vocabulary=each.vocabulary,
            )
        found.setdefault(fold(each.tag), kept)
    return list(found.values())


def differences(before: Record, after: Record) -> list[FieldChange]:
    """Return what changed, in the order of FIELDS."""
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in FIELDS)
    return [FieldChange(name, old, new) for name, old, new in pairs if old != new]


def undone(record: Record, changes: Sequence[Change]) -> Record:
    """Return the record as it was before these changes, newest first."""
    values = {change.field: change.before for step in changes for change in step.changes}
    return replace(record, **values)


def _given_facets(known: Sequence[Facet], given: Sequence[GivenFacet], author: Author) -> list[Facet]:
    by_value = {(facet.kind, facet.value): facet for facet in known}
    found: dict[tuple[str, str], Facet] = {}
    for each in given:
        new = Facet(each.kind, each.value, 1.0, PERSON, origin=author.origin, by=author.user_id, at=author.at)
        found.setdefault((each.kind, fold(each.value)), by_value.get((each.kind, each.value), new))
    return list(found.values())


def _labels(vocabulary: Vocabulary) -> dict[str, str]:
    found: dict[str, str] = {}
    for term in vocabulary.terms:
        for name in (term.label, *term.labels.values(), *term.aliases):
            found.setdefault(fold(name), term.label)
    return found


def _of_vocabulary(given: GivenTag, labels: Mapping[str, Mapping[str, str]]) -> GivenTag:
    if not given.vocabulary:
        return given
    label = labels[given.vocabulary].get(fold(given.tag))
    if label is None:
        raise InvalidArgument(f"tags: the vocabulary '{given.vocabulary}' has no term '{given.tag[:80]}'.")
    return replace(given, tag=label)


def _tags(given: Sequence[GivenTag]) -> list[GivenTag]:
    if len(given) > MAX_TAGS:
        raise InvalidArgument(f"tags: a document may have at most {MAX_TAGS} tags; these are {len(given)}.")
    return [GivenTag(clean_tag(each.tag), each.vocabulary) for each in given]


def clean_tag(text: str) -> str:
    """Return a tag in clean form; raises InvalidArgument unless it has 1 to MAX_TAG characters."""
    found = clean_line("tags", text, MAX_TAG)
    if not found:
        raise InvalidArgument("tags: a tag must have at least one character.")
    return found


def _facets(given: Sequence[GivenFacet]) -> list[GivenFacet]:
    if len(given) > MAX_FACETS:
        raise InvalidArgument(f"facets: a document may have at most {MAX_FACETS} facets; these are {len(given)}.")
    found = []
    for each in given:
        if each.kind not in KINDS:
            raise InvalidArgument(f"facets: there is no kind '{each.kind[:50]}'; these are: {', '.join(KINDS)}.")
        value = clean_line("facets", each.value, MAX_TAG)
        if not value:
            raise InvalidArgument("facets: a value must have at least one character.")
        found.append(GivenFacet(each.kind, value))
    return found


def clean_line(name: str, text: str, most: int) -> str:
    """Return text of one line, blanks single; raises InvalidArgument when it is longer than `most`."""
    return " ".join(clean_text(name, text, most).split())


def clean_text(name: str, text: str, most: int) -> str:
    """Return text without control characters but for line ends and tabs; raises InvalidArgument when it is too long."""
    kept = "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs")).strip()
    if len(kept) > most:
        raise InvalidArgument(f"{name}: at most {most:,} characters are kept; these are {len(kept):,}.")
    return kept
