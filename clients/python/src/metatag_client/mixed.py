"""Files and rows in one batch: files go up first; one that is refused fails alone and the others keep their numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from metatag_client.models import Event, Json, Row, Upload


class Mixed:
    """The documents of a batch as given, and the rows that its job gets."""

    def __init__(self, documents: Sequence[Path | Row | Json]) -> None:
        self._documents = list(documents)
        self.files = [one for one in self._documents if isinstance(one, Path)]
        self.rows: list[Row | Json] = []
        # Which document, from 1, each row of the job is.
        self._numbers: list[int] = []

    def stored(self, uploads: Sequence[Upload]) -> Iterator[Event]:
        """Take what became of `files`, and make the rows; give an event for each file that was refused."""
        waiting = iter(uploads)
        for number, document in enumerate(self._documents, 1):
            row: Row | Json | None = None
            if isinstance(document, Path):
                upload = next(waiting)
                if upload.error is None:
                    row = upload.row()
                else:
                    yield Event("finished", 0, number, upload.name, error=upload.error)
            else:
                row = document
            if row is not None:
                self.rows.append(row)
                self._numbers.append(number)
        if not self.rows:
            yield Event("failed", 0, message="None of these files could be sent.")

    def numbered(self, event: Event) -> Event:
        """Give an event of the job with the number of the document."""
        return replace(event, row=self._numbers[event.row - 1]) if event.row else event
