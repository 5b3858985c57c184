"""Documents that are processed again from their stored files, over real gRPC, on both databases."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from fakes import records_client
from fakes.fake_ocr_node import fake_pdf
from fakes.jobs_database import change, rows
from fakes.jobs_process import JobsProcess, specs
from fakes.records_client import Records, refusal
from metatag.v1 import document_pb2, jobs_pb2, records_pb2
from metatag_runtime.sql import Database

TEXT = "Borewells in Jaisalmer district were sanctioned by the collector."


async def scanned(records: Records) -> Sequence[jobs_pb2.Document]:
    """Return a document whose second page is a picture, of which the first page was read."""
    file_id = await records.client.upload(fake_pdf(pages=2, scanned=[2]))
    made = await records.client.create(specs(file_id, 1), options=jobs_pb2.ProcessOptions(num_pages=1))
    await records.client.finished(made.job.id)
    return await records.client.documents(made.job.id)


async def once_more(
    records: Records,
    documents: Sequence[str],
    type: jobs_pb2.JobType.ValueType = jobs_pb2.JOB_TYPE_BATCH,
    **options: object,
) -> jobs_pb2.Job:
    """Process documents again and wait for the end."""
    asked = [jobs_pb2.DocumentSpec(reprocess_of=document_id) for document_id in documents]
    made = await records.client.create(asked, type=type, options=jobs_pb2.ProcessOptions(**options))  # type: ignore[arg-type]
    return await records.client.finished(made.job.id)


async def test_a_new_result_takes_the_place_of_the_old_one(either_service: JobsProcess) -> None:
    records = Records(either_service)
    (first,) = await scanned(records)
    await records.correct(first.id, tags=["grants", *records_client.tags_of(first)[:1]], note="Ask again.")
    before = await records.get(first.id)
    job = await once_more(records, [first.id], num_pages=2)
    assert (job.state, job.processed) == (jobs_pb2.JOB_STATE_COMPLETED, 1)
    after = await records.get(first.id)
    assert (after.version, after.note, after.title) == (3, "Ask again.", first.title)
    assert (before.result.pages_read, after.result.pages_read) == (1, 2)
    assert "Recognised." in after.text
    # What a person gave stays in front, with who gave it.
    kept = after.result.tags[0]
    assert (kept.tag, kept.origin, kept.by) == ("grants", "person", "u1")
    assert "recognised" in records_client.tags_of(after)
    latest, corrected = await records.history(first.id)
    assert (latest.action, corrected.action) == ("process_again", "correct")
    fields = {each.field: each for each in latest.changes}
    assert (fields["pages_read"].before_text, fields["pages_read"].after_text) == ("1", "2")
    assert [tag.tag for tag in fields["tags"].before_tags] == records_client.tags_of(before)
    # The way back is another run, not an undo.
    request = records_pb2.UndoCorrectionsRequest(user_id="u1", document_id=first.id)
    assert (await refusal(records.stub.UndoCorrections(request)))[0] == "invalid_state"


async def test_a_run_is_in_no_list_but_its_jobs(either_service: JobsProcess) -> None:
    records = Records(either_service)
    (first,) = await records.ended()
    job = await once_more(records, [first.id])
    found = await records.stub.FindDocuments(records_pb2.FindDocumentsRequest(user_id="u1"))
    assert [each.document.id for each in found.documents] == [first.id]
    assert await records.found("wizards") == [first.id]
    assert not (await records.review()).documents
    tags = await records.stub.ListTags(records_pb2.ListTagsRequest(user_id="u1", prefix="wizards"))
    assert [(tag.tag, tag.count) for tag in tags.tags] == [("wizards", 1)]
    (run,) = await records.client.documents(job.id)
    assert (run.reprocess_of, run.title, run.file_name) == (first.id, first.title, "a.pdf")
    assert not run.HasField("trashed_at")
    assert not run.HasField("duplicate_of")
    assert (await records.get(run.id)).text
    assert (await refusal(records.trash(run.id)))[0] == "not_found"
    restored = records.stub.RestoreDocument(records_pb2.RestoreDocumentRequest(user_id="u1", document_id=run.id))
    assert (await refusal(restored))[0] == "not_found"


async def test_edits_are_replaced_where_that_is_asked_for(either_service: JobsProcess) -> None:
    records = Records(either_service)
    file_id = await records.client.upload(fake_pdf(pages=1, title="Water supply", salt="r"))
    source = jobs_pb2.Source(type=jobs_pb2.SOURCE_TYPE_UPLOAD, path="upload://a.pdf", file_id=file_id)
    made = await records.client.create([jobs_pb2.DocumentSpec(source=source)])
    await records.client.finished(made.job.id)
    (document,) = await records.client.documents(made.job.id)
    await records.correct(document.id, title="Something else", tags=["by hand"], reviewed=True)
    await once_more(records, [document.id], replace_edits=True, num_pages=1)
    after = await records.get(document.id)
    assert "by hand" not in records_client.tags_of(after)
    assert records_client.tags_of(after) == records_client.tags_of(document)
    # What it says is new, so nobody has looked at it.
    assert not after.HasField("reviewed_at")
    (latest, *_) = await records.history(document.id)
    reviewed = next(each for each in latest.changes if each.field == "reviewed")
    assert (reviewed.before_flag, reviewed.after_flag) == (True, False)


async def test_a_failed_document_that_succeeds_counts_as_a_success(either_service: JobsProcess) -> None:
    records = Records(either_service)
    file_id = await records.client.upload(fake_pdf(pages=1, text=TEXT, salt="f"))
    behaviour = json.dumps({"fail": "invalid_argument", "times": 1})
    made = await records.client.create(specs(file_id, 1, description=behaviour))
    await records.client.finished(made.job.id)
    (failed,) = await records.client.documents(made.job.id)
    assert failed.state == jobs_pb2.DOCUMENT_STATE_FAILED
    await once_more(records, [failed.id], num_pages=1)
    after = await records.get(failed.id)
    assert (after.state, after.HasField("problem")) == (jobs_pb2.DOCUMENT_STATE_SUCCESS, False)
    counted = await records.client.job(made.job.id)
    assert (counted.processed, counted.failed) == (1, 0)
    assert not (await records.review()).documents
    assert await records.found("jaisalmer") == [failed.id]


async def test_a_run_that_fails_leaves_the_document_as_it_was(either_service: JobsProcess) -> None:
    records = Records(either_service)
    file_id = await records.client.upload(fake_pdf(pages=1, text=TEXT, method=4, salt="s"))
    made = await records.client.create(specs(file_id, 1))
    await records.client.finished(made.job.id)
    (document,) = await records.client.documents(made.job.id)
    job = await once_more(records, [document.id], ocr_mode=3)
    assert job.failed == 1
    (run,) = await records.client.documents(job.id)
    assert (run.state, run.problem.code) == (jobs_pb2.DOCUMENT_STATE_FAILED, "insufficient_text")
    after = await records.get(document.id)
    assert (after.version, records_client.tags_of(after)) == (1, records_client.tags_of(document))
    assert not (await records.review()).documents


async def test_what_cannot_run_is_refused_with_its_cause(either_service: JobsProcess) -> None:
    records = Records(either_service)
    (first,) = await records.ended()
    other = Records(either_service, "u2")
    single = jobs_pb2.JOB_TYPE_SINGLE
    asked = [jobs_pb2.DocumentSpec(reprocess_of=first.id)]
    assert (await refusal(other.client.create(asked, type=single)))[0] == "not_found"
    either_service.tagger.open.clear()
    # Other options than before, so that the tagger is asked.
    tags = document_pb2.TagOptions(num_tags=3)
    running = await records.client.create(asked, type=single, options=jobs_pb2.ProcessOptions(tag_options=tags))
    code, sentence = await refusal(records.client.create(asked, type=single))
    assert (code, sentence) == ("invalid_state", "The document is still in work; wait for its end.")
    # In a batch the row fails alone, and one that is named twice runs once.
    (second,) = [await _untagged(records)]
    either_service.tagger.open.set()
    await records.client.finished(running.job.id)
    job = await once_more(records, [second, second, "unknown"])
    found = [(each.state, each.problem.code) for each in await records.client.documents(job.id)]
    success, failed = jobs_pb2.DOCUMENT_STATE_SUCCESS, jobs_pb2.DOCUMENT_STATE_FAILED
    assert found == [(success, ""), (failed, "invalid_state"), (failed, "not_found")]
    database = Database(either_service.settings.database_url)
    try:
        await change(database, "UPDATE doc SET file_id = NULL WHERE id = :id", id=first.id)
    finally:
        await database.close()
    code, sentence = await refusal(records.client.create(asked, type=single))
    assert (code, "no longer stored" in sentence) == ("not_found", True)


async def _untagged(records: Records) -> str:
    """Return a document that failed before any tag was asked for."""
    file_id = await records.client.upload(fake_pdf(pages=1, salt="late"))
    spec = specs(file_id, 1)[0]
    spec.problem.code, spec.problem.message = "invalid_argument", "Wrong."
    made = await records.client.create([spec])
    return (await records.client.documents(made.job.id))[0].id


async def test_objects_are_counted_over_the_exchange(either_service: JobsProcess) -> None:
    records = Records(either_service)
    (first,) = await scanned(records)
    job = await once_more(records, [first.id], num_pages=2)
    await records.client.stub.DeleteJob(jobs_pb2.DeleteJobRequest(user_id="u1", job_id=job.id))
    # The document holds the text of the run, which is gone with its job.
    assert "Recognised." in (await records.get(first.id)).text
    database = Database(either_service.settings.database_url)
    try:
        held = await rows(
            database,
            "SELECT refs FROM artifact JOIN doc ON artifact.id IN (doc.file_id, doc.ocr_id, doc.tag_id) "
            "WHERE doc.id = :id",
            id=first.id,
        )
    finally:
        await database.close()
    assert [row["refs"] for row in held] == [1, 1, 1]


@pytest.mark.parametrize("step", ["trash", "delete"])
async def test_a_document_deleted_during_the_run_stays_deleted(either_service: JobsProcess, step: str) -> None:
    records = Records(either_service)
    (first,) = await records.ended()
    either_service.tagger.open.clear()
    asked = [jobs_pb2.DocumentSpec(reprocess_of=first.id)]
    tags = document_pb2.TagOptions(num_tags=3)
    made = await records.client.create(asked, options=jobs_pb2.ProcessOptions(tag_options=tags))
    if step == "trash":
        await records.trash(first.id)
    else:
        await records.client.stub.DeleteJob(jobs_pb2.DeleteJobRequest(user_id="u1", job_id=first.job_id))
    either_service.tagger.open.set()
    assert (await records.client.finished(made.job.id)).processed == 1
    assert not (await records.stub.FindDocuments(records_pb2.FindDocumentsRequest(user_id="u1"))).documents
