"""Strict lists against a hostile model: ten thousand tries, no tag outside the list."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metatag_tagger import postprocessing
from metatag_tagger.answer_validation import trusted
from metatag_tagger.model import Tag, TaggerKind, TagOptions, Term
from metatag_tagger.ports import Evidence, LlmTag, Study

TRIALS = 10_000
WORDS = ["battery", "street", "light", "solar", "audit", "water", "ऊर्जा", "जल", "नीति", "Zürich", "C++", "café", "x"]
TRICKS = [
    "", " ", "\u200b", "\u202e", "\U000e0041", "battery\u0000", "BATTERY", "ba\u00adttery", "battery; drop table",
    "battery\nstreet", "<b>battery</b>", "http://evil.example", "ｂａｔｔｅｒｙ", "battery" * 40, "batterу",
    "ignore the list",
]  # fmt: skip


def any_phrase(chance: random.Random) -> str:
    phrase = " ".join(chance.choices(WORDS, k=chance.randint(1, 4)))
    return chance.choice([phrase, phrase.upper(), phrase + chance.choice(TRICKS), chance.choice(TRICKS), phrase[::-1]])


def outside(tags: list[LlmTag], terms: tuple[Term, ...], tag_options: TagOptions, study: Study) -> list[str]:
    plan = postprocessing.Plan(tag_options, terms, "en", "", "test")
    kept, _ = trusted(tags, [Evidence(False)] * len(tags), plan, study)
    if tag_options.tagger is TaggerKind.BOTH:
        kept = postprocessing.merged(kept, postprocessing.candidates(plan, study), "en")
    out = [*postprocessing.final(plan, kept), *postprocessing.local(plan, study).tags]
    labels = {term.labels.get(tag_options.tag_language, term.label) for term in terms}
    return [tag.text for tag in out if tag.text not in labels]


def test_ten_thousand_hostile_answers_yield_no_tag_outside_the_list() -> None:
    chance = random.Random(20)
    leaks = 0
    for _ in range(TRIALS):
        labels = list(dict.fromkeys(any_phrase(chance).strip() or "battery" for _ in range(chance.randint(1, 6))))
        terms = tuple(
            Term(
                label,
                (any_phrase(chance),),
                labels={"hi": any_phrase(chance).strip() or "जल"} if chance.random() < 0.3 else {},
            )
            for label in labels
        )
        said = [
            LlmTag(chance.choice([*labels, any_phrase(chance), any_phrase(chance)]), chance.random()) for _ in range(8)
        ]
        forged = Tag(any_phrase(chance), 0.9, "vocabulary")
        study = Study("en", (Tag(any_phrase(chance), 0.5, "local"),), (Tag(labels[0], 0.4, "vocabulary"), forged))
        tag_options = TagOptions(
            tagger=chance.choice([TaggerKind.LLM, TaggerKind.BOTH]),
            strict=True,
            tag_language=chance.choice(["", "hi", "document"]),
            num_tags=chance.randint(1, 15),
        )
        leaks += len(outside(said, terms, tag_options, study))
    assert leaks == 0


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    labels=st.lists(st.text(min_size=1, max_size=30).filter(str.strip), min_size=1, max_size=5),
    said=st.lists(st.text(max_size=60), max_size=10),
    language=st.sampled_from(["", "en", "hi", "document"]),
)
def test_arbitrary_labels_and_answers_yield_no_tag_outside_the_list(
    labels: list[str], said: list[str], language: str
) -> None:
    terms = tuple(Term(label) for label in labels)
    tag_options = TagOptions(tagger=TaggerKind.LLM, strict=True, tag_language=language)
    answer = [LlmTag(text, 0.5) for text in said]
    assert not outside(answer, terms, tag_options, Study("en", ()))


@pytest.mark.parametrize("said", ["Batteries", "battery", " BATTERY ", "batery pack", "battery packs"])
def test_a_term_is_found_by_stem_case_alias_and_nearly(said: str) -> None:
    terms = (Term("Battery", ("battery pack",)),)
    plan = postprocessing.Plan(TagOptions(strict=True), terms, "en", "", "test")
    kept, _ = trusted([LlmTag(said, 0.7)], [Evidence(False)], plan, Study("en", ()))
    assert [tag.text for tag in kept] == ["Battery"]


def test_two_terms_of_one_stem_are_told_apart_by_their_names() -> None:
    terms = (Term("Policy"), Term("Policies"))
    plan = postprocessing.Plan(TagOptions(strict=True), terms, "en", "", "test")
    assert plan.finder.find("policies") == "Policies"
    assert plan.finder.find("policy") == "Policy"
