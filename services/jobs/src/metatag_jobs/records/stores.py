"""What records needs of the database. Each method is one transaction, and another user's document does not exist."""

from __future__ import annotations

from typing import Protocol

from metatag_jobs.records.model import Change, Edit, Snapshot


class CorrectionStore(Protocol):
    """Documents as people change them, and their history."""

    async def snapshot(self, user_id: str, document_id: str) -> Snapshot:
        """Return a document as it is now; raises DocumentNotFound."""

    async def write(self, edit: Edit) -> bool:
        """Write a change with its history and search entry; False, nothing written, when the version moved on."""

    async def changes(self, user_id: str, document_id: str, *, before: int, limit: int) -> tuple[int, list[Change]]:
        """Return the document's version, and its changes before a version (0: all), newest first.

        Raises DocumentNotFound.
        """

    async def undoable(self, document_id: str, limit: int) -> list[Change]:
        """Return the last changes that can be undone and are not, newest first."""
