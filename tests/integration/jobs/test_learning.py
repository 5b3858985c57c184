"""What people correct reaches the tagger as a summary of their own archive: over real gRPC, on both databases."""

from __future__ import annotations

from itertools import count

import pytest

from fakes.jobs_process import JobsProcess, until
from fakes.records_client import Records, tags_of
from metatag.v1 import document_pb2, learning_pb2, records_pb2, tagger_pb2
from metatag.v1.learning_pb2_grpc import LearningServiceStub
from metatag_jobs.adapters.sql.learning import SqlLearning
from metatag_jobs.learning.archives import common_words
from metatag_runtime.sql import Database

_NUMBERS = count()


class Taught(Records):
    """One user's documents, and what is learnt from them."""

    def __init__(self, service: JobsProcess, user: str = "u1") -> None:
        super().__init__(service, user)
        self.learning = LearningServiceStub(service.channel)

    async def sent(self, **tag_options: object) -> tagger_pb2.TagRequest:
        """Process another document and return what the tagger was sent."""
        self.service.tagger.keep_requests = True
        before = len(self.service.tagger.requests)
        # Equal options would find the tags of an equal text instead of asking the tagger.
        options = document_pb2.TagOptions(exclusion_words=[f"none {next(_NUMBERS)}"], **tag_options)  # type: ignore[arg-type]
        await self.ended(tag_options=options)
        (request,) = self.service.tagger.requests[before:]
        return request

    async def counts(self) -> dict[str, tuple[int, int, int]]:
        """Return what became of each tag, as the tagger is told: kept, removed, added."""
        return {each.tag: (each.kept, each.removed, each.added) for each in (await self.sent()).archive.tags}

    async def known(self) -> learning_pb2.Learning:
        """Return what users are told."""
        return (await self.learning.GetLearning(learning_pb2.GetLearningRequest(user_id=self.user))).learning


async def test_corrections_reach_the_tagger_and_are_gone_when_they_are_taken_back(either_service: JobsProcess) -> None:
    user = Taught(either_service)
    (document,) = await user.ended(salt="first")
    first, second, *others = tags_of(document)
    await user.correct(document.id, tags=[first, *others, "nandgaon"])
    wanted = {first: (1, 0, 0), second: (0, 1, 0), "nandgaon": (0, 0, 1)} | dict.fromkeys(others, (1, 0, 0))

    async def is_told() -> bool:
        return await user.counts() == wanted

    await until(is_told)
    known = await user.known()
    assert (known.enabled, known.documents, known.kept, known.removed, known.added) == (True, 1, len(others) + 1, 1, 1)
    await user.undo(document.id)

    async def is_gone() -> bool:
        return await user.counts() == {}

    await until(is_gone)
    assert (await user.known()).documents == 0


async def test_nobody_learns_from_another_user(either_service: JobsProcess) -> None:
    user, other = Taught(either_service), Taught(either_service, "u2")
    (document,) = await user.ended(salt="first")
    await user.correct(document.id, tags=["nandgaon"])

    async def is_told() -> bool:
        return "nandgaon" in await user.counts()

    await until(is_told)
    assert await other.counts() == {}
    assert (await other.known()).documents == 0
    evaluation = await other.learning.EvaluateTags(learning_pb2.EvaluateTagsRequest(user_id="u2"))
    assert evaluation.documents == 0


async def test_learning_can_be_switched_off_and_forgotten(either_service: JobsProcess) -> None:
    user = Taught(either_service)
    (document,) = await user.ended(salt="first")
    await user.correct(document.id, tags=["nandgaon"])
    off = learning_pb2.SetLearningRequest(user_id="u1", enabled=False)
    assert not (await user.learning.SetLearning(off)).learning.enabled

    async def is_untold() -> bool:
        return not (await user.sent()).HasField("archive")

    await until(is_untold)
    # Off, nothing is collected either.
    (later,) = await user.ended(salt="second")
    await user.correct(later.id, tags=["later"])
    assert {each.tag for each in (await user.known()).tags} >= {"nandgaon"}
    assert "later" not in {each.tag for each in (await user.known()).tags}
    forgotten = await user.learning.ForgetLearning(learning_pb2.ForgetLearningRequest(user_id="u1"))
    assert forgotten.documents == 1
    known = await user.known()
    assert (known.enabled, known.documents, list(known.tags)) == (False, 0, [])
    assert [change.version for change in await user.history(document.id)] == [2]


async def test_a_document_in_the_trash_teaches_nothing_and_an_erased_one_leaves_nothing(
    either_service: JobsProcess,
) -> None:
    user = Taught(either_service)
    (document,) = await user.ended(salt="first")
    await user.correct(document.id, tags=["nandgaon"])
    names = {"user_id": "u1", "document_id": document.id}
    await user.stub.TrashDocument(records_pb2.TrashDocumentRequest(**names))
    assert (await user.known()).documents == 0
    await user.stub.RestoreDocument(records_pb2.RestoreDocumentRequest(**names))
    assert (await user.known()).documents == 1
    await user.stub.TrashDocument(records_pb2.TrashDocumentRequest(**names))
    await user.stub.EraseDocument(records_pb2.EraseDocumentRequest(**names))
    forgotten = await user.learning.ForgetLearning(learning_pb2.ForgetLearningRequest(user_id="u1"))
    assert forgotten.documents == 0


async def test_the_machines_tags_are_compared_with_those_that_people_left(either_service: JobsProcess) -> None:
    user = Taught(either_service)
    (document,) = await user.ended(salt="first")
    first, *others = tags_of(document)
    await user.correct(document.id, tags=[first, "nandgaon"], facets=[("year", "2019")])
    found = await user.learning.EvaluateTags(learning_pb2.EvaluateTagsRequest(user_id="u1"))
    assert found.documents == 1
    assert found.precision_by_rank[0] == 1.0
    assert found.f1_at_10 == pytest.approx(2 * 1 / (len(others) + 1 + 2))
    assert dict(found.facet_coverage) == {"year": 1.0}


async def test_examples_and_existing_tags_of_the_archive_are_sent_when_asked_for(either_service: JobsProcess) -> None:
    user = Taught(either_service)
    (document,) = await user.ended(salt="first")
    await user.correct(document.id, tags=["nandgaon"])
    plain = (await user.sent()).tag_options
    assert (list(plain.existing_tags), list(plain.examples)) == ([], [])
    asked = (await user.sent(use_existing_tags=True, use_examples=True)).tag_options
    assert "nandgaon" in asked.existing_tags
    (example,) = asked.examples
    assert list(example.tags) == ["nandgaon"]
    assert example.text.startswith("The quick brown fox")


async def test_words_are_read_of_the_latest_documents_of_their_user(either_service: JobsProcess) -> None:
    user = Taught(either_service)
    await user.ended(3, salt="many")
    database = Database(either_service.settings.database_url)
    store = SqlLearning(database)
    try:
        texts = await store.words("u1", 2)
        assert await store.words("u2", 2) == []
    finally:
        await database.close()
    assert len(texts) == 2
    assert common_words(list(texts) * 2).keys() >= {"quick", "brown", "fox"}
