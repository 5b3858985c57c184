"""Who writes the tags, what happens when the model fails, and what is remembered."""

from __future__ import annotations

import pytest

from fakes.tagger_parts import ENGLISH, HINDI, QuietMeter, SaidModel, document, tagging
from metatag_runtime.errors import ErrorCode, MetatagError
from metatag_tagger.errors import Category, ProviderError
from metatag_tagger.model import FacetKind, TagExample, TaggerKind, TagOptions, Term, Vocabulary
from metatag_tagger.ports import LlmEntity


def texts(outcome: object) -> list[str]:
    return [tag.text for tag in outcome.tags]  # type: ignore[attr-defined]


async def test_auto_asks_the_model_when_there_is_a_key() -> None:
    model = SaidModel(["solar street lights", "energy audit"])
    outcome = await tagging(model).tag(document(ENGLISH), TagOptions(num_tags=5))
    assert outcome.tagger == "llm"
    assert texts(outcome) == ["solar street lights", "energy audit"]
    assert all(tag.grounded and tag.page == 1 and tag.source == "llm" for tag in outcome.tags)
    assert "fewer_than_asked" in outcome.notes
    assert model.options[0].models == ("house/model",)


async def test_auto_without_a_key_is_local_and_not_degraded() -> None:
    model = SaidModel(["x"])
    outcome = await tagging(model, key="").tag(document(ENGLISH), TagOptions())
    assert outcome.tagger == "local"
    assert outcome.degraded_because is None
    assert not model.questions


async def test_a_keyless_provider_is_asked_without_a_key() -> None:
    model = SaidModel(["energy audit"])
    outcome = await tagging(model, key="", keyless=True).tag(document(ENGLISH), TagOptions())
    assert outcome.tagger == "llm"


async def test_the_requests_own_key_and_model_win() -> None:
    model = SaidModel(["energy audit"])
    tag_options = TagOptions(model_name="their/model", fallback_models=("other/model",))
    await tagging(model).tag(document(ENGLISH), tag_options, key="sk-theirs")
    assert model.options[0].key == "sk-theirs"
    assert model.options[0].models == ("their/model", "other/model")


@pytest.mark.parametrize("category", list(Category))
async def test_a_failed_model_is_stood_in_for_when_the_caller_allows_it(category: Category) -> None:
    meter = QuietMeter()
    model = SaidModel(fails=ProviderError(category))
    outcome = await tagging(model, meter=meter).tag(document(ENGLISH), TagOptions(allow_degraded=True))
    assert outcome.tagger == "local"
    assert outcome.tags
    assert outcome.degraded_because is not None
    assert outcome.degraded_because.code == ProviderError(category).code
    assert meter.tags == [("local", True)]


@pytest.mark.parametrize(
    "tag_options",
    [TagOptions(), TagOptions(tagger=TaggerKind.LLM, allow_degraded=True), TagOptions(tagger=TaggerKind.BOTH)],
)
async def test_a_failed_model_fails_the_document_otherwise(tag_options: TagOptions) -> None:
    with pytest.raises(ProviderError):
        await tagging(SaidModel(fails=ProviderError(Category.CREDITS))).tag(document(ENGLISH), tag_options)


async def test_both_merges_and_agreement_raises_the_score() -> None:
    model = SaidModel(["solar street lights", "carbon footprint reduction plan"])
    outcome = await tagging(model).tag(document(ENGLISH), TagOptions(tagger=TaggerKind.BOTH, num_tags=8))
    assert outcome.tagger == "both"
    first = outcome.tags[0]
    assert (first.text, first.source) == ("solar street lights", "both")
    assert first.score > 0.8
    assert {"local", "both"} <= {tag.source for tag in outcome.tags}


async def test_the_same_question_is_answered_from_memory_at_no_cost() -> None:
    model, meter = SaidModel(["energy audit"]), QuietMeter()
    service = tagging(model, meter=meter)
    first = await service.tag(document(ENGLISH), TagOptions())
    second = await service.tag(document(ENGLISH), TagOptions())
    assert texts(first) == texts(second)
    assert len(model.questions) == 1
    assert meter.looks == [False, True]
    assert second.usage is not None
    assert (second.usage.cached, second.usage.cost_micros) == (True, 0)


@pytest.mark.parametrize(
    ("tag_options", "key"),
    [
        (TagOptions(num_tags=9), ""),
        (TagOptions(model_name="other/model"), ""),
        (TagOptions(exclusion_words=("battery",)), ""),
        (TagOptions(tag_language="hi"), ""),
        (TagOptions(), "sk-other"),
    ],
)
async def test_another_wish_or_key_is_asked_anew(tag_options: TagOptions, key: str) -> None:
    model = SaidModel(["energy audit"])
    service = tagging(model, offered_models=("other/model",))
    await service.tag(document(ENGLISH), TagOptions())
    await service.tag(document(ENGLISH), tag_options, key=key)
    assert len(model.questions) == 2


async def test_exclusions_are_enforced_after_the_model_by_stem_and_from_half_of_a_tags_words_on() -> None:
    model = SaidModel(["Solar Street Lights", "municipal corporations", "battery", "Batteries", "energy audit"])
    tag_options = TagOptions(exclusion_words=("BATTERY", "street light", "corporation"))
    assert texts(await tagging(model).tag(document(ENGLISH), tag_options)) == ["energy audit"]
    local = await tagging(model).tag(
        document(ENGLISH), TagOptions(tagger=TaggerKind.LOCAL, exclusion_words=("street light", "battery"))
    )
    assert local.tags
    assert not {"battery", "street light", "solar street light", "lithium battery"} & set(texts(local))


async def test_an_exclusion_that_is_less_than_half_of_a_tag_leaves_it() -> None:
    model = SaidModel(["solar street lights", "energy audit"])
    outcome = await tagging(model).tag(document(ENGLISH), TagOptions(exclusion_words=("solar",)))
    assert texts(outcome) == ["solar street lights", "energy audit"]


async def test_invented_tags_are_few_and_rank_below() -> None:
    model = SaidModel(["quantum chromodynamics", "papal elections", "jazz history", "energy audit", "lithium battery"])
    outcome = await tagging(model).tag(document(ENGLISH), TagOptions(num_tags=5))
    assert texts(outcome)[:2] == ["energy audit", "lithium battery"]
    assert len(outcome.tags) == 3
    assert not outcome.tags[2].grounded
    assert outcome.tags[2].score < outcome.tags[1].score
    assert "ungrounded_dropped" in outcome.notes


async def test_a_hindi_document_is_asked_about_in_its_language_or_the_one_wished_for() -> None:
    model = SaidModel(["drinking water supply", "village councils"])
    outcome = await tagging(model).tag(document(HINDI), TagOptions(tag_language="en"))
    assert (model.questions[0].language, model.questions[0].tag_language) == ("hi", "en")
    assert texts(outcome) == ["drinking water supply", "village councils"]
    own = SaidModel(["जल समिति"])
    assert texts(await tagging(own).tag(document(HINDI), TagOptions())) == ["जल समिति"]
    assert own.questions[0].tag_language == "document"


async def test_entities_of_the_model_become_facets_where_the_text_bears_them_out() -> None:
    entities = (LlmEntity("municipal corporation", "organization"), LlmEntity("Secret Society", "organization"))
    model = SaidModel(["solar street lights"], entities=entities)
    outcome = await tagging(model).tag(document(ENGLISH), TagOptions(tagger=TaggerKind.LLM))
    assert [(facet.kind, facet.value, facet.source) for facet in outcome.facets] == [
        (FacetKind.ORGANISATION, "municipal corporation", "llm")
    ]


async def test_a_vocabulary_is_named_and_preferred_and_only_strict_excludes_the_rest() -> None:
    terms = (Term("Renewable Energy", ("solar street lights",), labels={"hi": "नवीकरणीय ऊर्जा"}), Term("Metro Rail"))
    vocabulary = Vocabulary("city", 3, terms)
    model = SaidModel(["solar street light", "energy audit"])
    free = await tagging(model).tag(document(ENGLISH), TagOptions(), vocabulary)
    assert texts(free) == ["Renewable Energy", "energy audit"]
    assert free.vocabulary == "city@3"
    strict = await tagging(model).tag(document(ENGLISH), TagOptions(strict=True), vocabulary)
    assert texts(strict) == ["Renewable Energy"]
    assert strict.tags[0].source == "vocabulary"
    hindi = await tagging(model, key="").tag(document(ENGLISH), TagOptions(strict=True, tag_language="hi"), vocabulary)
    assert texts(hindi) == ["नवीकरणीय ऊर्जा"]
    assert hindi.tags[0].page == 1
    assert "street light" in hindi.tags[0].evidence.lower()


@pytest.mark.parametrize(
    ("tag_options", "words"),
    [
        (TagOptions(num_tags=0), "num_tags"),
        (TagOptions(num_tags=51), "num_tags"),
        (TagOptions(strict=True), "strict"),
        (TagOptions(strict=True, allowed_tags=("  ",)), "strict"),
        (TagOptions(allowed_tags=("x" * 201,)), "200"),
        (TagOptions(exclusion_words=("x",) * 5_001), "exclusion_words"),
    ],
)
async def test_a_wrong_wish_is_refused_with_the_fields_name(tag_options: TagOptions, words: str) -> None:
    with pytest.raises(MetatagError) as caught:
        await tagging(SaidModel()).tag(document(ENGLISH), tag_options)
    assert caught.value.code is ErrorCode.INVALID_ARGUMENT
    assert words in caught.value.message


@pytest.mark.parametrize("pages", [(), ("",), ("  \n ",), ("--- *** ///" * 100,), ("only a bit",)])
async def test_too_little_text_has_its_own_code(pages: tuple[str, ...]) -> None:
    with pytest.raises(MetatagError) as caught:
        await tagging(SaidModel()).tag(document(*pages), TagOptions())
    assert caught.value.code is ErrorCode.INSUFFICIENT_TEXT


async def test_a_long_list_works_and_stays_strict() -> None:
    terms = (*tuple(Term(f"term number {n}") for n in range(5000)), Term("Energy audits"))
    model = SaidModel(["energy audit", "term number 77", "lithium battery"])
    outcome = await tagging(model).tag(document(ENGLISH), TagOptions(strict=True), Vocabulary("long", 1, terms))
    assert texts(outcome) == ["Energy audits", "term number 77"]
    assert len(model.questions[0].allowed) == 100
    assert model.questions[0].allowed[0] == "Energy audits"


@pytest.mark.parametrize(
    "says", [["lo siento, no puedo ayudar"], ["कोई टैग संभव नहीं है"], ["ich kann dabei nicht helfen"], []]
)
async def test_an_answer_of_which_nothing_stands_in_the_document_is_never_a_success(says: list[str]) -> None:
    for kind in (TaggerKind.LLM, TaggerKind.AUTO, TaggerKind.BOTH):
        with pytest.raises(ProviderError) as caught:
            await tagging(SaidModel(says)).tag(document(ENGLISH), TagOptions(tagger=kind))
        assert caught.value.code is ErrorCode.PROVIDER_INVALID
    stood_in = await tagging(SaidModel(says)).tag(document(ENGLISH), TagOptions(allow_degraded=True))
    assert stood_in.tagger == "local"
    assert stood_in.degraded_because is not None
    assert stood_in.degraded_because.code == "provider_invalid"


async def test_the_archives_own_words_reach_the_model_with_what_its_list_says_of_the_terms() -> None:
    model = SaidModel(["solar street lights"])
    example = TagExample("A note on lamps.", ("street lighting",))
    options = TagOptions(instructions="Name the lamp.", existing_tags=("street lighting",), examples=(example,))
    vocabulary = Vocabulary("city", 1, (Term("Lighting", ("lamps", "lights"), parent="Energy"), Term("Metro")))
    await tagging(model).tag(document(ENGLISH), options, vocabulary)
    [asked] = model.questions
    assert (asked.instructions, asked.existing, asked.examples) == ("Name the lamp.", ("street lighting",), (example,))
    assert asked.notes == ("Lighting (also lamps, lights; under Energy)",)


@pytest.mark.parametrize(
    "options",
    [
        TagOptions(instructions="x" * 2_001),
        TagOptions(existing_tags=("x",) * 501),
        TagOptions(examples=(TagExample("text", ("tag",)),) * 6),
        TagOptions(examples=(TagExample(" ", ("tag",)),)),
        TagOptions(examples=(TagExample("text", ()),)),
    ],
)
async def test_what_a_user_tells_the_model_is_bounded(options: TagOptions) -> None:
    with pytest.raises(MetatagError) as caught:
        await tagging(SaidModel(["x"])).tag(document(ENGLISH), options)
    assert caught.value.code is ErrorCode.INVALID_ARGUMENT
