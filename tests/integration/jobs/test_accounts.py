"""All that a user has, exported and removed, over real gRPC, on both databases."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Sequence
from pathlib import Path

import grpc
import pytest

from fakes import traces
from fakes.fake_ocr_node import fake_pdf
from fakes.jobs_process import JobsProcess, running_jobs, specs, until
from fakes.records_client import Records, tags_of
from metatag.v1 import accounts_pb2 as a
from metatag.v1 import accounts_pb2_grpc, jobs_pb2, webhooks_pb2, webhooks_pb2_grpc
from metatag_jobs.accounts import erasing
from metatag_jobs.adapters.sql.tables import metadata

MARK = "quokkaridge"
USER, OTHER = "user-a-quokka", "user-b-wombat"
HOUR = 3600


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for accounts to erase at once."""
    monkeypatch.setitem(erasing.AccountEraser.__init__.__kwdefaults__, "period", 0.05)


async def fill(service: JobsProcess, user: str) -> Sequence[jobs_pb2.Document]:
    """Give a user some of everything, each with the mark in it; return the documents of the first batch."""
    records = Records(service, user)
    stub = records.client.stub
    term = jobs_pb2.PutVocabularyRequest(user_id=user, name=f"list {MARK}")
    term.terms.add(label=f"{MARK} water")
    await stub.PutVocabulary(term)
    hooks = webhooks_pb2_grpc.WebhooksServiceStub(service.channel)
    url = f"http://93.184.216.34/{MARK}"
    made = await hooks.CreateWebhook(webhooks_pb2.CreateWebhookRequest(user_id=user, url=url, events=["job.completed"]))
    # Nothing is posted to it.
    off = webhooks_pb2.ChangeWebhookRequest(user_id=user, webhook_id=made.webhook.id, active=False)
    await hooks.ChangeWebhook(off)
    file_id = await records.client.upload(fake_pdf(pages=2, text=f"The {MARK} borewell.", salt=user), f"{MARK}.pdf")
    rows = specs(file_id, 3, f"about {MARK}")
    for row in rows:
        row.columns["District"], row.folder, row.title = MARK, f"{MARK}/1998", f"{MARK} report"
    job = (await records.client.create(rows, name=f"Batch {MARK}")).job
    await records.client.finished(job.id)
    first, second, third = await records.client.documents(job.id)
    await records.correct(first.id, note=f"note {MARK}", tags=[MARK, *tags_of(first)])
    await records.trash(second.id)
    again = [jobs_pb2.DocumentSpec(reprocess_of=third.id)]
    await records.client.finished((await records.client.create(again)).job.id)
    await records.retagged(await records.retag("edit", add=[f"{MARK} tag"], ids=[third.id]))
    # Sent, and used by nothing.
    await records.client.upload(fake_pdf(pages=1, text=MARK, salt=f"{user} unused"), "b.pdf")
    return first, second, third


async def erased(stub: accounts_pb2_grpc.AccountsServiceStub, user: str) -> None:
    async def done() -> bool:
        return (await stub.EraseUser(a.EraseUserRequest(user_id=user))).done

    await until(done, seconds=120)


async def objects(service: JobsProcess) -> list[str]:
    folder = Path(service.settings.files_url)
    return sorted(path.name for path in await asyncio.to_thread(lambda: list(folder.rglob("*"))) if path.is_file())


async def test_nothing_of_an_erased_user_is_left_and_all_of_others(either_service: JobsProcess) -> None:
    service = either_service
    await fill(service, OTHER)
    others_objects = set(await objects(service))
    documents = await fill(service, USER)
    # One that is still in work when the account ends.
    open_job = await service.as_user(USER).batch(4, fake_pdf(pages=3, scanned=[1, 2, 3], ms=2000, salt="long"))
    stub = accounts_pb2_grpc.AccountsServiceStub(service.channel)
    marks = [USER, open_job, *(document.id for document in documents), *(document.job_id for document in documents)]
    before = await traces.in_database(service.settings.database_url, [*marks, MARK])
    # A table of users' that is filled by none of this has to be filled here, and removed in erasure.py.
    named = {table.name for table in metadata.sorted_tables if "user_id" in table.columns}
    assert {at.partition(".")[0] for at in before} >= named - {"erasure", "learning"}
    await erased(stub, USER)

    async def gone() -> bool:
        # Of the others' objects those go that a newer reading has replaced.
        return set(await objects(service)) <= others_objects

    await until(gone, seconds=120)
    assert await traces.in_database(service.settings.database_url, marks) == ["erasure.user_id"]
    if service.settings.redis_url:
        assert await traces.in_redis(service.settings.redis_url, marks, HOUR) == []
    other = service.as_user(OTHER)
    found = await Records(service, OTHER).found(MARK)
    assert len(found) == 2
    for document_id in found:
        wanted = jobs_pb2.ReadFileRequest(user_id=OTHER, document_id=document_id)
        assert b"".join([part.chunk async for part in other.stub.ReadFile(wanted)]).startswith(b"%PDF")
    vocabularies = await other.stub.ListVocabularies(jobs_pb2.ListVocabulariesRequest(user_id=OTHER))
    assert [each.name for each in vocabularies.vocabularies] == [f"list {MARK}"]


async def test_what_comes_in_after_the_end_of_an_account_goes_too(either_service: JobsProcess) -> None:
    stub = accounts_pb2_grpc.AccountsServiceStub(either_service.channel)
    await erased(stub, USER)
    late = either_service.as_user(USER)
    # The second look may take it away while it is being made.
    with contextlib.suppress(grpc.aio.AioRpcError):
        await late.batch(1, fake_pdf(pages=1, salt="late"))
    url = either_service.settings.database_url

    async def gone() -> bool:
        return await traces.in_database(url, [USER]) == ["erasure.user_id"]

    await until(gone, seconds=60)


async def test_an_erasure_goes_on_after_the_service_was_stopped(tmp_path: Path) -> None:
    given = {"database_url": f"sqlite+aiosqlite:///{tmp_path}/jobs.sqlite", "files_url": str(tmp_path / "files")}
    async with running_jobs(**given) as service:
        await fill(service, USER)
        stub = accounts_pb2_grpc.AccountsServiceStub(service.channel)
        # Stopped before anything was removed.
        for each in service.services:
            if each.name in ("jobs-accounts", "jobs-sweeper"):
                await each.stop(0)
        assert not (await stub.EraseUser(a.EraseUserRequest(user_id=USER))).done
    async with running_jobs(**given) as service:

        async def gone() -> bool:
            left = await traces.in_database(given["database_url"], [USER, MARK])
            return left == ["erasure.user_id"] and not await objects(service)

        await until(gone, seconds=120)


async def test_a_closed_erasure_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(erasing.AccountEraser.__init__.__kwdefaults__, "closing", 0.0)
    async with running_jobs() as service:
        await fill(service, USER)
        stub = accounts_pb2_grpc.AccountsServiceStub(service.channel)
        await stub.EraseUser(a.EraseUserRequest(user_id=USER))
        url = service.settings.database_url

        async def gone() -> bool:
            return await traces.in_database(url, [USER, MARK]) == []

        await until(gone, seconds=60)


async def test_an_erased_document_leaves_nothing_but_the_events_of_its_job(either_service: JobsProcess) -> None:
    records = Records(either_service, USER)
    (document,) = await records.ended(salt="one")
    await records.correct(document.id, note=f"note {MARK}", title=f"{MARK} title")
    await records.trash(document.id)
    await records.erase(document.id)
    url = either_service.settings.database_url
    assert await traces.in_database(url, [document.id, MARK]) == ["job_event.body"]

    async def gone() -> bool:
        return not await objects(either_service)

    await until(gone, seconds=60)


async def test_runs_over_an_erased_document_go_with_it(either_service: JobsProcess) -> None:
    records = Records(either_service, USER)
    (document,) = await records.ended(salt="one")
    await records.correct(document.id, title=f"{MARK} title")
    again = (await records.client.create([jobs_pb2.DocumentSpec(reprocess_of=document.id)])).job
    await records.client.finished(again.id)
    url = either_service.settings.database_url
    assert "doc.title" in await traces.in_database(url, [MARK])
    await records.trash(document.id)
    await records.erase(document.id)
    assert await traces.in_database(url, [document.id, MARK]) == ["job_event.body"]


async def exported(service: JobsProcess, user: str) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    name = ""
    async for part in accounts_pb2_grpc.AccountsServiceStub(service.channel).ExportUser(
        a.ExportUserRequest(user_id=user)
    ):
        if part.WhichOneof("part") == "file":
            name = part.file
            assert name not in files
            files[name] = b""
        else:
            assert len(part.chunk) <= 1024 * 1024
            files[name] += part.chunk
    return files


async def test_an_export_has_all_of_a_user_and_nothing_of_others(either_service: JobsProcess) -> None:
    first, second, third = await fill(either_service, USER)
    await fill(either_service, OTHER)
    files = await exported(either_service, USER)
    documents = {row["id"]: row for row in map(json.loads, files["documents.jsonl"].decode().splitlines())}
    assert set(documents) == {first.id, second.id, third.id}
    assert documents[first.id]["note"] == f"note {MARK}"
    assert [change["action"] for change in documents[first.id]["history"]] == ["correct"]
    assert any(document["tag_feedback"] for document in documents.values())
    assert {change["action"] for change in documents[third.id]["history"]} == {"process_again", "bulk"}
    assert MARK in documents[first.id]["text"]
    assert documents[second.id]["trashed_at"] > 0
    assert {tag["tag"] for tag in documents[third.id]["result"]["tags"]} >= {f"{MARK} tag"}
    jobs = [json.loads(line) for line in files["jobs.jsonl"].decode().splitlines()]
    assert {job["name"] for job in jobs} >= {f"Batch {MARK}"}
    originals = {name: body for name, body in files.items() if name.startswith("originals/")}
    assert len(originals) == 2
    assert fake_pdf(pages=2, text=f"The {MARK} borewell.", salt=USER) in originals.values()
    vocabulary = json.loads(files["vocabularies/0001.json"])
    assert (vocabulary["name"], vocabulary["terms"][0]["label"]) == (f"list {MARK}", f"{MARK} water")
    (webhook,) = json.loads(files["webhooks.json"])
    assert webhook["url"].endswith(MARK)
    assert not {"secret", "old_secret"} & set(webhook)
    (tag_job,) = map(json.loads, files["tag-jobs.jsonl"].decode().splitlines())
    assert tag_job["state"] == "completed"
    assert not any(OTHER.encode() in body for body in files.values())


async def test_a_user_with_nothing_has_an_export(either_service: JobsProcess) -> None:
    files = await exported(either_service, "nobody")
    assert files["documents.jsonl"] == b""
    assert json.loads(files["webhooks.json"]) == []
