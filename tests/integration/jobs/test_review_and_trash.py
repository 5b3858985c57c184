"""Names, the review queue and the trash, over real gRPC, on both databases."""

from __future__ import annotations

import asyncio
import json

from fakes import records_client
from fakes.fake_ocr_node import fake_pdf
from fakes.jobs_database import change, rows
from fakes.jobs_process import JobsProcess, specs, until
from fakes.records_client import Records, refusal
from metatag.v1 import document_pb2, jobs_pb2, records_pb2
from metatag_jobs.adapters.sql.trash import SqlTrash
from metatag_runtime.sql import Database

DAY = 86_400.0


async def test_a_batch_bears_its_given_name_or_that_of_its_folder(either_service: JobsProcess) -> None:
    records = Records(either_service)
    file_id = await records.client.upload(fake_pdf(pages=1))

    async def named(**header: str) -> jobs_pb2.Job:
        return (await records.client.create(specs(file_id, 1), **header)).job

    job = await named(name="  Circulars   of 2019 ", source_name="scans")
    assert job.name == "Circulars of 2019"
    assert (await named(source_name="Collectorate/2019")).name.startswith("Collectorate/2019 20")
    plain = await named()
    assert plain.name.startswith("Batch 20")
    request = records_pb2.RenameJobRequest(user_id="u1", job_id=plain.id, name="<b>Water</b>")
    assert (await records.stub.RenameJob(request)).job.name == "<b>Water</b>"
    assert (await records.client.job(plain.id)).name == "<b>Water</b>"
    request.name = " "
    assert (await refusal(records.stub.RenameJob(request)))[0] == "invalid_argument"
    request.name, request.user_id = "Mine", "u2"
    assert (await refusal(records.stub.RenameJob(request)))[0] == "not_found"


async def test_a_document_knows_its_folder_and_is_found_by_it(either_service: JobsProcess) -> None:
    records = Records(either_service)
    file_id = await records.client.upload(fake_pdf(pages=1))
    source = jobs_pb2.Source(type=jobs_pb2.SOURCE_TYPE_UPLOAD, path="upload://scan_0048.pdf", file_id=file_id)
    rows = [jobs_pb2.DocumentSpec(source=source, folder=folder) for folder in ("./roads//old\\1998/", "waterworks")]
    made = await records.client.create(rows)
    events = await records.client.watch(made.job.id)
    documents = await records.client.documents(made.job.id)
    assert [document.folder for document in documents] == ["roads/old/1998", "waterworks"]
    assert {event.document.folder for event in events if event.HasField("document")} == {"roads/old/1998", "waterworks"}
    assert await records.found("waterworks") == [documents[1].id]
    assert set(await records.found("scan_0048")) == {document.id for document in documents}


async def test_refused_files_are_rows_with_their_cause(either_service: JobsProcess) -> None:
    records = Records(either_service)
    source = jobs_pb2.Source(type=jobs_pb2.SOURCE_TYPE_UPLOAD, path="upload://empty.pdf")
    problem = document_pb2.Problem(code="empty_document", message="Empty PDF file")
    made = await records.client.create([jobs_pb2.DocumentSpec(source=source, problem=problem, folder="roads")])
    (document,) = await records.client.documents(made.job.id)
    assert (document.file_name, document.folder, document.problem) == ("empty.pdf", "roads", problem)
    (waiting,) = (await records.review()).documents
    assert (waiting.document.id, list(waiting.reasons)) == (document.id, ["failed"])


async def test_the_same_content_is_named_and_waits_for_a_look(either_service: JobsProcess) -> None:
    records = Records(either_service)
    (first,) = await records.ended(salt="same")
    (second,) = await records.ended(salt="same")
    (other,) = await records.ended(salt="other")
    assert not first.HasField("duplicate_of")
    assert not other.HasField("duplicate_of")
    assert (second.duplicate_of.document_id, second.duplicate_of.job_id) == (first.id, first.job_id)
    assert second.duplicate_of.file_name == "a.pdf"
    page = await records.review(reason="duplicate")
    assert [waiting.document.id for waiting in page.documents] == [second.id]
    # Another user's copy is nobody's duplicate.
    (foreign,) = await Records(either_service, "u2").ended(salt="same")
    assert not foreign.HasField("duplicate_of")
    await records.trash(first.id)
    assert not (await records.get(second.id)).HasField("duplicate_of")


async def test_the_queue_gives_next_ones_by_reason(either_service: JobsProcess) -> None:
    records = Records(either_service)
    behaviours = ({}, {"degraded": True}, {"fail": "invalid_argument"})
    files = [await records.client.upload(fake_pdf(pages=1, salt=str(number))) for number in range(3)]
    made = await records.client.create(
        [
            specs(file, 1, description=json.dumps(behaviour))[0]
            for file, behaviour in zip(files, behaviours, strict=True)
        ]
    )
    await records.client.finished(made.job.id)
    page = await records.review()
    assert dict(page.counts) == {
        "low_confidence": 0, "no_tags": 0, "failed": 1, "duplicate": 0, "degraded": 1, "total": 2,
    }  # fmt: skip
    assert page.is_exact
    by_reason = {tuple(waiting.reasons): waiting.document.id for waiting in page.documents}
    assert set(by_reason) == {("failed",), ("degraded",)}
    order = [waiting.document.id for waiting in page.documents]
    assert [w.document.id for w in (await records.review(after=order[0])).documents] == order[1:]
    # Skipped: the other comes first now.
    skipped = await records.stub.SkipDocument(records_pb2.SkipDocumentRequest(user_id="u1", document_id=order[0]))
    assert skipped.next == order[1]
    assert [waiting.document.id for waiting in (await records.review()).documents] == [order[1], order[0]]
    approved = await records.stub.ApproveDocument(
        records_pb2.ApproveDocumentRequest(user_id="u1", document_id=order[1])
    )
    assert (approved.next, approved.document.reviewed_by) == (order[0], "u1")
    assert [waiting.document.id for waiting in (await records.review()).documents] == [order[0]]
    # A review that is taken back is to be made again.
    await records.undo(order[1])
    assert {waiting.document.id for waiting in (await records.review()).documents} == set(order)
    refused = records.stub.ListReview(
        records_pb2.ListReviewRequest(user_id="u1", filter=records_pb2.ReviewFilter(reason="ugly"))
    )
    assert (await refusal(refused))[0] == "invalid_argument"
    other = records_pb2.SkipDocumentRequest(user_id="u2", document_id=order[0])
    assert (await refusal(records.stub.SkipDocument(other)))[0] == "not_found"


async def test_a_deleted_document_is_nowhere_and_comes_back(either_service: JobsProcess) -> None:
    records = Records(either_service)
    kept, gone = await records.ended(2)
    word = records_client.tags_of(gone)[0]
    await records.correct(gone.id, tags=[word, "zeppelin"])
    answer = await records.trash(gone.id)
    assert answer.erased_at.seconds - answer.erased_at.seconds % 1 > 0
    assert await records.found("zeppelin") == []
    assert [document.id for document in await records.client.documents(gone.job_id)] == [kept.id]
    assert (await refusal(records.get(gone.id)))[0] == "not_found"
    assert (await refusal(records.correct(gone.id, title="x")))[0] == "not_found"
    summary = await records.client.stub.GetSummary(jobs_pb2.GetSummaryRequest(user_id="u1", days=7))
    assert {tally.name: tally.count for tally in summary.tags}.get("zeppelin") is None
    listed = await records.stub.ListTrash(records_pb2.ListTrashRequest(user_id="u1"))
    assert ([document.id for document in listed.documents], listed.total, listed.days) == ([gone.id], 1, 30)
    assert listed.documents[0].HasField("trashed_at")
    other = records_pb2.RestoreDocumentRequest(user_id="u2", document_id=gone.id)
    assert (await refusal(records.stub.RestoreDocument(other)))[0] == "not_found"
    request = records_pb2.RestoreDocumentRequest(user_id="u1", document_id=gone.id)
    back = (await records.stub.RestoreDocument(request)).document
    assert records_client.tags_of(back) == [word, "zeppelin"]
    assert await records.found("zeppelin") == [gone.id]
    assert (await refusal(records.stub.RestoreDocument(request)))[0] == "not_found"


async def test_a_restore_after_its_days_is_refused_with_a_sentence(either_service: JobsProcess) -> None:
    records = Records(either_service)
    (document,) = await records.ended()
    await records.trash(document.id)
    database = Database(either_service.settings.database_url)
    try:
        for table in ("doc", "doc_trash"):
            key = "id" if table == "doc" else "doc_id"
            statement = f"UPDATE {table} SET trashed_at = trashed_at - :age WHERE {key} = :id"
            await change(database, statement, age=31 * DAY, id=document.id)
        request = records_pb2.RestoreDocumentRequest(user_id="u1", document_id=document.id)
        sentence = "The document is not in the trash; documents stay there for 30 days."
        assert await refusal(records.stub.RestoreDocument(request)) == ("not_found", sentence)
        # The sweeper's step, and once more: the same sentence, whether the row is still there or not.
        assert await SqlTrash(database).expire(30, 100) == 1
        assert await refusal(records.stub.RestoreDocument(request)) == ("not_found", sentence)
        assert await rows(database, "SELECT id FROM doc WHERE id = :id", id=document.id) == []
    finally:
        await database.close()


async def test_what_is_erased_leaves_no_object_behind(either_service: JobsProcess) -> None:
    records = Records(either_service)
    (shared,) = await records.ended(salt="shared")
    (twin,) = await records.ended(salt="shared")
    (alone,) = await records.ended(salt="alone")
    for document in (twin, alone):
        assert (await refusal(records.erase(document.id)))[0] == "not_found"
        await records.trash(document.id)
        await records.erase(document.id)
    files = either_service.folder / "files"

    async def only_the_shared_are_left() -> bool:
        found = await asyncio.to_thread(lambda: [path for path in files.rglob("*") if path.is_file()])
        return len(found) == 3

    # The PDF, its text and its tags; the sweeper takes the others.
    await until(only_the_shared_are_left)
    assert (await records.get(shared.id)).text.startswith("The quick brown fox")


async def test_only_documents_at_their_end_are_deleted(service: JobsProcess) -> None:
    records = Records(service)
    service.tagger.open.clear()
    job_id = await records.client.batch(1, fake_pdf(pages=1))
    (document,) = await records.client.documents(job_id)
    assert (await refusal(records.trash(document.id)))[0] == "invalid_state"
    service.tagger.open.set()
    await records.client.finished(job_id)
    await records.trash(document.id)
    # Twice is once.
    await records.trash(document.id)
