"""What the jobs service keeps of one account, over gRPC."""

from __future__ import annotations

from collections.abc import AsyncIterator

from metatag.v1 import accounts_pb2 as a
from metatag.v1.accounts_pb2_grpc import AccountsServiceStub
from metatag_runtime.grpc_client import open_channel

PEER = "jobs"
# Seconds. An export may be large, and its reader slow.
WRITE = 30.0
EXPORT = 6 * 3600.0

REPEATABLE = ("metatag.v1.AccountsService/EraseUser",)


class GrpcAccounts:
    """Keeps the promises of account_ports.AccountData."""

    def __init__(self, address: str) -> None:
        self._channel = open_channel(address, REPEATABLE, peer=PEER)
        self._stub = AccountsServiceStub(self._channel)

    async def close(self) -> None:
        """Close the channel."""
        await self._channel.close()

    async def erase(self, user_id: str) -> bool:
        """EraseUser."""
        return (await self._stub.EraseUser(a.EraseUserRequest(user_id=user_id), timeout=WRITE)).done

    async def export(self, user_id: str) -> AsyncIterator[str | bytes]:
        """ExportUser."""
        call = self._stub.ExportUser(a.ExportUserRequest(user_id=user_id), timeout=EXPORT)
        try:
            async for answer in call:
                yield answer.file if answer.WhichOneof("part") == "file" else answer.chunk
        finally:
            call.cancel()
