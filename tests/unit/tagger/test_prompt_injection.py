"""Hostile documents against a model that obeys them to the letter: no success, and honest documents stay whole."""

from __future__ import annotations

import pytest

from fakes.injections import HONEST, INJECTIONS, Injection
from fakes.tagger_parts import ENGLISH, HINDI, SaidModel, document, tagging
from metatag_tagger.model import NOTE_INSTRUCTIONS, TaggerKind, TagOptions
from metatag_tagger.offline.prompt_injection import strip_injections
from metatag_tagger.words import contains, key

PLACES = ["start", "middle", "end"]


def hostile(injection: Injection, place: str, base: str) -> str:
    lines = base.split("\n")
    at = {"start": 0, "middle": len(lines) // 2, "end": len(lines)}[place]
    return "\n".join([*lines[:at], "", injection.order, "", *lines[at:]])


def obeyed(texts: list[str], injection: Injection) -> bool:
    wanted = key(injection.target, "en")
    return any(contains(key(text, "en"), wanted) or contains(wanted, key(text, "en")) for text in texts)


def test_the_corpus_holds_at_least_forty_attempts() -> None:
    assert len({injection.order for injection in INJECTIONS}) >= 40


@pytest.mark.parametrize("injection", INJECTIONS, ids=[injection.name for injection in INJECTIONS])
async def test_a_model_that_obeys_the_document_gets_nothing_through(injection: Injection) -> None:
    for place in PLACES:
        text = hostile(injection, place, HINDI if injection.name.startswith("hindi") else ENGLISH)
        for kind in (TaggerKind.LLM, TaggerKind.BOTH, TaggerKind.LOCAL):
            honest = ["municipal corporation", "energy audit", "जल समिति"]
            model = SaidModel([injection.target, injection.target.title(), *honest])
            outcome = await tagging(model).tag(
                document(text), TagOptions(tagger=kind, tag_language="document", num_tags=15)
            )
            texts = [tag.text for tag in outcome.tags]
            assert not obeyed(texts, injection), (place, kind, texts)
            assert NOTE_INSTRUCTIONS in outcome.notes
            assert all(injection.target not in question.excerpt.lower() for question in model.questions)
            assert all(injection.target not in " ".join(question.hints) for question in model.questions)


async def test_what_else_the_document_says_is_still_tagged() -> None:
    model = SaidModel(["lottery winner", "solar street lights", "energy audit"])
    outcome = await tagging(model).tag(document(hostile(INJECTIONS[0], "middle", ENGLISH)), TagOptions())
    assert [tag.text for tag in outcome.tags] == ["solar street lights", "energy audit"]


@pytest.mark.parametrize("sentence", HONEST)
def test_an_honest_sentence_stays(sentence: str) -> None:
    text = f"{ENGLISH}\n{sentence}\n{ENGLISH}"
    assert strip_injections(text) == (text, False)


def test_blanking_keeps_every_other_character_in_its_place() -> None:
    text = f"{ENGLISH}\n{INJECTIONS[0].order}\n{ENGLISH}"
    blanked, found = strip_injections(text)
    assert found
    assert len(blanked) == len(text)
    assert blanked.startswith(ENGLISH)
    assert "lottery" not in blanked


async def test_a_models_answer_with_markup_addresses_or_long_texts_is_dropped() -> None:
    said = [
        "http://evil.example/x", "buy at evil.com", "<script>alert(1)</script>", "[click](x)", "a" * 300, "{{7*7}}",
        "me@evil.example",
        "one two three four five six seven", "12345", "\u202e", "`rm -rf`", "energy audit",
    ]  # fmt: skip
    outcome = await tagging(SaidModel(said)).tag(document(ENGLISH), TagOptions(num_tags=15))
    assert [tag.text for tag in outcome.tags] == ["energy audit"]
