"""Taking jobs in: what is refused as a whole, what fails alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from fakes.job_store import FakeJobStore, FakeVocabularies
from metatag_jobs.adapters.keybox import AesKeyBox
from metatag_jobs.adapters.memory.event_bus import MemoryEventBus
from metatag_jobs.errors import StillCreating
from metatag_jobs.intake import Intake, Submission
from metatag_jobs.model import DocumentSpec, Job, ProcessOptions, Source, TagOptions
from metatag_jobs.work import NewJob
from metatag_runtime.errors import InvalidArgument

GOOD = DocumentSpec(source=Source("url", "http://example.org/a.pdf"))


def intake(store: FakeJobStore) -> Intake:
    ids = iter(range(10**9))
    return Intake(
        store,
        FakeVocabularies(),
        AesKeyBox("secret"),
        MemoryEventBus(),
        max_running=64,
        new_id=lambda: f"id-{next(ids)}",
    )


def asked(**changes: object) -> Submission:
    given: dict[str, object] = {
        "user_id": "u1",
        "job_id": "",
        "type": "batch",
        "options": ProcessOptions(),
        "provider_key": "",
        "idempotency_key": "",
        "public_config": None,
    }
    return Submission(**{**given, **changes})  # type: ignore[arg-type]


async def portions(*sizes: int) -> AsyncIterator[Sequence[DocumentSpec]]:
    for size in sizes:
        yield [GOOD] * size


async def test_a_hundred_thousand_documents_are_taken_and_one_more_is_refused() -> None:
    store = FakeJobStore()
    job, replayed = await intake(store).create(asked(), portions(*[1000] * 100))
    assert (job.total, replayed) == (100_000, False)
    assert max(store.portions) <= 1000

    store = FakeJobStore()
    with pytest.raises(InvalidArgument, match="100,000"):
        await intake(store).create(asked(), portions(*[1000] * 100, 1))
    assert store.abandoned == 1


async def test_nothing_is_left_of_a_job_without_documents() -> None:
    store = FakeJobStore()
    with pytest.raises(InvalidArgument, match="No documents provided"):
        await intake(store).create(asked(), portions())
    assert store.abandoned == 1


async def test_a_client_that_goes_away_in_the_middle_leaves_no_job() -> None:
    async def broken() -> AsyncIterator[Sequence[DocumentSpec]]:
        yield [GOOD]
        raise ConnectionError

    store = FakeJobStore()
    with pytest.raises(ConnectionError):
        await intake(store).create(asked(), broken())
    assert store.abandoned == 1


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (Source("", "x"), "Unknown source type"),
        (Source("url", "  "), "file_path is required"),
        (Source("url", "http://x/" + "a" * 5000), "more than 4000"),
        (Source("upload", "upload://x"), "missing"),
    ],
)
async def test_a_wrong_row_fails_alone(source: Source, sentence: str) -> None:
    store = FakeJobStore()

    async def rows() -> AsyncIterator[Sequence[DocumentSpec]]:
        yield [GOOD, DocumentSpec(source=source)]

    await intake(store).create(asked(), rows())
    problems = [document.problem for document in store.documents]
    assert problems[0] is None
    assert problems[1] is not None
    assert sentence in problems[1].message


@pytest.mark.parametrize(
    "changes",
    [
        {"user_id": ""},
        {"type": ""},
        {"job_id": "not-a-uuid"},
        {"idempotency_key": "x" * 201},
        {"options": ProcessOptions(num_pages=-1)},
        {"options": ProcessOptions(tag_options=TagOptions(num_tags=51))},
        {"options": ProcessOptions(languages=["a"] * 5)},
        {"options": ProcessOptions(vocabulary="none")},
    ],
)
async def test_a_wrong_request_is_refused_before_anything_is_stored(changes: dict[str, object]) -> None:
    store = FakeJobStore()
    with pytest.raises(InvalidArgument):
        await intake(store).create(asked(**changes), portions(1))
    assert store.documents == []


async def test_a_jobs_own_bound_never_exceeds_the_services() -> None:
    store = FakeJobStore()
    await intake(store).create(asked(options=ProcessOptions(max_running=1000)), portions(1))
    assert store.begun[0].options.max_running == 64


async def test_the_key_is_sealed_before_it_is_stored() -> None:
    store = FakeJobStore()
    await intake(store).create(asked(provider_key="sk-1"), portions(1))
    assert store.begun[0].secret is not None
    assert b"sk-1" not in store.begun[0].secret
    assert store.begun[0].limiter.startswith("key:")


class SlowStore(FakeJobStore):
    """Another call's creation with the same key is in work for a while; at the end it is whole, or given up."""

    def __init__(self, *, looks: int, whole: bool) -> None:
        super().__init__()
        self.looks = looks
        self._whole = whole

    async def begin(self, job: NewJob) -> Job | None:
        self.looks -= 1
        if self.looks >= 0:
            raise StillCreating
        return Job("the other", total=3) if self._whole else await super().begin(job)


async def test_a_call_waits_for_another_one_with_the_same_key_and_gets_its_whole_job() -> None:
    store = SlowStore(looks=3, whole=True)
    job, replayed = await intake(store).create(asked(idempotency_key="k"), portions(3))
    assert (job.id, job.total, replayed) == ("the other", 3, True)


async def test_a_creation_that_was_given_up_is_taken_over() -> None:
    store = SlowStore(looks=3, whole=False)
    job, replayed = await intake(store).create(asked(idempotency_key="k"), portions(3))
    assert (job.total, replayed) == (3, False)


async def test_a_creation_that_goes_on_and_on_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metatag_jobs.intake.OTHER_SECONDS", 0.3)
    with pytest.raises(StillCreating) as caught:
        await intake(SlowStore(looks=10**6, whole=True)).create(asked(idempotency_key="k"), portions(3))
    assert (str(caught.value.code), bool(caught.value.retry_after)) == ("unavailable", True)
