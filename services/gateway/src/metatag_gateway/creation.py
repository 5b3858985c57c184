"""Creation of jobs, their documents counted against the user's quota once."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from metatag_gateway.errors import QuotaExceeded
from metatag_gateway.limits import Quotas
from metatag_gateway.model.documents import DocumentSpec
from metatag_gateway.model.jobs import Job, NewJob
from metatag_gateway.ports import Jobs
from metatag_runtime.errors import ErrorCode, MetatagError

# After these nobody knows whether the job was made, so its documents stay counted.
_UNKNOWN_ENDS = frozenset({ErrorCode.UNAVAILABLE, ErrorCode.DEADLINE_EXCEEDED, ErrorCode.CANCELLED, ErrorCode.INTERNAL})


async def create_job(
    jobs: Jobs, quotas: Quotas, user_id: str, new: NewJob, documents: Iterable[DocumentSpec], *, count: int
) -> Job:
    """Create and start a job of `count` documents.

    A repeated call with the same idempotency key gives the first one's job, is not counted again, and is answered when
    the quota is used up too. Neither is a call counted that is refused. Raises QuotaExceeded.
    """
    if new.idempotency_key and await jobs.knows_key(user_id, new.idempotency_key):
        job, replayed = await jobs.create(user_id, new, documents)
        if not replayed:
            # The first job was deleted in between; this one runs already.
            with suppress(QuotaExceeded):
                await quotas.documents(user_id, count)
        return job
    await quotas.documents(user_id, count)
    try:
        job, replayed = await jobs.create(user_id, new, documents)
    except MetatagError as error:
        if error.code not in _UNKNOWN_ENDS:
            await quotas.give_documents_back(user_id, count)
        raise
    if replayed:
        await quotas.give_documents_back(user_id, count)
    return job
