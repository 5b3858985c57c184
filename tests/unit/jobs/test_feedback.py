"""What people made of the machine's tags: of one document, counted over many, kept at hand, and compared."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from metatag_jobs.learning.archives import LOOK_SECONDS, Archives, common_words, identity
from metatag_jobs.learning.evaluation import evaluated
from metatag_jobs.learning.feedback import counted, feedback_of
from metatag_jobs.learning.model import Collected, Feedback, TagFeedback
from metatag_jobs.model import TagExample, TagOptions
from metatag_jobs.results import Facet, Tag


def machine(*names: str) -> list[Tag]:
    return [Tag(tag=name, source="local") for name in names]


def person(*names: str) -> list[Tag]:
    return [Tag(tag=name, source="person", origin="person", by="u1") for name in names]


def test_tags_that_stay_go_and_come_are_told_apart() -> None:
    found = feedback_of(
        None, machine("a", "b"), [*machine("a"), *person("c")], [Facet(kind="year", value="2020")], reviewed=False
    )
    assert found == Feedback(["a", "b"], ["a", "c"], ["year"])


def test_a_second_correction_is_still_measured_by_the_machines_tags() -> None:
    known = Feedback(["a", "b"], ["a", "c"])
    after = [*machine("a"), *person("d")]
    assert feedback_of(known, [*machine("a"), *person("c")], after, [], reviewed=False) == Feedback(
        ["a", "b"], ["a", "d"]
    )


def test_a_change_that_was_taken_back_says_nothing_and_a_review_says_that_all_is_right() -> None:
    known = Feedback(["a", "b"], ["a"])
    assert feedback_of(known, machine("a"), machine("b", "A"), [], reviewed=False) is None
    assert feedback_of(None, machine("a"), machine("a"), [], reviewed=True) == Feedback(["a"], ["a"], reviewed=True)


def test_names_of_folders_are_nobodys_choice() -> None:
    folder = Tag(tag="letters", source="folder")
    found = feedback_of(None, [folder, *machine("a")], [folder, *person("b")], [], reviewed=False)
    assert found == Feedback(["a"], ["b"])


def test_feedback_is_counted_over_documents_without_case_in_the_latest_spelling() -> None:
    feedback = [Feedback(["Water", "roads"], ["water", "Tanks"]), Feedback(["WATER"], []), Feedback(["roads"], [])]
    assert counted(feedback) == [
        TagFeedback("water", kept=1, removed=1),
        TagFeedback("roads", removed=2),
        TagFeedback("Tanks", added=1),
    ]
    assert counted(feedback, most=1) == [TagFeedback("water", kept=1, removed=1)]


def test_words_of_few_documents_are_not_sent() -> None:
    assert common_words(["a b b", "a b", "a", "c"]) == {"a": 3}


def test_the_identity_changes_with_what_people_did_alone() -> None:
    one, two = TagFeedback("a", kept=1), TagFeedback("b", added=2)
    assert identity([one, two]) == identity([two, one]) != identity([one])
    assert identity([]) == ""


def test_the_evaluation_is_that_of_the_definitions() -> None:
    found = evaluated([Feedback(["a", "b", "c"], ["A", "c", "d"], ["year"]), Feedback(["x"], ["x"])])
    assert (found.documents, found.precision_by_rank[:3]) == (2, [1.0, 0.0, 1.0])
    assert found.f1_at_5 == pytest.approx(2 * 3 / (4 + 4))
    assert found.facet_coverage == {"year": 0.5}
    assert evaluated([]).ndcg == 0.0


class Store:
    """Feedback in memory."""

    def __init__(self) -> None:
        self.on = True
        self.feedback: list[Feedback] = []
        self.latest: float | None = None
        self.asked: list[str] = []

    async def revision(self, user_id: str) -> tuple[bool, float | None]:
        self.asked.append("revision")
        await asyncio.sleep(0)
        return self.on, self.latest

    async def enabled(self, user_id: str) -> bool:
        return self.on

    async def enable(self, user_id: str, enabled: bool) -> None:
        self.on = enabled

    async def collected(self, user_id: str, limit: int) -> Collected:
        self.asked.append("collected")
        return Collected(self.feedback[:limit] if user_id == "u1" else [], self.latest)

    async def forget(self, user_id: str) -> int:
        self.feedback, found = [], len(self.feedback)
        return found

    async def words(self, user_id: str, limit: int) -> Sequence[str]:
        self.asked.append("words")
        return []

    async def frequent_tags(self, user_id: str, documents: int, limit: int) -> list[str]:
        return ["roads", "water"][:limit]

    async def examples(self, user_id: str, limit: int) -> list[TagExample]:
        return [TagExample(f"text {number}", ["roads"]) for number in range(limit)]


def give(store: Store, at: float, *feedback: Feedback) -> None:
    store.feedback, store.latest = [*feedback, *store.feedback], at


async def test_a_summary_is_read_once_for_a_batch_and_again_after_new_feedback() -> None:
    store, clock = Store(), [0.0]
    archives = Archives(store, clock=lambda: clock[0])
    give(store, 1.0, Feedback(["a"], []))
    found = await asyncio.gather(*(archives.of("u1") for _ in range(50)))
    assert {each.identity for each in found if each} == {identity([TagFeedback("a", removed=1)])}
    assert store.asked == ["revision", "words", "collected"]
    clock[0] += LOOK_SECONDS
    await archives.of("u1")
    assert store.asked[3:] == ["revision"]
    give(store, 2.0, Feedback(["a"], []))
    clock[0] += LOOK_SECONDS
    known = await archives.of("u1")
    assert known is not None
    assert known.archive.tags == [TagFeedback("a", removed=2)]


async def test_nothing_is_known_of_a_user_who_switched_learning_off_nor_of_another() -> None:
    store, clock = Store(), [0.0]
    archives = Archives(store, clock=lambda: clock[0])
    give(store, 1.0, Feedback(["a"], []))
    assert await archives.of("u2") is None
    assert await archives.of("u1") is not None
    store.on = False
    clock[0] += LOOK_SECONDS
    assert await archives.of("u1") is None
    asks = TagOptions(use_existing_tags=True, use_examples=True)
    assert await archives.guided("u1", asks) == asks


async def test_an_archives_tags_and_examples_are_added_where_asked_for_up_to_the_bounds() -> None:
    archives = Archives(Store())
    plain = TagOptions(existing_tags=["water"])
    assert await archives.guided("u1", plain) is plain
    given = [TagExample("own", ["x"])]
    asks = TagOptions(existing_tags=["water"], examples=given, use_existing_tags=True, use_examples=True)
    found = await archives.guided("u1", asks)
    assert found.existing_tags == ["water", "roads"]
    assert len(found.examples) == 5
    assert found.examples[0] == given[0]
