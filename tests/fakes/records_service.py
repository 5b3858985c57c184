"""The records of the fake jobs service: keeps the promises written in records.proto that a gateway relies on."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from fakes.jobs_service_engine import FakeEngine, now
from fakes.records_tag_jobs import FakeTagJobs
from metatag.v1 import document_pb2 as d
from metatag.v1 import jobs_pb2 as j
from metatag.v1 import records_pb2 as r
from metatag_runtime.errors import ErrorCode, InvalidArgument, MetatagError, NotFound

_ENDED = (j.DOCUMENT_STATE_SUCCESS, j.DOCUMENT_STATE_FAILED, j.DOCUMENT_STATE_CANCELLED)


class FakeRecordsService(FakeTagJobs):
    """Changes the documents of the engine."""

    def __init__(self, engine: FakeEngine) -> None:
        super().__init__(engine)
        self.histories: dict[str, list[r.DocumentChange]] = {}
        self.skipped: list[str] = []

    async def CorrectDocument(self, request: r.CorrectDocumentRequest, context: Any) -> Any:
        document = self._changeable(request)
        correction = request.correction
        if not correction.ListFields():
            raise InvalidArgument("Nothing to change: give title, description, note, reviewed, tags or facets.")
        changes = []
        for name in ("title", "description", "note"):
            if correction.HasField(name):
                before, after = getattr(document, name), getattr(correction, name)
                setattr(document, name, after)
                if before != after:
                    changes.append(r.FieldChange(field=name, before_text=before, after_text=after))
        if correction.HasField("reviewed"):
            changes.append(_reviewed(document, correction.reviewed, request.user_id))
        if correction.HasField("tags"):
            changes.append(_tagged(document, [_tag(given, request.user_id) for given in correction.tags.tags]))
        if correction.HasField("facets"):
            facets = [
                d.Facet(kind=given.kind, value=given.value, score=1, source="person", origin="person")
                for given in correction.facets.facets
            ]
            before_facets = list(document.result.facets)
            del document.result.facets[:]
            document.result.facets.extend(facets)
            changes.append(r.FieldChange(field="facets", before_facets=before_facets, after_facets=facets))
        if changes:
            self._remember(document, "correct", request.user_id, changes)
        return r.CorrectDocumentResponse(document=document)

    async def GetDocumentHistory(self, request: r.GetDocumentHistoryRequest, context: Any) -> Any:
        document = self.engine.document(request.user_id, request.document_id)
        every = [
            change
            for change in reversed(self.histories.get(document.id, []))
            if not request.before or change.version < request.before
        ]
        return r.GetDocumentHistoryResponse(version=document.version or 1, changes=every[: request.limit or 50])

    async def UndoCorrections(self, request: r.UndoCorrectionsRequest, context: Any) -> Any:
        document = self._changeable(request)
        standing = [
            change for change in self.histories.get(document.id, []) if not change.undone and change.action != "undo"
        ]
        if not standing:
            raise MetatagError("There is nothing to undo.", code=ErrorCode.INVALID_STATE)
        taken = standing[-(request.steps or 1) :]
        for change in reversed(taken):
            change.undone = True
            for field in change.changes:
                if field.field == "tags":
                    _tagged(document, list(field.before_tags))
                elif field.field in ("title", "description", "note"):
                    setattr(document, field.field, field.before_text)
        self._remember(document, "undo", request.user_id, [], [change.version for change in reversed(taken)])
        return r.UndoCorrectionsResponse(document=document)

    async def ReadWords(self, request: r.ReadWordsRequest, context: Any) -> AsyncIterator[Any]:
        document = self.engine.document(request.user_id, request.document_id)
        sides = b"".join(side.to_bytes(2, "little") for side in (1000, 2000, 3000, 2200))
        for page in document.result.pages:
            if request.page in (0, page.number):
                boxes = d.WordBoxes(text="wells", sides=sides, confidences=bytes([91]))
                words = boxes if page.method == d.PAGE_METHOD_TESSERACT else None
                yield r.ReadWordsResponse(page=r.PageWords(number=page.number, method=page.method, boxes=words))

    async def FindDocuments(self, request: r.FindDocumentsRequest, context: Any) -> Any:
        wanted = request.filter
        every = [found for job in self.engine.of_user(request.user_id) for found in job.documents]
        found = [
            each
            for each in every
            if each.state in (j.DOCUMENT_STATE_SUCCESS, j.DOCUMENT_STATE_FAILED)
            and not each.HasField("trashed_at")
            and not each.reprocess_of
            and (not wanted.states or each.state in wanted.states)
            and wanted.query.casefold() in _searchable(each)
            and wanted.job_id in ("", each.job_id)
            and wanted.language in ("", each.result.language)
            and (not wanted.tag or wanted.tag in [tag.tag for tag in each.result.tags])
        ]
        page = found[request.offset : request.offset + (request.limit or 50)]
        return r.FindDocumentsResponse(
            documents=[_found(each, wanted.query if request.snippets else "") for each in page],
            total=len(found),
            is_exact=True,
        )

    async def ListTags(self, request: r.ListTagsRequest, context: Any) -> Any:
        every = [found for job in self.engine.of_user(request.user_id) for found in job.documents]
        counted = Counter(tag.tag for found in every for tag in found.result.tags if not found.HasField("trashed_at"))
        found = [(tag, n) for tag, n in counted.most_common() if tag.startswith(request.prefix)]
        page = found[request.offset : request.offset + (request.limit or 50)]
        tags = [r.TagCount(tag=tag, count=n, latest=now(), trend=[0] * 7 + [n]) for tag, n in page]
        return r.ListTagsResponse(tags=tags, total=len(found))

    async def RenameJob(self, request: r.RenameJobRequest, context: Any) -> Any:
        job = self.engine.find(request.user_id, request.job_id).job
        job.name = request.name
        return r.RenameJobResponse(job=job)

    async def ListReview(self, request: r.ListReviewRequest, context: Any) -> Any:
        waiting = self._waiting(request.user_id)
        if request.filter.job_id:
            waiting = [each for each in waiting if each.document.job_id == request.filter.job_id]
        chosen = [each for each in waiting if request.filter.reason in ("", *each.reasons)]
        ids = [each.document.id for each in chosen]
        start = ids.index(request.after) + 1 if request.after in ids else 0
        counts = {"total": len(waiting), "failed": len(waiting)}
        return r.ListReviewResponse(
            documents=chosen[start : start + (request.limit or 20)], counts=counts, is_exact=True
        )

    def _waiting(self, user_id: str) -> list[r.WaitingDocument]:
        every = [found for job in self.engine.of_user(user_id) for found in job.documents]
        found = [each for each in every if each.state == j.DOCUMENT_STATE_FAILED and not each.HasField("reviewed_at")]
        found = [each for each in found if not each.HasField("trashed_at")]
        found.sort(key=lambda each: self.skipped.index(each.id) + 1 if each.id in self.skipped else 0)
        return [r.WaitingDocument(document=each, reasons=["failed"]) for each in found]

    def _next(self, user_id: str, document_id: str) -> str:
        return next((e.document.id for e in self._waiting(user_id) if e.document.id != document_id), "")

    async def ApproveDocument(self, request: r.ApproveDocumentRequest, context: Any) -> Any:
        document = self._changeable(request)
        change = _reviewed(document, True, request.user_id)
        self._remember(document, "review", request.user_id, [change])
        return r.ApproveDocumentResponse(document=document, next=self._next(request.user_id, document.id))

    async def SkipDocument(self, request: r.SkipDocumentRequest, context: Any) -> Any:
        document = self.engine.document(request.user_id, request.document_id)
        if all(each.document.id != document.id for each in self._waiting(request.user_id)):
            raise NotFound("Document not found")
        self.skipped.append(document.id)
        return r.SkipDocumentResponse(next=self._next(request.user_id, document.id))

    async def TrashDocument(self, request: r.TrashDocumentRequest, context: Any) -> Any:
        document = self._changeable(request)
        document.trashed_at.CopyFrom(now())
        erased = now()
        erased.FromDatetime(erased.ToDatetime() + timedelta(days=30))
        return r.TrashDocumentResponse(erased_at=erased)

    async def ListTrash(self, request: r.ListTrashRequest, context: Any) -> Any:
        every = [found for job in self.engine.of_user(request.user_id) for found in job.documents]
        found = [each for each in every if each.HasField("trashed_at")]
        page = found[request.offset : request.offset + (request.limit or 50)]
        return r.ListTrashResponse(documents=page, total=len(found), days=30)

    async def RestoreDocument(self, request: r.RestoreDocumentRequest, context: Any) -> Any:
        document = self._trashed(request)
        document.ClearField("trashed_at")
        return r.RestoreDocumentResponse(document=document)

    async def EraseDocument(self, request: r.EraseDocumentRequest, context: Any) -> Any:
        document = self._trashed(request)
        self.engine.jobs[document.job_id].documents.remove(document)
        return r.EraseDocumentResponse()

    def _trashed(self, request: Any) -> j.Document:
        document = self.engine.document(request.user_id, request.document_id)
        if not document.HasField("trashed_at"):
            raise NotFound("The document is not in the trash; documents stay there for 30 days.")
        return document

    def _changeable(self, request: Any) -> j.Document:
        document = self.engine.document(request.user_id, request.document_id)
        if document.state not in _ENDED:
            raise MetatagError("The document is still in work; wait for its end.", code=ErrorCode.INVALID_STATE)
        expected = getattr(request, "expected_version", 0)
        if expected and expected != (document.version or 1):
            raise MetatagError(
                "The document was changed meanwhile; load it again and repeat your change.",
                code=ErrorCode.VERSION_MISMATCH,
            )
        return document

    def _remember(
        self,
        document: j.Document,
        action: str,
        by: str,
        changes: list[r.FieldChange],
        undoes: list[int] | None = None,
    ) -> None:
        document.version = (document.version or 1) + 1
        document.edited = True
        change = r.DocumentChange(
            version=document.version, at=now(), by=by, action=action, changes=changes, undoes=undoes or []
        )
        self.histories.setdefault(document.id, []).append(change)


def _tag(given: r.GivenTag, by: str) -> d.Tag:
    return d.Tag(tag=given.tag, score=1, source="person", origin="person", by=by, at=now(), vocabulary=given.vocabulary)


def _tagged(document: j.Document, tags: list[d.Tag]) -> r.FieldChange:
    before = list(document.result.tags)
    del document.result.tags[:]
    document.result.tags.extend(tags)
    return r.FieldChange(field="tags", before_tags=before, after_tags=tags)


def _reviewed(document: j.Document, reviewed: bool, by: str) -> r.FieldChange:
    before = document.HasField("reviewed_at")
    if reviewed:
        document.reviewed_at.CopyFrom(now())
    else:
        document.ClearField("reviewed_at")
    document.reviewed_by = by if reviewed else ""
    return r.FieldChange(field="reviewed", before_flag=before, after_flag=reviewed)


def _searchable(document: j.Document) -> str:
    return " ".join([document.title, document.text, *(tag.tag for tag in document.result.tags)]).casefold()


def _found(document: j.Document, query: str) -> r.FoundDocument:
    bare = j.Document()
    bare.CopyFrom(document)
    bare.ClearField("text")
    start = document.text.casefold().find(query.casefold()) if query else -1
    piece = r.Snippet(page=1, text=document.text[:200], marks=[r.Mark(start=start, end=start + len(query))])
    return r.FoundDocument(document=bare, snippets=[piece] if start >= 0 else [])
