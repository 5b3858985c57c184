"""The tag jobs of the fake jobs service: done as soon as they are asked for, told as running once."""

from __future__ import annotations

import uuid
from typing import Any

from fakes.jobs_service_engine import FakeEngine, now
from metatag.v1 import jobs_pb2 as j
from metatag.v1 import records_pb2 as r
from metatag.v1.records_pb2_grpc import RecordsServiceServicer
from metatag_runtime.errors import ErrorCode, InvalidArgument, MetatagError, NotFound


class FakeTagJobs(RecordsServiceServicer):
    """Changes the documents of the engine."""

    def __init__(self, engine: FakeEngine) -> None:
        self.engine = engine
        self.tag_jobs: dict[str, list[r.TagJob]] = {}
        self.tags_before: dict[str, dict[str, list[Any]]] = {}

    async def StartTagJob(self, request: r.StartTagJobRequest, context: Any) -> Any:
        change = request.change
        mine = self._documents(request.user_id)
        if change.action == "rename" and any(change.to[0] in _tags(each) for each in mine):
            raise MetatagError(
                f"The tag '{change.to[0]}' exists already; merge the two instead.", code=ErrorCode.CONFLICT
            )
        if change.action == "edit" and not request.HasField("documents") and not request.HasField("search"):
            raise InvalidArgument("Say of which documents: give document_ids or search.")
        chosen = [each for each in mine if not request.documents.ids or each.id in request.documents.ids]
        if request.search.states:
            chosen = [each for each in chosen if each.state in request.search.states]
        job = r.TagJob(id=str(uuid.uuid4()), change=change, state="running", created_at=now())
        before = self.tags_before[job.id] = {}
        for document in chosen:
            kept = list(document.result.tags)
            if _retag(document, change):
                before[document.id] = kept
        done = r.TagJob()
        done.CopyFrom(job)
        done.state, done.total_exact = "completed", True
        done.total = done.done = done.changed = len(before)
        done.missing = max(0, len(request.documents.ids) - len(chosen))
        done.completed_at.CopyFrom(now())
        self.tag_jobs.setdefault(request.user_id, []).insert(0, done)
        return r.StartTagJobResponse(job=job)

    async def ListTagJobs(self, request: r.ListTagJobsRequest, context: Any) -> Any:
        return r.ListTagJobsResponse(jobs=self.tag_jobs.get(request.user_id, [])[: request.limit or 20])

    async def GetTagJob(self, request: r.GetTagJobRequest, context: Any) -> Any:
        return r.GetTagJobResponse(job=self._tag_job(request))

    async def UndoTagJob(self, request: r.UndoTagJobRequest, context: Any) -> Any:
        job = self._tag_job(request)
        if job.state == "undone":
            raise MetatagError("The change of tags was undone already.", code=ErrorCode.INVALID_STATE)
        told = r.TagJob()
        told.CopyFrom(job)
        told.state = "undoing"
        for document in self._documents(request.user_id):
            if document.id in self.tags_before[job.id]:
                del document.result.tags[:]
                document.result.tags.extend(self.tags_before[job.id][document.id])
                job.restored += 1
        job.state = "undone"
        return r.UndoTagJobResponse(job=told)

    def _tag_job(self, request: Any) -> r.TagJob:
        for job in self.tag_jobs.get(request.user_id, []):
            if job.id == request.tag_job_id:
                return job
        raise NotFound("Tag job not found")

    def _documents(self, user_id: str) -> list[j.Document]:
        every = [found for job in self.engine.of_user(user_id) for found in job.documents]
        return [each for each in every if not each.HasField("trashed_at")]


def _tags(document: j.Document) -> list[str]:
    return [tag.tag for tag in document.result.tags]


def _retag(document: j.Document, change: r.TagChange) -> bool:
    """Change the tags of a document; return whether anything changed."""
    tags = _tags(document)
    if change.action == "edit":
        wanted = [tag for tag in tags if tag not in change.remove] + [tag for tag in change.add if tag not in tags]
    else:
        wanted = [new for tag in tags for new in (change.to if tag in change.tags else [tag])]
    wanted = list(dict.fromkeys(wanted))
    if wanted == tags:
        return False
    del document.result.tags[:]
    for tag in wanted:
        document.result.tags.add(tag=tag, score=1, source="person", origin="bulk", at=now())
    return True
