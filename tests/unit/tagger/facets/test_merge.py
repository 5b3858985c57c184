"""Facets of rules and of a model: what the text bears out is believed."""

from __future__ import annotations

from metatag_tagger.facets.merge import Named, merged
from metatag_tagger.model import Facet, FacetKind

BANK = Facet(FacetKind.ORGANISATION, "Reserve Bank of India", 0.8, "local", 1, "RESERVE BANK OF INDIA")
YEARS = frozenset({"2021"})


def pairs(facets: tuple[Facet, ...]) -> list[tuple[str, str, str]]:
    return [(facet.kind.value, facet.value, facet.source) for facet in facets]


def test_what_both_found_is_surer_and_comes_first() -> None:
    found = merged(
        [BANK], [Named("Organization", "Reserve Bank of India", 1, "q"), Named("ORG", "Post", 1, "q")], YEARS, False
    )
    assert pairs(found) == [("organisation", "Reserve Bank of India", "both"), ("organisation", "Post", "llm")]
    assert found[0].score > BANK.score


def test_what_does_not_stand_in_the_text_is_left_out_but_a_type_may_be_in_the_models_words() -> None:
    named = [
        Named("person", "Nobody Here"),
        Named("document_type", "Circular"),
        Named("date", "2021-06-09"),
        Named("date", "1999-01-01"),
        Named("date", "last Tuesday"),
        Named("topic", "roads", 1, "q"),
        Named("place", "<b>x</b>", 1, "q"),
    ]
    assert pairs(merged([], named, YEARS, False)) == [
        ("document_type", "circular", "llm"),
        ("date", "2021-06-09", "llm"),
    ]


def test_in_a_document_that_gave_orders_only_words_of_the_text_count() -> None:
    assert merged([], [Named("document_type", "lottery ticket")], YEARS, True) == ()


def test_a_type_on_a_line_of_its_own_is_not_outvoted() -> None:
    own = Facet(FacetKind.DOCUMENT_TYPE, "circular", 0.95, "local", 1, "CIRCULAR")
    guess = Facet(FacetKind.DOCUMENT_TYPE, "letter", 0.5, "local", 1, "Dear Sir")
    model = [Named("document_type", "memo", 1, "memo")]
    assert pairs(merged([own], model, YEARS, False)) == [("document_type", "circular", "local")]
    assert pairs(merged([guess], model, YEARS, False)) == [("document_type", "memo", "llm")]
