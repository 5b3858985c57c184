"""The AccountsService: all that jobs keeps of one user, removed or exported."""

from __future__ import annotations

from collections.abc import AsyncIterator

from metatag.v1 import accounts_pb2 as a
from metatag.v1 import accounts_pb2_grpc
from metatag_jobs.accounts.export import AccountExport
from metatag_jobs.accounts.stores import ErasureStore
from metatag_jobs.servicer.core import CHUNK, Context
from metatag_runtime.errors import InvalidArgument


class AccountsServicer(accounts_pb2_grpc.AccountsServiceServicer):
    """Translates; the use cases do the work."""

    def __init__(self, erasures: ErasureStore, export: AccountExport) -> None:
        self._erasures = erasures
        self._export = export

    async def EraseUser(self, request: a.EraseUserRequest, context: Context) -> a.EraseUserResponse:
        """Have everything of a user deleted."""
        return a.EraseUserResponse(done=await self._erasures.ask(_user(request.user_id)))

    async def ExportUser(self, request: a.ExportUserRequest, context: Context) -> AsyncIterator[a.ExportUserResponse]:
        """Give everything of a user as files."""
        async for part in self._export.parts(_user(request.user_id)):
            if isinstance(part, str):
                yield a.ExportUserResponse(file=part)
                continue
            for start in range(0, len(part), CHUNK):
                yield a.ExportUserResponse(chunk=part[start : start + CHUNK])


def _user(user_id: str) -> str:
    if not user_id:
        raise InvalidArgument("user_id is missing.")
    return user_id
