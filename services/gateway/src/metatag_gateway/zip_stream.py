"""A ZIP archive made while it is sent: one chunk is held at a time, and the list of names."""

from __future__ import annotations

import asyncio
import io
import time
import zipfile
from collections.abc import AsyncIterator
from typing import IO

# Compressed already.
_STORED = (".pdf",)


class _Sink(io.RawIOBase):
    """Takes what an archive writes until somebody fetches it; knows no positions."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._chunks.append(bytes(data))
        return len(data)

    def fetch(self) -> bytes:
        found = b"".join(self._chunks)
        self._chunks.clear()
        return found


async def zipped(parts: AsyncIterator[str | bytes]) -> AsyncIterator[bytes]:
    """Return an archive of files in chunks; `parts` gives the path of each file, then its bytes."""
    sink = _Sink()
    archive = zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    member: IO[bytes] | None = None
    try:
        async for part in parts:
            if isinstance(part, str):
                if member is not None:
                    member.close()
                member = archive.open(_info(part), "w", force_zip64=True)
            elif member is not None:
                # Deflating a chunk takes some ten milliseconds.
                await asyncio.to_thread(member.write, part)
            if data := sink.fetch():
                yield data
        if member is not None:
            member.close()
        archive.close()
        yield sink.fetch()
    finally:
        # Where it was broken off an open member would complain later; what it writes now nobody fetches.
        if member is not None:
            member.close()
        archive.close()


def _info(path: str) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(path, time.gmtime()[:6])
    found.compress_type = zipfile.ZIP_STORED if path.endswith(_STORED) else zipfile.ZIP_DEFLATED
    found.external_attr = 0o600 << 16
    return found
