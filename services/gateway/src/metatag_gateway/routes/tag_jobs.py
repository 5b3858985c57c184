"""Changes of the tags of many documents: begun, watched, taken back."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from metatag_gateway.routes.access import Reader, Writer, known
from metatag_gateway.routes.dependencies import dependencies_of
from metatag_gateway.schemas.tag_jobs import TagJobBody, TagJobsView, TagJobView, tag_job_view
from metatag_runtime.log_ids import bind_log_ids

router = APIRouter(prefix="/api/tag-jobs", tags=["Records"])


@router.post("", status_code=202, responses=known(409))
async def start_tag_job(request: Request, caller: Writer, body: TagJobBody) -> TagJobView:
    """Begin to rename, merge, split or delete tags everywhere, or to edit those of chosen documents.

    It concerns documents that have ended by now. One job of a user follows the other, and each can be undone.
    """
    ids = None if body.document_ids is None else [str(each) for each in body.document_ids]
    search = None if body.search is None else body.search.wanted()
    job = await dependencies_of(request).tag_jobs.start(caller.user_id, body.change(), ids, search)
    bind_log_ids(tag_job_id=job.id)
    return tag_job_view(job)


@router.get("", responses=known())
async def list_tag_jobs(
    request: Request, caller: Reader, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> TagJobsView:
    """List the caller's changes of tags, newest first."""
    jobs = await dependencies_of(request).tag_jobs.latest(caller.user_id, limit)
    return TagJobsView(tag_jobs=[tag_job_view(job) for job in jobs])


@router.get("/{tag_job_id}", responses=known(404))
async def get_tag_job(request: Request, caller: Reader, tag_job_id: UUID) -> TagJobView:
    """Say how far a change of tags is."""
    return tag_job_view(await dependencies_of(request).tag_jobs.get(caller.user_id, str(tag_job_id)))


@router.post("/{tag_job_id}/undo", status_code=202, responses=known(404, 409))
async def undo_tag_job(request: Request, caller: Writer, tag_job_id: UUID) -> TagJobView:
    """Begin to take a change back in all documents in which it still stands; what was changed since stays."""
    return tag_job_view(await dependencies_of(request).tag_jobs.undo(caller.user_id, str(tag_job_id)))
