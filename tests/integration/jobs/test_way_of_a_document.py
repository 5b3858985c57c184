"""From upload to tags, events and history, over real gRPC, embedded and as in the cluster."""

from __future__ import annotations

import asyncio
import csv
import io
import json

import grpc
import openpyxl
import pytest

from fakes.fake_ocr_node import fake_pdf
from fakes.jobs_process import JobsProcess, specs, until
from metatag.v1 import document_pb2, jobs_pb2


async def test_a_single_document_is_tagged_and_told_event_by_event(either_service: JobsProcess) -> None:
    client = either_service.client
    file_id = await client.upload(fake_pdf(pages=2, title="A fine title"))
    source = jobs_pb2.Source(type=jobs_pb2.SOURCE_TYPE_UPLOAD, path="upload://a.pdf", file_id=file_id)
    made = await client.create([jobs_pb2.DocumentSpec(source=source)], jobs_pb2.JOB_TYPE_SINGLE)
    events = await client.watch(made.job.id)

    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert events[-1].job.state == jobs_pb2.JOB_STATE_COMPLETED
    pages = [event.page.page.number for event in events if event.HasField("page")]
    assert sorted(pages) == [1, 2]
    document = (await client.documents(made.job.id))[0]
    assert document.title == "A fine title"
    assert document.state == jobs_pb2.DOCUMENT_STATE_SUCCESS
    assert document.result.extraction_method == "text_layer"
    assert document.result.page_count == 2
    assert len(document.result.tags) == 8
    request = jobs_pb2.GetDocumentRequest(user_id="u1", document_id=document.id)
    whole = (await client.stub.GetDocument(request)).document
    assert whole.text.startswith("The quick brown fox")
    assert "Page 2" in whole.text


async def test_a_batch_ends_with_every_document_done_once(either_service: JobsProcess) -> None:
    client = either_service.client
    job_id = await client.batch(120, fake_pdf(pages=1))
    events = await client.watch(job_id)

    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    ended = [e.document.position for e in events if e.HasField("document") and e.document.HasField("result")]
    assert sorted(ended) == list(range(120))
    last = events[-1]
    assert (last.total, last.processed, last.failed) == (120, 120, 0)
    job = await client.job(job_id)
    assert (job.state, job.running, job.seq) == (jobs_pb2.JOB_STATE_COMPLETED, 0, last.seq)


async def test_an_unchanged_document_costs_no_second_reading(either_service: JobsProcess) -> None:
    client = either_service.client
    for _ in range(2):
        await client.finished(await client.batch(3, fake_pdf(pages=1, salt="same")))
    assert sum(either_service.ocr.calls.values()) <= 3
    before = either_service.tagger.calls
    await client.finished(await client.batch(3, fake_pdf(pages=1, salt="same")))
    assert either_service.tagger.calls == before


async def test_another_user_shares_nothing(either_service: JobsProcess) -> None:
    body = fake_pdf(pages=1, salt="shared")
    await either_service.client.finished(await either_service.client.batch(1, body))
    other = either_service.as_user("u2")
    job_id = await other.batch(1, body)
    await other.finished(job_id)
    assert sum(either_service.ocr.calls.values()) == 2
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await either_service.client.job(job_id)
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND


async def test_wrong_rows_fail_alone(either_service: JobsProcess) -> None:
    client = either_service.client
    file_id = await client.upload(fake_pdf(pages=1))
    rows = [
        *specs(file_id, 1),
        jobs_pb2.DocumentSpec(source=jobs_pb2.Source(type=jobs_pb2.SOURCE_TYPE_URL)),
        jobs_pb2.DocumentSpec(source=jobs_pb2.Source(path="x")),
        jobs_pb2.DocumentSpec(problem=document_pb2.Problem(code="invalid_argument", message="Bad row.")),
        *specs("00000000-0000-0000-0000-000000000000", 1),
        *specs(await client.upload(fake_pdf(pages=1, text="short")), 1),
        *specs(await client.upload(fake_pdf(fail="encrypted_document")), 1),
    ]
    made = await client.create(rows)
    job = await client.finished(made.job.id)
    assert (job.processed, job.failed, job.state) == (1, 6, jobs_pb2.JOB_STATE_COMPLETED)
    problems = [document.problem.message for document in await client.documents(made.job.id)]
    assert problems[1] == "file_path is required"
    assert problems[2] == "Unknown source type"
    assert problems[3] == "Bad row."
    assert "no longer stored" in problems[4]
    assert problems[5].startswith("Could not extract sufficient text from PDF.")
    assert problems[6] == "This document was made to fail."


async def test_a_failed_single_document_is_a_failed_job_in_history(either_service: JobsProcess) -> None:
    client = either_service.client
    made = await client.create(specs(await client.upload(fake_pdf(text="no")), 1), jobs_pb2.JOB_TYPE_SINGLE)
    job = await client.finished(made.job.id)
    assert job.state == jobs_pb2.JOB_STATE_FAILED
    assert job.problem.code == "insufficient_text"


async def test_a_delete_really_deletes(either_service: JobsProcess) -> None:
    client = either_service.client
    first = await client.batch(2, fake_pdf(pages=1))
    await client.finished(first)
    second = await client.batch(2, fake_pdf(pages=1))
    await client.finished(second)
    await client.stub.DeleteJob(jobs_pb2.DeleteJobRequest(user_id="u1", job_id=first))
    document = (await client.documents(second))[0]
    read = jobs_pb2.ReadFileRequest(user_id="u1", document_id=document.id)
    assert b"".join([part.chunk async for part in client.stub.ReadFile(read)]) == fake_pdf(pages=1)

    await client.stub.DeleteJob(jobs_pb2.DeleteJobRequest(user_id="u1", job_id=second))
    # The sweeper's next round.
    files = either_service.folder / "files"
    await until(lambda: not any(path.is_file() for path in files.rglob("*")))
    stats = await client.stub.GetStats(jobs_pb2.GetStatsRequest(user_id="u1"))
    assert (stats.total_jobs, stats.total_documents) == (0, 0)


async def test_search_finds_title_tags_and_text_in_both_scripts(either_service: JobsProcess) -> None:
    client = either_service.client
    hindi = "भारत सरकार की वार्षिक रिपोर्ट में स्वास्थ्य और शिक्षा की योजनाओं का विवरण दिया गया है। " * 2
    rows = [
        jobs_pb2.DocumentSpec(
            title=title,
            source=jobs_pb2.Source(
                type=jobs_pb2.SOURCE_TYPE_UPLOAD, path="upload://scan.pdf", file_id=await client.upload(body)
            ),
        )
        for title, body in (("Annual_report 100%", fake_pdf(pages=1)), ("वार्षिक रिपोर्ट", fake_pdf(text=hindi)))
    ]
    await client.finished((await client.create(rows)).job.id)

    async def found(query: str) -> list[str]:
        request = jobs_pb2.SearchDocumentsRequest(user_id="u1", query=query)
        return [document.title for document in (await client.stub.SearchDocuments(request)).documents]

    # Both files are called so.
    assert len(await found("scan.pdf")) == 2
    assert await found("wizards") == ["Annual_report 100%"]
    assert await found("WIZ") == ["Annual_report 100%"]
    assert await found("0%") == ["Annual_report 100%"]
    assert await found("l_r") == ["Annual_report 100%"]
    assert await found("%") == ["Annual_report 100%"]
    assert await found("_x") == []
    assert await found("स्वास्थ्य") == ["वार्षिक रिपोर्ट"]
    assert await found("योजना") == ["वार्षिक रिपोर्ट"]
    assert await found("र्षिक") == ["वार्षिक रिपोर्ट"]
    assert await found("' OR 1=1 --") == []
    assert await found('fox" OR NEAR(') == []
    assert await found("वार्षिक रिपोर्ट") == ["वार्षिक रिपोर्ट"]
    assert await found("\u200d") == []
    assert await found("C++") == []


async def test_a_search_is_narrowed_to_documents_with_the_facets_asked_for(either_service: JobsProcess) -> None:
    client = either_service.client
    file_id = await client.upload(fake_pdf(pages=1))
    facets = {
        "order": [
            ["year", "2023"],
            ["date", "2023-07-14"],
            ["organisation", "शिक्षा विभाग"],
            ["document_type", "order"],
        ],
        "bill": [["year", "2021"], ["organisation", "Reserve Bank of India"], ["reference", "RBI/2021-22/56"]],
    }
    source = jobs_pb2.Source(type=jobs_pb2.SOURCE_TYPE_UPLOAD, path="upload://x.pdf", file_id=file_id)
    rows = [
        jobs_pb2.DocumentSpec(title=title, description=json.dumps({"facets": found}), source=source)
        for title, found in facets.items()
    ]
    await client.finished((await client.create(rows)).job.id)

    async def found(query: str = "", **wanted: str) -> list[str]:
        request = jobs_pb2.SearchDocumentsRequest(user_id="u1", query=query, facets=wanted)
        return [document.title for document in (await client.stub.SearchDocuments(request)).documents]

    assert sorted(await found("wizards")) == ["bill", "order"]
    assert await found("wizards", year="2023") == ["order"]
    assert await found(date="2023-07") == ["order"]
    assert await found(organisation="शिक्षा") == ["order"]
    assert await found(organisation="reserve bank", year="2021") == ["bill"]
    assert await found(organisation="reserve bank", year="2023") == []
    assert await found(reference="rbi/2021") == ["bill"]
    assert await found(place="' OR 1=1 --") == []
    with pytest.raises(grpc.aio.AioRpcError):
        await found(colour="red")


async def test_the_same_idempotency_key_gives_the_first_answer_again(either_service: JobsProcess) -> None:
    client = either_service.client
    file_id = await client.upload(fake_pdf(pages=1))
    first = await client.create(specs(file_id, 2), idempotency_key="once")
    again = await client.create(specs(file_id, 2), idempotency_key="once")
    assert (first.replayed, again.replayed) == (False, True)
    assert again.job.id == first.job.id
    other = await either_service.as_user("u2").create(
        specs(await either_service.as_user("u2").upload(fake_pdf(pages=1)), 1), idempotency_key="once"
    )
    assert other.job.id != first.job.id


async def test_creations_at_once_under_one_key_make_one_job(either_service: JobsProcess) -> None:
    client = either_service.client
    file_id = await client.upload(fake_pdf(pages=1))
    answers = await asyncio.gather(*(client.create(specs(file_id, 2), idempotency_key="once") for _ in range(4)))
    assert len({answer.job.id for answer in answers}) == 1
    assert sorted(answer.replayed for answer in answers) == [False, True, True, True]
    listed = await client.stub.ListJobs(jobs_pb2.ListJobsRequest(user_id=client.user, limit=10))
    assert listed.total == 1
    assert (await client.finished(answers[0].job.id)).processed == 2


async def test_a_job_is_known_by_the_key_it_was_created_with(either_service: JobsProcess) -> None:
    client = either_service.client
    made = await client.create(specs(await client.upload(fake_pdf(pages=1)), 1), idempotency_key="once")
    by_key = jobs_pb2.GetJobRequest(user_id=client.user, idempotency_key="once")
    assert (await client.stub.GetJob(by_key)).job.id == made.job.id
    for unknown in (
        jobs_pb2.GetJobRequest(user_id=client.user, idempotency_key="never"),
        jobs_pb2.GetJobRequest(user_id="u2", idempotency_key="once"),
        jobs_pb2.GetJobRequest(user_id=client.user),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await client.stub.GetJob(unknown)
        assert refused.value.code() is grpc.StatusCode.NOT_FOUND
    await client.stub.DeleteJob(jobs_pb2.DeleteJobRequest(user_id=client.user, job_id=made.job.id))
    with pytest.raises(grpc.aio.AioRpcError):
        await client.stub.GetJob(by_key)


async def test_an_idempotency_key_that_comes_with_another_request_is_refused(either_service: JobsProcess) -> None:
    client = either_service.client
    file_id = await client.upload(fake_pdf(pages=1))
    first = await client.create(specs(file_id, 1), idempotency_key="once", request_digest="a" * 64)
    again = await client.create(specs(file_id, 1), idempotency_key="once", request_digest="a" * 64)
    assert again.job.id == first.job.id
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await client.create(specs(file_id, 2), idempotency_key="once", request_digest="b" * 64)
    assert ("metatag-error-code", "idempotency_mismatch") in tuple(refused.value.trailing_metadata() or ())
    assert "another request" in (refused.value.details() or "")
    # Who sends no digest, as older gateways do, is not compared.
    assert (await client.create(specs(file_id, 2), idempotency_key="once")).job.id == first.job.id


@pytest.mark.parametrize("kind", ["CSV", "JSON_LINES", "XLSX"])
async def test_an_export_of_a_job_that_does_not_exist_is_refused_before_its_first_byte(
    either_service: JobsProcess, kind: str
) -> None:
    request = jobs_pb2.ExportJobRequest(
        user_id="u1", job_id="0b6f7b6e-2f3e-4f0e-9d0a-6f5a3c9b1d99", format=f"EXPORT_FORMAT_{kind}"
    )
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        async for _ in either_service.client.stub.ExportJob(request):
            raise AssertionError("no byte may come")
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND


async def test_a_taken_job_id_is_a_conflict(either_service: JobsProcess) -> None:
    client = either_service.client
    file_id = await client.upload(fake_pdf(pages=1))
    chosen = "0b6f7b6e-2f3e-4f0e-9d0a-6f5a3c9b1d11"
    assert (await client.create(specs(file_id, 1), job_id=chosen)).job.id == chosen
    for user in ("u1", "u2"):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await either_service.as_user(user).create(specs(file_id, 1), job_id=chosen)
        assert refused.value.code() is grpc.StatusCode.ALREADY_EXISTS


async def test_exports_hold_every_document_and_no_formula(either_service: JobsProcess) -> None:
    client = either_service.client
    file_id = await client.upload(fake_pdf(pages=1))
    rows = specs(file_id, 3)
    rows[1].title = '=HYPERLINK("http://evil","x")'
    rows[0].columns.update({"विभाग": "जल", "Year": "2024"})
    rows[1].columns.update({"Year": "=1+1"})
    job_id = (await client.create(rows, columns=["विभाग", "Year", "title"])).job.id
    await client.finished(job_id)

    async def export(kind: jobs_pb2.ExportFormat.ValueType) -> bytes:
        request = jobs_pb2.ExportJobRequest(user_id="u1", job_id=job_id, format=kind)
        return b"".join([part.chunk async for part in client.stub.ExportJob(request)])

    lines = (await export(jobs_pb2.EXPORT_FORMAT_CSV)).decode("utf-8-sig").splitlines()
    assert len(lines) == 4
    assert "'=HYPERLINK" in lines[2]
    table = list(csv.DictReader(lines))
    assert [row["विभाग"] for row in table] == ["जल", "", ""]
    assert [row["Year"] for row in table] == ["2024", "'=1+1", ""]
    assert table[0]["title (2)"] == ""
    assert table[0]["file_name"] == "a.pdf"
    objects = [json.loads(line) for line in (await export(jobs_pb2.EXPORT_FORMAT_JSON_LINES)).splitlines()]
    assert [each["columns"] for each in objects] == [{"विभाग": "जल", "Year": "2024"}, {"Year": "=1+1"}, {}]

    sheet = openpyxl.load_workbook(io.BytesIO(await export(jobs_pb2.EXPORT_FORMAT_XLSX))).active
    assert sheet is not None
    assert sheet.max_row == 4
    assert sheet.cell(3, 2).value == '=HYPERLINK("http://evil","x")'
    assert sheet.cell(3, 2).data_type == "s"
    assert [cell.value for cell in sheet[1]][-3:] == ["विभाग", "Year", "title (2)"]
    assert [cell.value for cell in sheet[2]][-3:-1] == ["जल", "2024"]


async def test_exports_give_the_columns_that_are_chosen(either_service: JobsProcess) -> None:
    client = either_service.client
    rows = specs(await client.upload(fake_pdf(pages=1)), 2)
    rows[0].columns.update({"विभाग": "जल", "tags": "own"})
    rows[0].folder = "roads/1998"
    job_id = (await client.create(rows, columns=["विभाग", "tags"], name="Circulars")).job.id
    await client.finished(job_id)

    async def export(kind: jobs_pb2.ExportFormat.ValueType, *columns: str) -> bytes:
        request = jobs_pb2.ExportJobRequest(user_id="u1", job_id=job_id, format=kind, columns=columns)
        return b"".join([part.chunk async for part in client.stub.ExportJob(request)])

    where = list(csv.reader((await export(jobs_pb2.EXPORT_FORMAT_CSV, "folder", "batch_name")).decode().splitlines()))
    assert where[1:] == [["roads/1998", "Circulars"], ["", "Circulars"]]
    chosen = ("विभाग", "row_number", "tags")
    table = list(csv.reader((await export(jobs_pb2.EXPORT_FORMAT_CSV, *chosen)).decode("utf-8-sig").splitlines()))
    assert table == [list(chosen), ["जल", "1", "own"], ["", "2", ""]]
    lines = (await export(jobs_pb2.EXPORT_FORMAT_JSON_LINES, *chosen)).splitlines()
    assert json.loads(lines[0]) == {"विभाग": "जल", "row_number": 1, "tags": "own"}
    sheet = openpyxl.load_workbook(io.BytesIO(await export(jobs_pb2.EXPORT_FORMAT_XLSX, "title", "विभाग"))).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == ["title", "विभाग"]
    assert sheet.auto_filter.ref == "A1:B3"
    assert sheet.column_dimensions["A"].width > sheet.column_dimensions["B"].width
    for kind, columns, hint in (
        (jobs_pb2.EXPORT_FORMAT_CSV, ["titel"], "did you mean 'title'"),
        (jobs_pb2.EXPORT_FORMAT_JSON_LD, ["title"], "JSON-LD"),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await export(kind, *columns)
        assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert hint in (refused.value.details() or "")


async def test_linked_data_is_one_graph_of_what_was_read(either_service: JobsProcess) -> None:
    client = either_service.client
    rows = specs(await client.upload(fake_pdf(pages=1)), 1)
    rows[0].title, rows[0].description = 'आदेश "१"', "On wells"
    rows[0].columns.update({"विभाग": "जल"})
    rows.append(jobs_pb2.DocumentSpec(source=jobs_pb2.Source(type=jobs_pb2.SOURCE_TYPE_URL, path="")))
    job_id = (await client.create(rows, columns=["विभाग"])).job.id
    await client.finished(job_id)
    request = jobs_pb2.ExportJobRequest(user_id="u1", job_id=job_id, format=jobs_pb2.EXPORT_FORMAT_JSON_LD)
    found = json.loads(b"".join([part.chunk async for part in client.stub.ExportJob(request)]))
    assert found["@context"]["dcterms"] == "http://purl.org/dc/terms/"
    # The second row failed and has no metadata.
    (node,) = found["@graph"]
    document = (await client.documents(job_id))[0]
    assert node["@id"] == f"urn:uuid:{document.id}"
    assert (node["dcterms:title"], node["dcterms:description"]) == ('आदेश "१"', "On wells")
    assert node["dcterms:subject"] == [tag.tag for tag in document.result.tags] != []
    assert node["schema:additionalProperty"][0]["schema:value"] == "जल"
    assert "dcterms:spatial" not in node


async def test_vocabularies_are_versioned_and_pinned(either_service: JobsProcess) -> None:
    client = either_service.client

    async def put(*labels: str) -> int:
        terms = [document_pb2.VocabularyTerm(label=label, aliases=["alias"]) for label in labels]
        request = jobs_pb2.PutVocabularyRequest(user_id="u1", name="Topics", terms=terms)
        return (await client.stub.PutVocabulary(request)).vocabulary.version

    assert [await put("health"), await put("health"), await put("health", "law")] == [1, 1, 2]
    either_service.tagger.keep_requests = True
    job_id = await client.batch(1, fake_pdf(pages=1), vocabulary="Topics")
    await client.finished(job_id)
    sent = either_service.tagger.requests[0].vocabulary
    assert (sent.version, [term.label for term in sent.terms]) == (2, ["health", "law"])
    listed = await client.stub.ListVocabularies(jobs_pb2.ListVocabulariesRequest(user_id="u1"))
    assert [(each.name, each.version) for each in listed.vocabularies] == [("Topics", 2)]
    assert list(listed.term_counts) == [2]
    await client.stub.DeleteVocabulary(jobs_pb2.DeleteVocabularyRequest(user_id="u1", name="Topics"))
    with pytest.raises(grpc.aio.AioRpcError) as gone:
        await client.stub.GetVocabulary(jobs_pb2.GetVocabularyRequest(user_id="u1", name="Topics"))
    assert gone.value.code() is grpc.StatusCode.NOT_FOUND


async def test_health_names_everything_the_service_stands_on(either_service: JobsProcess) -> None:
    answer = await either_service.client.stub.GetDependencies(jobs_pb2.GetDependenciesRequest())
    found = {each.name: each.healthy for each in answer.dependencies}
    wanted = {"database", "object_store", "ocr", "tagger"} | ({"redis"} if either_service.settings.redis_url else set())
    assert found == dict.fromkeys(wanted, True)
