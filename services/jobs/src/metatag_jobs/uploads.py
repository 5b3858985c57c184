"""Taking a file in: chunks to a temporary file, type and hash checked, stored once per user and content."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from metatag_jobs.errors import FileTooLarge
from metatag_jobs.model import Source, SourceCheck, StoredFile
from metatag_jobs.pdf import MAGIC_WITHIN, check_head
from metatag_jobs.ports import FileStore
from metatag_jobs.stores import Artifacts
from metatag_jobs.work import Artifact
from metatag_runtime.errors import ErrorCode, InvalidArgument, MetatagError, StorageFull
from metatag_runtime.failures import FULL_AGAIN, is_disk_full

# A client that sends nothing for so long is given up. Seconds.
CHUNK_SECONDS = 60.0
# Contents asked for in one call.
MAX_FOUND = 1000
_NO_ROOM = "The disk of temporary files (TMPDIR) is full; try again when there is room."
_ABSENT = SourceCheck(error="The uploaded file is no longer stored; upload it again.")


class Uploads:
    """The use case UploadFile."""

    def __init__(self, artifacts: Artifacts, files: FileStore, *, max_bytes: int, new_id: Callable[[], str]) -> None:
        self._artifacts = artifacts
        self._files = files
        self._max_bytes = max_bytes
        self._new_id = new_id

    async def store(
        self, user_id: str, file_name: str, chunks: AsyncIterator[bytes], *, max_bytes: int = 0, sha256: str = ""
    ) -> StoredFile:
        """Store one PDF; the same bytes of one user give the same file."""
        bound = min(max_bytes or self._max_bytes, self._max_bytes)
        with tempfile.TemporaryDirectory(prefix="metatag-upload-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "document.pdf"
            try:
                digest, size = await _receive(path, chunks, bound)
            except OSError as error:
                if is_disk_full(error):
                    raise StorageFull(_NO_ROOM, retry_after=FULL_AGAIN) from error
                raise
            if sha256 and sha256.lower() != digest:
                raise InvalidArgument("The file's SHA-256 is not the one announced; send it again.")
            artifact = Artifact(self._new_id(), digest, size)
            await self._files.put(artifact.id, path)
        stored = await self._artifacts.adopt_upload(user_id, artifact, file_name)
        if stored.file_id != artifact.id:
            await self._files.delete(artifact.id)
        return stored

    async def find(self, user_id: str, digests: Sequence[str]) -> list[StoredFile]:
        """Give the user's stored files with these contents, which need not be sent again."""
        if len(digests) > MAX_FOUND:
            raise InvalidArgument(f"At most {MAX_FOUND:,} files can be asked for in one call.")
        return await self._artifacts.find_uploads(user_id, [digest.lower() for digest in digests]) if digests else []

    async def check(self, user_id: str, sources: Sequence[Source]) -> list[SourceCheck]:
        """Tell for each source of type upload whether its file is stored; the answers keep the order."""
        stored = await self._artifacts.owned_files(user_id, [source.file_id for source in sources]) if sources else {}
        found = (stored.get(source.file_id) for source in sources)
        return [SourceCheck(True, "", "application/pdf", file.size_bytes) if file else _ABSENT for file in found]


async def _receive(path: Path, chunks: AsyncIterator[bytes], bound: int) -> tuple[str, int]:
    digest, size, head = hashlib.sha256(), 0, b""
    checked = False
    # A local temporary file: writes go to the page cache.
    with path.open("wb") as file:
        while (chunk := await _next(chunks)) is not None:
            size += len(chunk)
            if size > bound:
                raise FileTooLarge(bound)
            if not checked:
                head += chunk[: 2 * MAGIC_WITHIN]
                if len(head) >= 2 * MAGIC_WITHIN:
                    # Early, so that a large wrong file is not taken in whole.
                    check_head(head)
                    checked = True
            digest.update(chunk)
            file.write(chunk)
    if not checked:
        check_head(head)
    return digest.hexdigest(), size


async def _next(chunks: AsyncIterator[bytes]) -> bytes | None:
    try:
        async with asyncio.timeout(CHUNK_SECONDS):
            return await anext(chunks, None)
    except TimeoutError:
        raise MetatagError(
            f"The next part of the file did not come within {CHUNK_SECONDS:g} seconds.",
            code=ErrorCode.DEADLINE_EXCEEDED,
        ) from None
