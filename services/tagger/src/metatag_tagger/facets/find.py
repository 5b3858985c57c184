"""Find the facets of a document: every kind's places, overlaps settled, repeats joined, the best of each kind."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from metatag_runtime.text import fold
from metatag_tagger.facets import dates, laws, organisations, people, places, references, types
from metatag_tagger.facets.source import Found, Source
from metatag_tagger.model import Facet, FacetKind, Page

# How many of each kind come out, and the least weight of one.
MOST = {
    FacetKind.DOCUMENT_TYPE: 1, FacetKind.DATE: 1, FacetKind.YEAR: 1, FacetKind.REFERENCE: 4, FacetKind.ORGANISATION: 6,
    FacetKind.PERSON: 6, FacetKind.PLACE: 6, FacetKind.LAW_OR_SCHEME: 6,
}  # fmt: skip
LEAST = {FacetKind.REFERENCE: 0.5, FacetKind.PERSON: 0.5, FacetKind.PLACE: 0.5, FacetKind.ORGANISATION: 0.5}
# Kinds whose words may stand in another kind's place: a court's name holds its state's.
_INSIDE = {"place": ("organisation",), "organisation": (), "person": ()}
_SAME = 92.0
# No name is longer; and of one kind no more places are compared: a list of a thousand companies has no subject.
_LONGEST = 300
_LOOKED_AT = 150
MAX_VALUE = 120


def find(pages: Sequence[Page]) -> tuple[Facet, ...]:
    """Return the facets of a document, by kind and then by weight; never fails on text, however odd."""
    source = Source.of(pages)
    found: list[Found] = [*types.find(source), *dates.find(source), *references.find(source), *laws.find(source)]
    where = places.find(source)
    cities = {fold(place.value) for place in where}
    who = [person for person in people.find(source) if fold(person.value) not in cities]
    named = [*organisations.find(source), *who, *where]
    found += _apart(named, found)
    facets: list[Facet] = []
    for kind in FacetKind:
        facets += _best(source, kind, [each for each in found if each.kind == kind])
    return tuple(facets)


def _apart(named: list[Found], others: list[Found]) -> list[Found]:
    """Keep what does not stand inside a law, a longer name or a stronger one."""
    laws_ = [each for each in others if each.kind == "law_or_scheme"]
    rivals = sorted([*laws_, *named], key=lambda each: each.start)
    starts = [each.start for each in rivals]
    kept = []
    for each in named:
        near = rivals[bisect_left(starts, each.start - _LONGEST) : bisect_left(starts, each.end)]
        if not any(_covers(other, each) for other in near if other is not each):
            kept.append(each)
    return kept


def _covers(other: Found, each: Found) -> bool:
    if other.start >= each.end or each.start >= other.end or other.kind in _INSIDE.get(each.kind, ()):
        return False
    if other.kind == each.kind:
        # The longer of two spellings of one name.
        return other.end - other.start > each.end - each.start and other.weight >= each.weight - 0.2
    if other.kind == "place":
        return False
    return other.weight > each.weight or (
        other.weight == each.weight and other.end - other.start > each.end - each.start
    )


def _best(source: Source, kind: FacetKind, found: list[Found]) -> list[Facet]:
    joined: list[tuple[Found, int]] = []
    for each in sorted(found, key=lambda item: (-item.weight, item.start))[:_LOOKED_AT]:
        place = next((n for n, (other, _) in enumerate(joined) if same(kind, other.value, each.value)), None)
        if place is None:
            joined.append((each, 1))
        else:
            other, count = joined[place]
            # Of two spellings the fuller one is shown.
            fuller = each if len(each.value) > len(other.value) and kind is not FacetKind.REFERENCE else other
            joined[place] = (replace(fuller, weight=other.weight, start=min(other.start, each.start)), count + 1)
    scored = [(_score(source, each, count), each) for each, count in joined if each.weight >= LEAST.get(kind, 0.3)]
    scored.sort(key=lambda pair: (-pair[0], pair[1].start))
    return [_facet(source, kind, each, score) for score, each in scored[: MOST[kind]]]


def _score(source: Source, each: Found, count: int) -> float:
    early = 0.1 if each.start < source.head else 0.0
    return round(min(1.0, each.weight + early + 0.03 * min(count - 1, 4)), 4)


def same(kind: FacetKind, first: str, second: str) -> bool:
    """Tell whether two values of a kind name one thing."""
    one, two = fold(first), fold(second)
    if one == two:
        return True
    if kind in (FacetKind.ORGANISATION, FacetKind.LAW_OR_SCHEME):
        return f" {one} " in f" {two} " or f" {two} " in f" {one} " or fuzz.ratio(one, two) >= _SAME
    if kind is FacetKind.PERSON:
        return one.split()[-1] == two.split()[-1] and (one.split()[0] == two.split()[0] or one in two or two in one)
    if kind is FacetKind.REFERENCE:
        one, two = ("".join(filter(str.isalnum, text)) for text in (one, two))
        return one in two or two in one
    return False


def _facet(source: Source, kind: FacetKind, each: Found, score: float) -> Facet:
    value = " ".join(each.value.split())[:MAX_VALUE]
    return Facet(kind, value, score, "local", source.page_at(each.start), source.quote(each.start, each.end))
