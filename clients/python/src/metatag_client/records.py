"""The methods about records that both clients have beside their own."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TypeVar

from metatag_client import record_calls
from metatag_client.calls import Call
from metatag_client.models import Options

T = TypeVar("T")


class Records(ABC):
    """Methods of Client."""

    @abstractmethod
    def _run(self, call: Call[T]) -> T:
        """Send a call and return what its answer says."""

    def process_again(self, document_id: str, options: Options | None = None, *, replace_edits: bool = False) -> str:
        """Process a document again from its stored file and return the id of the job, for `events`.

        The earlier result stays in the document's history. What people gave is kept, unless `replace_edits`.
        """
        key = str(uuid.uuid4())
        return self._run(record_calls.process_again(document_id, options or Options(), replace_edits, key))

    def process_all_again(
        self,
        document_ids: Sequence[str],
        options: Options | None = None,
        *,
        replace_edits: bool = False,
        name: str = "",
    ) -> str:
        """Process up to 10,000 documents again as one batch and return its id."""
        key = str(uuid.uuid4())
        return self._run(record_calls.process_all_again(document_ids, options or Options(), replace_edits, name, key))


class AsyncRecords(ABC):
    """Methods of AsyncClient."""

    @abstractmethod
    async def _run(self, call: Call[T]) -> T:
        """Send a call and return what its answer says."""

    async def process_again(
        self, document_id: str, options: Options | None = None, *, replace_edits: bool = False
    ) -> str:
        """Process a document again from its stored file and return the id of the job, for `events`.

        The earlier result stays in the document's history. What people gave is kept, unless `replace_edits`.
        """
        key = str(uuid.uuid4())
        return await self._run(record_calls.process_again(document_id, options or Options(), replace_edits, key))

    async def process_all_again(
        self,
        document_ids: Sequence[str],
        options: Options | None = None,
        *,
        replace_edits: bool = False,
        name: str = "",
    ) -> str:
        """Process up to 10,000 documents again as one batch and return its id."""
        key = str(uuid.uuid4())
        return await self._run(
            record_calls.process_all_again(document_ids, options or Options(), replace_edits, name, key)
        )
