"""What the gateway needs of the records: documents that have ended, as people change and find them.

Every method may raise MetatagError; another user's document is NotFound.
"""

from __future__ import annotations

from typing import Protocol

from metatag_gateway.model.documents import Document
from metatag_gateway.model.records import Change, Correction


class Records(Protocol):
    """The records of the jobs service. `expected` is the version that the caller saw, 0 for any: VERSION_MISMATCH."""

    async def correct(self, user_id: str, document_id: str, correction: Correction, expected: int) -> Document:
        """Change a document and return it with its text; INVALID_STATE while it is in work."""

    async def history(self, user_id: str, document_id: str, limit: int, before: int) -> tuple[int, list[Change]]:
        """Return a document's version, and its changes before a version (0: all), newest first."""

    async def undo(self, user_id: str, document_id: str, steps: int, expected: int) -> Document:
        """Take the last changes that stand back and return the document with its text; INVALID_STATE without any."""
