"""The little that jobs itself looks at in a PDF: its first bytes. Everything else happens in ocr, behind limits."""

from __future__ import annotations

import hashlib
from pathlib import Path

from metatag_jobs.errors import NotAPdf
from metatag_runtime.errors import ErrorCode, MetatagError

# Readers accept the mark anywhere in the first kilobyte.
MAGIC = b"%PDF-"
MAGIC_WITHIN = 1024

_BLOCK = 1024 * 1024


def looks_like_pdf(head: bytes) -> bool:
    """Tell whether the first kilobyte carries the mark of a PDF."""
    return MAGIC in head[: MAGIC_WITHIN + len(MAGIC)]


def check_head(head: bytes) -> None:
    """Raise what is wrong with a file that begins so."""
    if not head:
        raise MetatagError("Empty PDF file", code=ErrorCode.EMPTY_DOCUMENT)
    if not looks_like_pdf(head):
        kind = " It is a web page." if b"<html" in head[:MAGIC_WITHIN].lower() else ""
        raise NotAPdf(f"The file is not a PDF document.{kind}")


def inspect_pdf(path: Path) -> tuple[str, int]:
    """Give a file's SHA-256 and size; raises NotAPdf, or MetatagError for an empty file. Blocks."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            if not size:
                check_head(block)
            digest.update(block)
            size += len(block)
    if not size:
        check_head(b"")
    return digest.hexdigest(), size
