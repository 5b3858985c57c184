"""What a person corrects is kept, found, exported and can be taken back: over real gRPC, on both databases."""

from __future__ import annotations

import asyncio
import json

import grpc

from fakes.fake_ocr_node import fake_pdf
from fakes.jobs_process import JobsProcess, until
from fakes.records_client import Records, refusal, tags_of
from metatag.v1 import document_pb2, jobs_pb2, records_pb2


async def test_a_correction_is_what_every_view_shows_from_then_on(either_service: JobsProcess) -> None:
    records = Records(either_service)
    (document,) = await records.ended()
    before = tags_of(document)
    kept, dropped = before[0], before[1]

    wanted = [kept, "nandgaon district"]
    corrected = await records.correct(
        document.id, 1, title="Order of the collector", tags=wanted, note="Seal is missing", facets=[("year", "2019")]
    )
    assert (corrected.version, corrected.edited, corrected.title) == (2, True, "Order of the collector")
    assert tags_of(corrected) == wanted
    assert corrected.text.startswith("The quick brown fox")
    assert [(facet.kind, facet.value) for facet in corrected.result.facets] == [("year", "2019")]

    (listed,) = await records.client.documents(document.job_id)
    assert (tags_of(listed), listed.title, listed.version) == (wanted, "Order of the collector", 2)
    # The search index followed: new words are found, those of the text still, those that went are not.
    for query in ("nandgaon", "collector", "seal missing", "quick brown fox", kept):
        assert await records.found(query) == [document.id], query
    exported = [
        answer.chunk
        async for answer in records.client.stub.ExportJob(
            jobs_pb2.ExportJobRequest(user_id="u1", job_id=document.job_id, format=jobs_pb2.EXPORT_FORMAT_JSON_LINES)
        )
    ]
    row = json.loads(b"".join(exported))
    assert row["generated_tags"] == wanted
    assert row["year"] == "2019"
    summary = await records.client.stub.GetSummary(jobs_pb2.GetSummaryRequest(user_id="u1", days=7))
    assert {tally.name for tally in summary.tags} == set(wanted)
    assert dropped not in {tally.name for tally in summary.tags}


async def test_a_word_that_a_correction_took_away_finds_the_document_no_more(either_service: JobsProcess) -> None:
    records = Records(either_service)
    (document,) = await records.ended()
    await records.correct(document.id, tags=["zeppelin"])
    assert await records.found("zeppelin") == [document.id]
    await records.correct(document.id, tags=["airship"])
    assert await records.found("zeppelin") == []
    await records.undo(document.id)
    assert await records.found("zeppelin") == [document.id]
    assert await records.found("airship") == []


async def test_a_tag_says_where_it_comes_from(either_service: JobsProcess) -> None:
    records = Records(either_service)
    (document,) = await records.ended()
    machine = document.result.tags[0]
    corrected = await records.correct(document.id, tags=[machine.tag, f"{document.result.tags[1].tag} renamed"])
    kept, new = corrected.result.tags
    assert kept == machine
    assert (new.source, new.origin, new.by, new.score) == ("person", "person", "u1", 1.0)
    assert new.at.seconds > 1_700_000_000
    assert (new.evidence, new.grounded, new.page) == ("", False, 0)
    # The other user's words in another step do not become this person's.
    again = await records.correct(document.id, tags=[new.tag, "third"])
    assert again.result.tags[0] == new


async def test_the_machines_result_stays_in_the_history(either_service: JobsProcess) -> None:
    records = Records(either_service)
    (document,) = await records.ended()
    await records.correct(document.id, tags=["first"], title="One")
    await records.correct(document.id, tags=["second"])
    await records.correct(document.id, reviewed=True)
    newest, middle, oldest = await records.history(document.id)
    assert [change.version for change in (newest, middle, oldest)] == [4, 3, 2]
    assert [change.action for change in (newest, middle, oldest)] == ["review", "correct", "correct"]
    assert (newest.changes[0].field, newest.changes[0].after_flag) == ("reviewed", True)
    title, tags = oldest.changes
    assert (title.field, title.before_text, title.after_text) == ("title", document.title, "One")
    assert list(tags.before_tags) == list(document.result.tags)
    assert [tag.tag for tag in tags.after_tags] == ["first"]
    assert oldest.by == "u1"
    assert [change.version for change in await records.history(document.id, before=4, limit=1)] == [3]


async def test_undo_takes_back_the_last_changes_that_stand(either_service: JobsProcess) -> None:
    records = Records(either_service)
    (document,) = await records.ended()
    machine = list(document.result.tags)
    await records.correct(document.id, tags=["first"], title="One")
    await records.correct(document.id, tags=["second"])
    back = await records.undo(document.id, expected=3)
    assert (back.version, tags_of(back), back.title) == (4, ["first"], "One")
    back = await records.undo(document.id)
    assert (list(back.result.tags), back.title) == (machine, document.title)
    assert await refusal(records.undo(document.id)) == ("invalid_state", "There is nothing to undo.")
    # All at once, and more steps than there are.
    await records.correct(document.id, tags=["third"])
    await records.correct(document.id, note="n")
    back = await records.undo(document.id, steps=50)
    assert (list(back.result.tags), back.note) == (machine, "")
    newest = (await records.history(document.id))[0]
    assert (newest.action, list(newest.undoes)) == ("undo", [7, 6])
    assert [change.undone for change in await records.history(document.id)][1:3] == [True, True]


async def test_two_people_who_edit_one_document_do_not_overwrite_each_other(either_service: JobsProcess) -> None:
    records = Records(either_service)
    (document,) = await records.ended()

    async def edit(name: str) -> str:
        try:
            return (await records.correct(document.id, 1, title=name)).title
        except grpc.aio.AioRpcError as error:
            return dict(error.trailing_metadata() or ()).get("metatag-error-code", "")

    answers = await asyncio.gather(*(edit(f"Title {n}") for n in range(6)))
    won = [answer for answer in answers if answer.startswith("Title")]
    assert sorted(answers)[1:] == ["version_mismatch"] * 5
    assert (await records.get(document.id)).title == won[0]
    assert len(await records.history(document.id)) == 1
    code, sentence = await refusal(records.undo(document.id, expected=1))
    assert (code, sentence) == (
        "version_mismatch",
        "The document was changed meanwhile; load it again and repeat your change.",
    )
    # Without an expected version each is written, one after the other.
    await asyncio.gather(*(records.correct(document.id, note=f"Note {n}") for n in range(3)))
    assert (await records.get(document.id)).version == 5


async def test_markup_is_text_and_bounds_are_said(service: JobsProcess) -> None:
    records = Records(service)
    (document,) = await records.ended()
    hostile = "<script>alert('x')</script>"
    corrected = await records.correct(
        document.id, title="<b>bold</b>\x00 \u0007title", tags=[hostile, "  two   words ", "Two Words", "x\x00y"]
    )
    assert corrected.title == "<b>bold</b> title"
    assert tags_of(corrected) == [hostile, "two words", "xy"]
    assert await records.found("<script>alert") == [document.id]
    for correction, word in (
        ({"tags": [f"tag {n}" for n in range(10_000)]}, "at most 100 tags; these are 10000"),
        ({"tags": ["x" * 201]}, "at most 200 characters"),
        ({"tags": [" \x00 "]}, "at least one character"),
        ({"title": "x" * 501}, "title: at most 500 characters are kept; these are 501."),
        ({"description": "x" * 5001}, "description"),
        ({"note": "x" * 5001}, "note"),
        ({"facets": [("colour", "red")]}, "there is no kind 'colour'"),
        ({"facets": [("year", str(n)) for n in range(201)]}, "at most 200 facets"),
        ({}, "Nothing to change"),
    ):
        code, sentence = await refusal(records.correct(document.id, **correction))
        assert code == "invalid_argument"
        assert word in sentence
    assert (await records.get(document.id)).version == 2


async def test_a_correction_that_changes_nothing_makes_no_version(service: JobsProcess) -> None:
    records = Records(service)
    (document,) = await records.ended()
    same = await records.correct(document.id, title=document.title, tags=tags_of(document))
    assert (same.version, same.edited) == (1, False)
    assert await records.history(document.id) == []


async def test_a_review_is_no_edit_and_names_who_looked(either_service: JobsProcess) -> None:
    records = Records(either_service)
    (document,) = await records.ended()
    seen = await records.correct(document.id, reviewed=True)
    assert (seen.reviewed_by, seen.edited, seen.version) == ("u1", False, 2)
    assert seen.HasField("reviewed_at")
    back = await records.undo(document.id)
    assert not back.HasField("reviewed_at")
    assert back.reviewed_by == ""


async def test_a_tag_of_a_vocabulary_is_kept_as_its_label(either_service: JobsProcess) -> None:
    records = Records(either_service)
    (document,) = await records.ended()
    term = document_pb2.VocabularyTerm(label="drinking water", aliases=["potable water"], labels={"hi": "पेयजल"})
    await records.client.stub.PutVocabulary(jobs_pb2.PutVocabularyRequest(user_id="u1", name="water", terms=[term]))
    for name in ("Potable Water", "पेयजल", "drinking water"):
        corrected = await records.correct(document.id, tags=[records_pb2.GivenTag(tag=name, vocabulary="water")])
        assert [(tag.tag, tag.vocabulary) for tag in corrected.result.tags] == [("drinking water", "water")]
    refused = records.correct(document.id, tags=[records_pb2.GivenTag(tag="irrigation", vocabulary="water")])
    assert await refusal(refused) == ("invalid_argument", "tags: the vocabulary 'water' has no term 'irrigation'.")
    unknown = records.correct(document.id, tags=[records_pb2.GivenTag(tag="x", vocabulary="fire")])
    assert (await refusal(unknown))[0] == "not_found"


async def test_only_documents_at_their_end_are_corrected(service: JobsProcess) -> None:
    records = Records(service)
    service.tagger.open.clear()
    job_id = await records.client.batch(1, fake_pdf(pages=1))

    async def in_work() -> bool:
        (found,) = await records.client.documents(job_id)
        return found.state == jobs_pb2.DOCUMENT_STATE_PROCESSING

    await until(in_work)
    (document,) = await records.client.documents(job_id)
    code, sentence = await refusal(records.correct(document.id, title="Too early"))
    assert (code, sentence) == ("invalid_state", "The document is still in work; wait for its end.")
    service.tagger.open.set()
    await records.client.finished(job_id)
    assert (await records.correct(document.id, title="In time")).title == "In time"


async def test_a_failed_document_can_be_named_and_tagged_by_hand(either_service: JobsProcess) -> None:
    records = Records(either_service)
    source = jobs_pb2.Source(type=jobs_pb2.SOURCE_TYPE_URL, path="http://127.0.0.1:9/a.pdf")
    made = await records.client.create([jobs_pb2.DocumentSpec(title="Row", source=source)])
    await records.client.finished(made.job.id)
    (document,) = await records.client.documents(made.job.id)
    corrected = await records.correct(document.id, tags=["by hand"], note="Ask the district for a copy")
    assert corrected.state == jobs_pb2.DOCUMENT_STATE_FAILED
    assert await records.found("by hand") == await records.found("district copy") == [document.id]


async def test_another_users_document_does_not_exist(either_service: JobsProcess) -> None:
    (document,) = await Records(either_service).ended()
    other = Records(either_service, "u2")
    for call in (other.correct(document.id, title="Mine"), other.undo(document.id), other.history(document.id)):
        assert await refusal(call) == ("not_found", "Document not found")


async def test_the_history_goes_with_its_document(either_service: JobsProcess) -> None:
    from fakes.jobs_database import rows
    from metatag_runtime.sql import Database

    records = Records(either_service)
    (document,) = await records.ended()
    await records.correct(document.id, title="One")
    request = jobs_pb2.DeleteJobRequest(user_id="u1", job_id=document.job_id)
    await records.client.stub.DeleteJob(request)
    database = Database(either_service.settings.database_url)
    try:

        async def gone() -> bool:
            return not await rows(database, "SELECT 1 AS one FROM doc_change")

        await until(gone)
    finally:
        await database.close()
