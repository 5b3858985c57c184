"""Sends damaged files through a node and says what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import grpc

from fakes.ocr_client import recognize
from metatag.v1 import document_pb2
from metatag_runtime.errors import ErrorCode, MetatagError
from metatag_runtime.grpc_calls import peer_errors

# What a document, or a page, may be refused with. Everything else is a fault of the node.
NAMED = {
    ErrorCode.UNSUPPORTED_MEDIA, ErrorCode.EMPTY_DOCUMENT, ErrorCode.ENCRYPTED_DOCUMENT, ErrorCode.BROKEN_DOCUMENT,
    ErrorCode.NO_PAGES, ErrorCode.PAGE_TOO_COSTLY, ErrorCode.TOO_LARGE, ErrorCode.LANGUAGE_NOT_INSTALLED,
}  # fmt: skip

# Every so many files one is read in full, recognition and all; the others have their text layers read.
_FULL_EVERY = 25


async def outcomes(channel: grpc.aio.Channel, files: Iterable[bytes]) -> Counter[str]:
    """Give how often each outcome came; those that begin with "fault:" are the node's."""
    counts: Counter[str] = Counter()
    for index, data in enumerate(files):
        mode = document_pb2.OCR_MODE_AUTO if index % _FULL_EVERY == 0 else document_pb2.OCR_MODE_SKIP
        counts.update(await _outcome(channel, data, mode))
    return counts


async def _outcome(channel: grpc.aio.Channel, data: bytes, mode: int) -> list[str]:
    try:
        with peer_errors("ocr"):
            answer = await recognize(channel, data, mode=mode, max_pages=3)
    except MetatagError as error:
        return [str(error.code) if error.code in NAMED and error.message else f"fault: {error.code}"]
    if sorted(answer.pages) != sorted(answer.opened.pages):
        return ["fault: unanswered pages"]
    failed = [page.error.code for page in answer.pages.values() if page.method == document_pb2.PAGE_METHOD_FAILED]
    unnamed = [f"fault: page {code}" for code in failed if code not in {str(known) for known in NAMED}]
    return unnamed or [f"page {code}" for code in failed[:1]] or ["read"]
