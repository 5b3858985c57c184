"""Tags renamed, merged, split, deleted and edited over many documents: each with its history, undoable, on both
databases.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from fakes.jobs_process import JobsProcess
from fakes.records_client import Records, refusal, tags_of
from metatag.v1 import jobs_pb2, records_pb2
from metatag_jobs.adapters.sql.corrections import SqlCorrections
from metatag_jobs.adapters.sql.selection import SqlSelection
from metatag_jobs.adapters.sql.tag_jobs import SqlTagJobs
from metatag_jobs.records.model import Snapshot
from metatag_jobs.records.tag_job_steps import TagJobSteps
from metatag_jobs.tag_job_runner import TagJobRunner
from metatag_runtime.sql import Database


async def tagged(records: Records, *tags: Sequence[str], salt: str = "") -> list[str]:
    """Process a document for each list of tags, give it those and return the ids."""
    documents = await records.ended(len(tags), salt=salt)
    for document, wanted in zip(documents, tags, strict=True):
        await records.correct(document.id, tags=list(wanted))
    return [document.id for document in documents]


async def all_tags(records: Records, ids: Sequence[str]) -> list[list[str]]:
    return [tags_of(await records.get(each)) for each in ids]


async def test_a_rename_reaches_every_document_and_says_so_in_each_history(either_service: JobsProcess) -> None:
    records = Records(either_service)
    ids = await tagged(records, ["canals", "wells"], ["wells"], ["wells", "canals", "rivers"])
    stranger = Records(either_service, "u2")
    (others,) = await tagged(stranger, ["canals"], salt="other")
    before = [await records.get(each) for each in ids]

    job = await records.retagged(await records.retag("rename", ["canals"], ["<b>irrigation canals</b>"]))
    assert (job.state, job.total, job.total_exact, job.done, job.changed) == ("completed", 2, True, 2, 2)
    assert job.HasField("completed_at")
    renamed = "<b>irrigation canals</b>"
    assert await all_tags(records, ids) == [[renamed, "wells"], ["wells"], ["wells", renamed, "rivers"]]
    assert await all_tags(stranger, [others]) == [["canals"]]
    # The search index followed, the version moved on, and the tag says where it comes from.
    assert sorted(await records.found("irrigation")) == sorted([ids[0], ids[2]])
    assert await records.found("canals wells rivers") == [ids[2]]
    document = await records.get(ids[0])
    assert document.version == before[0].version + 1
    new, kept = document.result.tags
    assert (new.origin, new.by, new.source, new.score) == ("bulk", "u1", "person", 1.0)
    assert new.at.seconds > 1_700_000_000
    assert kept == before[0].result.tags[1]
    change = (await records.history(ids[0]))[0]
    assert (change.action, change.by, [each.field for each in change.changes]) == ("tag_job", "u1", ["tags"])
    assert (await records.get(ids[1])).version == before[1].version


async def test_tags_are_merged_split_and_deleted(either_service: JobsProcess) -> None:
    records = Records(either_service)
    ids = await tagged(records, ["well", "canals", "wells"], ["Well", "rivers"], ["rivers"])
    merged = await records.retagged(await records.retag("merge", ["well", "Well"], ["wells"]))
    assert merged.changed == 2
    # The document that had it already keeps its own, once.
    assert await all_tags(records, ids) == [["wells", "canals"], ["wells", "rivers"], ["rivers"]]
    split = await records.retagged(await records.retag("split", ["rivers"], ["river law", "river maps"]))
    assert split.changed == 2
    assert await all_tags(records, ids) == [
        ["wells", "canals"],
        ["wells", "river law", "river maps"],
        ["river law", "river maps"],
    ]
    deleted = await records.retagged(await records.retag("delete", ["wells", "river law", "no such tag"]))
    assert deleted.changed == 3
    assert await all_tags(records, ids) == [["canals"], ["river maps"], ["river maps"]]
    for job in (deleted, split, merged):
        assert (await records.undo_tag_job(job.id)).state == "undone"
    assert await all_tags(records, ids) == [["well", "canals", "wells"], ["Well", "rivers"], ["rivers"]]


async def test_an_undo_leaves_what_was_changed_since(either_service: JobsProcess) -> None:
    records = Records(either_service)
    ids = await tagged(records, *([["canals", f"shelf {number}"] for number in range(6)]))
    job = await records.retagged(await records.retag("rename", ["canals"], ["waterways"]))
    assert job.changed == 6
    # Another tag beside it does not matter; without the tag itself the change does not stand any more.
    await records.correct(ids[0], tags=["waterways", "shelf 0", "added later"])
    await records.correct(ids[1], tags=["shelf 1"])
    await records.correct(ids[2], tags=["waterways", "shelf 2", "canals"])
    await records.undo(ids[3])
    await records.trash(ids[4])
    undone = await records.undo_tag_job(job.id)
    assert (undone.state, undone.restored, undone.left) == ("undone", 2, 3)
    assert await all_tags(records, [*ids[:4], ids[5]]) == [
        ["canals", "shelf 0", "added later"],
        ["shelf 1"],
        ["waterways", "shelf 2", "canals"],
        ["canals", "shelf 3"],
        ["canals", "shelf 5"],
    ]
    newest, bulk, *_ = await records.history(ids[5])
    assert (newest.action, list(newest.undoes), bulk.undone) == ("undo", [bulk.version], True)
    again = records.stub.UndoTagJob(records_pb2.UndoTagJobRequest(user_id="u1", tag_job_id=job.id))
    assert await refusal(again) == ("invalid_state", "The change of tags was undone already.")


async def test_a_selection_and_a_search_are_edited(either_service: JobsProcess) -> None:
    records = Records(either_service)
    ids = await tagged(records, ["Canals", "wells"], ["canals"], ["rivers"])
    chosen = [ids[0], ids[2], "00000000-0000-4000-8000-000000000000"]
    job = await records.retagged(await records.retag("edit", add=["shelf 12", "WELLS"], remove=["canals"], ids=chosen))
    assert (job.total, job.done, job.changed, job.missing) == (2, 2, 2, 1)
    assert await all_tags(records, ids) == [["wells", "shelf 12"], ["canals"], ["rivers", "shelf 12", "WELLS"]]
    assert (await records.history(ids[0]))[0].action == "bulk"
    wanted = records_pb2.DocumentFilter(query="shelf")
    job = await records.retagged(await records.retag("edit", replace=["one", "two"], add=["three"], search=wanted))
    assert job.changed == 2
    assert await all_tags(records, ids) == [["one", "two", "three"], ["canals"], ["one", "two", "three"]]
    # Over the bound of a document nothing is cut off.
    full = [f"tag {number}" for number in range(99)]
    await records.correct(ids[1], tags=full)
    everything = records_pb2.DocumentFilter()
    job = await records.retagged(await records.retag("edit", add=["a", "b"], search=everything))
    assert (job.total, job.changed, job.refused) == (3, 2, 1)
    assert (await all_tags(records, ids))[1] == full


async def test_a_change_that_makes_no_sense_is_refused_with_a_sentence(either_service: JobsProcess) -> None:
    records = Records(either_service)
    (document,) = await tagged(records, ["canals", "wells"])
    taken = records.retag("rename", ["canals"], ["wells"])
    assert await refusal(taken) == ("conflict", "The tag 'wells' exists already; merge the two instead.")
    wrong: list[dict[str, Any]] = [
        {"action": "paint", "tags": ["canals"]},
        {"action": "rename", "tags": ["canals", "wells"], "to": ["x"]},
        {"action": "rename", "tags": ["canals"]},
        {"action": "rename", "tags": ["canals"], "to": ["canals"]},
        {"action": "rename", "tags": ["canals"], "to": ["\x01 "]},
        {"action": "rename", "tags": ["canals"], "to": ["x" * 201]},
        {"action": "merge", "tags": [], "to": ["x"]},
        {"action": "split", "tags": ["canals"], "to": ["x"]},
        {"action": "delete", "tags": ["canals"], "to": ["x"]},
        {"action": "delete", "tags": [f"tag {number}" for number in range(10_000)]},
        {"action": "delete", "tags": ["canals"], "ids": [document]},
        {"action": "edit", "add": ["x"]},
        {"action": "edit", "ids": [document]},
        {"action": "edit", "add": ["x"], "remove": ["X"], "ids": [document]},
        {"action": "edit", "add": ["x"], "ids": [document], "search": records_pb2.DocumentFilter()},
        {"action": "edit", "add": ["x"], "ids": [str(number) for number in range(10_001)]},
    ]
    for asked in wrong:
        code, sentence = await refusal(records.retag(**asked))
        assert code == "invalid_argument", asked
        assert sentence.endswith(".")
    for unknown in (records.tag_job("none"), Records(either_service, "u2").tag_job("none")):
        assert await refusal(unknown) == ("not_found", "Tag job not found")
    assert await all_tags(records, [document]) == [["canals", "wells"]]


async def test_jobs_of_one_user_follow_each_other_and_are_nobody_elses(either_service: JobsProcess) -> None:
    records = Records(either_service)
    ids = await tagged(records, *([["a"]] * 30))
    first = await records.retag("rename", ["a"], ["b"])
    second = await records.retag("merge", ["b"], ["c"])
    (two, one) = (await records.retagged(second), await records.retagged(first))
    assert (one.changed, two.changed) == (30, 30)
    assert await all_tags(records, ids) == [["c"]] * 30
    listed = (await records.stub.ListTagJobs(records_pb2.ListTagJobsRequest(user_id="u1"))).jobs
    assert {job.id for job in listed} == {first, second}
    stranger = Records(either_service, "u2")
    assert await refusal(stranger.tag_job(first)) == ("not_found", "Tag job not found")
    assert not (await stranger.stub.ListTagJobs(records_pb2.ListTagJobsRequest(user_id="u2"))).jobs


async def test_people_who_correct_at_the_same_time_lose_nothing(either_service: JobsProcess) -> None:
    records = Records(either_service)
    ids = await tagged(records, *([["canals"]] * 20))

    async def correct(document_id: str) -> None:
        await records.correct(document_id, note="Looked at meanwhile")

    job_id = await records.retag("rename", ["canals"], ["waterways"])
    await asyncio.gather(*(correct(each) for each in ids))
    assert (await records.retagged(job_id)).changed == 20
    for each in ids:
        document = await records.get(each)
        assert (tags_of(document), document.note) == (["waterways"], "Looked at meanwhile")


async def test_documents_that_end_later_are_not_touched(either_service: JobsProcess) -> None:
    records = Records(either_service)
    (early,) = await tagged(records, ["canals"])
    either_service.ocr.delay = 0.2
    file_id = await records.client.upload(b"%PDF-1.7 later")
    made = await records.client.create(
        [
            jobs_pb2.DocumentSpec(
                title="Later",
                source=jobs_pb2.Source(type=jobs_pb2.SOURCE_TYPE_UPLOAD, path="upload://l.pdf", file_id=file_id),
            )
        ]
    )
    job = await records.retagged(await records.retag("edit", add=["shelf 12"], search=records_pb2.DocumentFilter()))
    assert (job.total, job.changed) == (1, 1)
    await records.client.finished(made.job.id)
    assert await all_tags(records, [early]) == [["canals", "shelf 12"]]


class CutOff(Exception):
    """The process ended here."""


async def test_a_job_that_is_cut_off_goes_on_where_it_was(either_service: JobsProcess) -> None:
    records = Records(either_service)
    ids = await tagged(records, *([["canals", "wells"]] * 60))
    runner = next(each for each in either_service.services if isinstance(each, TagJobRunner))
    await runner.stop(0.0)
    job_id = await records.retag("rename", ["canals"], ["waterways"])

    database = Database(either_service.settings.database_url)
    store = SqlTagJobs(database)
    # Once between two transactions of a portion, and once between writing and moving on.
    for cut in ("write", "advance"):
        await _cut(database, store, cut)
        job = await records.tag_job(job_id)
        assert job.state == "running"
        assert 0 < job.changed < 60
    await database.close()

    await runner.start()
    job = await records.retagged(job_id)
    assert (job.state, job.total, job.done, job.changed) == ("completed", 60, 60, 60)
    assert await all_tags(records, ids) == [["waterways", "wells"]] * 60
    for each in ids:
        assert [change.action for change in await records.history(each)] == ["tag_job", "correct"]


async def _cut(database: Database, store: SqlTagJobs, where: str) -> None:
    """Run the job until it has written something, and cut it off in its next step of that name."""

    class Cutting(SqlTagJobs):
        async def write(self, job_id: str, edits: Any, *, undone: bool) -> set[str]:  # type: ignore[override]
            if where == "write" and self.has_written:
                raise CutOff
            self.has_written = True
            return await super().write(job_id, edits, undone=undone)

        async def advance(self, *args: Any, **counts: int) -> bool:  # type: ignore[override]
            if where == "advance":
                raise CutOff
            return await super().advance(*args, **counts)

        has_written = False

    async def text_of(snapshot: Snapshot) -> str:
        return ""

    (job,) = await store.open(10)
    steps = TagJobSteps(Cutting(database), SqlSelection(database), SqlCorrections(database), text_of, database.now)
    with pytest.raises(CutOff):
        await steps.step(replace(job))
