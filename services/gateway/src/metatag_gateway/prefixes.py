"""Rows of a batch that stand for a prefix of S3, and the documents that lie below it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import replace

from metatag_gateway.batches import below, is_prefix
from metatag_gateway.errors import TooLarge
from metatag_gateway.model.documents import DocumentSpec
from metatag_gateway.ports import Jobs
from metatag_runtime.errors import ErrorCode, InvalidArgument, MetatagError

# Of one batch.
MAX_PREFIXES = 20
# What is wrong with one row; everything else concerns the whole request.
_OF_A_ROW = frozenset({ErrorCode.SOURCE_REFUSED, ErrorCode.SOURCE_UNAVAILABLE})


class Prefixes:
    """What was found below the prefixes of a batch."""

    def __init__(self, found: dict[str, list[str] | MetatagError]) -> None:
        self._found = found

    @classmethod
    async def look(cls, jobs: Jobs, user_id: str, rows: Iterable[DocumentSpec], most: int) -> Prefixes:
        """List what lies below each prefix that rows name; raises InvalidArgument, TooLarge beyond `most` documents."""
        named = await asyncio.to_thread(lambda: {row.source.path: row.source for row in rows if is_prefix(row)})
        if len(named) > MAX_PREFIXES:
            raise InvalidArgument(f"A batch may name {MAX_PREFIXES} prefixes of S3; this one names {len(named)}.")
        found: dict[str, list[str] | MetatagError] = {}
        left = most
        for path, source in named.items():
            try:
                paths, truncated = await jobs.list_source(user_id, source, max(left, 1))
            except MetatagError as error:
                if error.code not in _OF_A_ROW:
                    raise
                found[path] = error
                continue
            if truncated:
                raise TooLarge(f"A batch may hold {most} documents; there are more below {path[:200]}.")
            left -= len(paths)
            found[path] = paths or MetatagError(
                f"There is no PDF below {path[:200]}.", code=ErrorCode.SOURCE_UNAVAILABLE
            )
        return cls(found)

    def expand(self, rows: Iterable[DocumentSpec]) -> Iterator[DocumentSpec]:
        """Give the rows, those below a prefix in its place; a prefix that cannot be listed is a row with its cause."""
        for row in rows:
            found = self._found.get(row.source.path) if is_prefix(row) else None
            if found is None:
                yield row
            elif isinstance(found, MetatagError):
                yield replace(row, problem=found.message, problem_code=str(found.code))
            else:
                yield from below(row, found)

    def count(self, rows: Iterable[DocumentSpec], count: int) -> int:
        """Return how many documents `count` rows stand for."""
        return sum(1 for _ in self.expand(rows)) if self._found else count
