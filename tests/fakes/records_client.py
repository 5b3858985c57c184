"""Short words for RecordsService, over the channel of a running jobs service."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import grpc
import pytest

from fakes.fake_ocr_node import fake_pdf
from fakes.jobs_process import JobsProcess, specs
from metatag.v1 import jobs_pb2, records_pb2, records_pb2_grpc


class Records:
    """One user's documents."""

    def __init__(self, service: JobsProcess, user: str = "u1") -> None:
        self.service = service
        self.user = user
        self.client = service.as_user(user)
        self.stub = records_pb2_grpc.RecordsServiceStub(service.channel)

    async def ended(self, count: int = 1, salt: str = "", **options: Any) -> Sequence[jobs_pb2.Document]:
        """Process a batch of one file and return its documents."""
        file_id = await self.client.upload(fake_pdf(pages=2, salt=salt))
        made = await self.client.create(specs(file_id, count), options=jobs_pb2.ProcessOptions(**options))
        await self.client.finished(made.job.id)
        return await self.client.documents(made.job.id)

    async def get(self, document_id: str) -> jobs_pb2.Document:
        """Return a document with its text."""
        request = jobs_pb2.GetDocumentRequest(user_id=self.user, document_id=document_id)
        return (await self.client.stub.GetDocument(request)).document

    async def correct(self, document_id: str, expected: int = 0, **correction: Any) -> jobs_pb2.Document:
        """Correct a document; `tags` and `facets` are plain strings and pairs."""
        tags, facets = correction.pop("tags", None), correction.pop("facets", None)
        message = records_pb2.Correction(**correction)
        if tags is not None:
            given = [records_pb2.GivenTag(tag=tag) if isinstance(tag, str) else tag for tag in tags]
            message.tags.CopyFrom(records_pb2.GivenTags(tags=given))
        if facets is not None:
            pairs = [records_pb2.GivenFacet(kind=kind, value=value) for kind, value in facets]
            message.facets.CopyFrom(records_pb2.GivenFacets(facets=pairs))
        request = records_pb2.CorrectDocumentRequest(
            user_id=self.user, document_id=document_id, expected_version=expected, correction=message
        )
        return (await self.stub.CorrectDocument(request)).document

    async def undo(self, document_id: str, steps: int = 1, expected: int = 0) -> jobs_pb2.Document:
        """Take changes back."""
        request = records_pb2.UndoCorrectionsRequest(
            user_id=self.user, document_id=document_id, steps=steps, expected_version=expected
        )
        return (await self.stub.UndoCorrections(request)).document

    async def history(self, document_id: str, **page: Any) -> Sequence[records_pb2.DocumentChange]:
        """Return the changes, newest first."""
        request = records_pb2.GetDocumentHistoryRequest(user_id=self.user, document_id=document_id, **page)
        return (await self.stub.GetDocumentHistory(request)).changes

    async def review(self, reason: str = "", after: str = "") -> records_pb2.ListReviewResponse:
        """Return the first of the queue."""
        wanted = records_pb2.ReviewFilter(reason=reason)
        return await self.stub.ListReview(records_pb2.ListReviewRequest(user_id=self.user, filter=wanted, after=after))

    async def trash(self, document_id: str) -> records_pb2.TrashDocumentResponse:
        """Put a document into the trash."""
        return await self.stub.TrashDocument(
            records_pb2.TrashDocumentRequest(user_id=self.user, document_id=document_id)
        )

    async def erase(self, document_id: str) -> None:
        """Remove a document in the trash for good."""
        await self.stub.EraseDocument(records_pb2.EraseDocumentRequest(user_id=self.user, document_id=document_id))

    async def retag(self, action: str, tags: Sequence[str] = (), to: Sequence[str] = (), **edit: Any) -> str:
        """Begin a tag job and return its id; `ids` and `search` choose documents."""
        ids, search, new = edit.pop("ids", None), edit.pop("search", None), edit.pop("replace", None)
        change = records_pb2.TagChange(action=action, tags=tags, to=to, **edit)
        if new is not None:
            change.replace.CopyFrom(records_pb2.TagList(tags=new))
        documents = None if ids is None else records_pb2.DocumentIds(ids=ids)
        request = records_pb2.StartTagJobRequest(user_id=self.user, change=change, documents=documents, search=search)
        return (await self.stub.StartTagJob(request)).job.id

    async def tag_job(self, tag_job_id: str) -> records_pb2.TagJob:
        """Return a tag job."""
        request = records_pb2.GetTagJobRequest(user_id=self.user, tag_job_id=tag_job_id)
        return (await self.stub.GetTagJob(request)).job

    async def retagged(self, tag_job_id: str) -> records_pb2.TagJob:
        """Wait for the end of a tag job, or of its undoing, and return it."""
        async with asyncio.timeout(60):
            while (job := await self.tag_job(tag_job_id)).state in ("running", "undoing"):
                await asyncio.sleep(0.03)
        return job

    async def undo_tag_job(self, tag_job_id: str) -> records_pb2.TagJob:
        """Take a tag job back and return it at its end."""
        await self.stub.UndoTagJob(records_pb2.UndoTagJobRequest(user_id=self.user, tag_job_id=tag_job_id))
        return await self.retagged(tag_job_id)

    async def found(self, query: str) -> list[str]:
        """Return the ids of the documents that a search gives."""
        request = jobs_pb2.SearchDocumentsRequest(user_id=self.user, query=query)
        return [document.id for document in (await self.client.stub.SearchDocuments(request)).documents]


async def refusal(awaitable: Any) -> tuple[str, str]:
    """Return the code and the sentence of a call that must be refused."""
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await awaitable
    trailers = dict(refused.value.trailing_metadata() or ())
    return str(trailers["metatag-error-code"]), refused.value.details() or ""


def tags_of(document: jobs_pb2.Document) -> list[str]:
    """Return the tags alone."""
    return [tag.tag for tag in document.result.tags]
