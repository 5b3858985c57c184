"""Join the facets that rules found with the entities that a model named: what stands in the text is believed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from metatag_tagger.facets.find import MAX_VALUE, MOST, same
from metatag_tagger.model import Facet, FacetKind

# Categories as models write them, compared without case and signs.
_KINDS = {
    FacetKind.DOCUMENT_TYPE: ("documenttype", "type", "doctype", "genre"),
    FacetKind.DATE: ("date", "temporal", "time", "documentdate"),
    FacetKind.YEAR: ("year", "financialyear"),
    FacetKind.REFERENCE: ("reference", "referencenumber", "number", "casenumber", "id", "identifier", "filenumber"),
    FacetKind.ORGANISATION: ("organisation", "organization", "org", "company", "agency", "institution", "department"),
    FacetKind.PERSON: ("person", "people", "per", "name", "individual", "author"),
    FacetKind.PLACE: ("place", "location", "loc", "gpe", "city", "district", "state", "country"),
    FacetKind.LAW_OR_SCHEME: ("laworscheme", "law", "legislation", "act", "scheme", "program", "programme", "policy"),
}
_BY_NAME = {name: kind for kind, names in _KINDS.items() for name in names}
_DATE = re.compile(r"(?:1[89]|20)\d\d(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?|-\d\d)?")
_YEAR = re.compile(r"(?:1[89]|20)\d\d(?:-\d\d)?")
_MARKUP = re.compile(r"[<>{}\[\]`\\|]|https?:|www\.|\S+@\S+")
# What a model's facet weighs by itself, and one whose words stand nowhere (a type in its own words).
_GROUNDED, _OWN_WORDS = 0.8, 0.5
# A type that a line of its own names is not outvoted.
_SURE = 0.9


@dataclass(frozen=True, slots=True)
class Named:
    """One entity of a model with the place of its words; `page` 0 and `quote` empty where they stand nowhere."""

    category: str
    name: str
    page: int = 0
    quote: str = ""


def merged(
    local: Sequence[Facet], named: Sequence[Named], text_years: frozenset[str], strict: bool
) -> tuple[Facet, ...]:
    """Return the facets of both, by kind and then by score.

    `text_years` are the years that stand in the text: a date of another year is not believed. `strict` believes
    nothing that does not stand in the text word for word.
    """
    believed = [facet for each in named if (facet := _facet(each, text_years, strict)) is not None]
    found: list[Facet] = []
    for kind in FacetKind:
        found += _of_kind(
            kind,
            [facet for facet in local if facet.kind is kind],
            [facet for facet in believed if facet.kind is kind],
        )
    return tuple(found)


def _facet(each: Named, text_years: frozenset[str], strict: bool) -> Facet | None:
    kind = _BY_NAME.get(re.sub(r"[^a-z]", "", each.category.casefold()))
    value = " ".join(each.name.split())[:MAX_VALUE].strip(" .,;:")
    if kind is None or len(value) < 2 or _MARKUP.search(value):
        return None
    grounded = bool(each.page)
    if kind in (FacetKind.DATE, FacetKind.YEAR):
        pattern = _DATE if kind is FacetKind.DATE else _YEAR
        if not pattern.fullmatch(value) or value[:4] not in text_years:
            return None
    elif not grounded and (strict or kind is not FacetKind.DOCUMENT_TYPE):
        return None
    if kind is FacetKind.DOCUMENT_TYPE:
        value = value.lower()
    return Facet(kind, value, _GROUNDED if grounded else _OWN_WORDS, "llm", each.page, each.quote)


def _rank_of_one(facet: Facet) -> tuple[bool, bool, float]:
    return facet.source != "both", facet.source == "local" and facet.score < _SURE, -facet.score


def _of_kind(kind: FacetKind, local: list[Facet], model: list[Facet]) -> list[Facet]:
    found = list(local)
    for facet in model:
        place = next((n for n, other in enumerate(found) if same(kind, other.value, facet.value)), None)
        if place is None:
            found.append(facet)
        elif found[place].source == "local":
            other = found[place]
            found[place] = replace(other, source="both", score=round(1 - (1 - other.score) * (1 - facet.score), 4))
    if MOST[kind] == 1 and len(found) > 1:
        # One type, one date: the model's, unless a line of its own names another.
        found.sort(
            key=lambda facet: (facet.source != "both", facet.source == "local" and facet.score < _SURE, -facet.score)
        )
    else:
        found.sort(key=lambda facet: -facet.score)
    return found[: MOST[kind]]
