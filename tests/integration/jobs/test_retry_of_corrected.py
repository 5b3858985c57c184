"""A document that failed, was corrected by hand and is tried again keeps what people gave, on both databases."""

from __future__ import annotations

from fakes.jobs_process import JobsProcess
from fakes.records_client import Records, tags_of
from metatag.v1 import jobs_pb2
from metatag_runtime.errors import ErrorCode, MetatagError


async def test_tags_given_by_hand_stay_in_front_of_what_the_machine_finds(either_service: JobsProcess) -> None:
    records = Records(either_service)
    either_service.tagger.fail = MetatagError("Not today.", code=ErrorCode.PROVIDER_REFUSED)
    untouched, document = await records.ended(2)
    assert document.state == jobs_pb2.DOCUMENT_STATE_FAILED
    await records.correct(document.id, tags=["given by hand", "wells"], title="Order of 1987", note="No stamp")

    # It fails again, and keeps them.
    await _retry(records, document.job_id)
    failed = await records.get(document.id)
    assert (failed.state, tags_of(failed)) == (jobs_pb2.DOCUMENT_STATE_FAILED, ["given by hand", "wells"])

    either_service.tagger.fail = None
    await _retry(records, document.job_id)
    found, other = await records.get(document.id), await records.get(untouched.id)
    machine = tags_of(other)
    assert machine
    assert tags_of(found) == ["given by hand", "wells", *machine]
    given, *_ = found.result.tags
    assert (given.origin, given.by, given.source) == ("person", "u1", "person")
    assert (found.title, found.note, found.state) == ("Order of 1987", "No stamp", jobs_pb2.DOCUMENT_STATE_SUCCESS)
    assert found.result.extraction_method == other.result.extraction_method
    # The machine's part is a step of the history, and all of it is found.
    assert [change.action for change in await records.history(document.id)] == ["process_again", "correct"]
    assert found.version == 3
    assert await records.found("given hand") == [document.id]
    assert set(await records.found(machine[0])) == {document.id, untouched.id}
    assert other.version == 1


async def _retry(records: Records, job_id: str) -> None:
    await records.client.stub.RetryDocuments(jobs_pb2.RetryDocumentsRequest(user_id=records.user, job_id=job_id))
    await records.client.finished(job_id)
