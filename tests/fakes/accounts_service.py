"""The AccountsService of the fake jobs service: keeps the promises of accounts.proto over the fake's own state."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from google.protobuf.json_format import MessageToJson

from fakes.jobs_service_engine import FakeEngine
from metatag.v1 import accounts_pb2 as a
from metatag.v1.accounts_pb2_grpc import AccountsServiceServicer
from metatag_runtime.errors import Unavailable


class FakeAccountsService(AccountsServiceServicer):
    """Removes and exports the jobs of a user; `away` refuses, `export_chunks` are a file more of an export."""

    def __init__(self, engine: FakeEngine) -> None:
        self.engine = engine
        self.away = False
        self.asked: list[str] = []
        self.export_chunks: list[bytes] = []
        self.given = 0

    async def EraseUser(self, request: a.EraseUserRequest, context: Any) -> a.EraseUserResponse:
        if self.away:
            raise Unavailable("The database does not answer.")
        self.asked.append(request.user_id)
        mine = [job_id for job_id, job in self.engine.jobs.items() if job.user_id == request.user_id]
        for job_id in mine:
            del self.engine.jobs[job_id]
        # The first look removes, the second finds nothing.
        return a.EraseUserResponse(done=not mine)

    async def ExportUser(self, request: a.ExportUserRequest, context: Any) -> AsyncIterator[a.ExportUserResponse]:
        if self.away:
            raise Unavailable("The database does not answer.")
        yield a.ExportUserResponse(file="jobs.jsonl")
        for job in self.engine.jobs.values():
            if job.user_id == request.user_id:
                yield a.ExportUserResponse(chunk=MessageToJson(job.job, indent=None).encode() + b"\n")
        if self.export_chunks:
            yield a.ExportUserResponse(file="originals/large.pdf")
            for chunk in self.export_chunks:
                self.given += 1
                yield a.ExportUserResponse(chunk=chunk)
