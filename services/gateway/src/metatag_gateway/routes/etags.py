"""Entity tags of documents: the version that a caller has seen."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Header

from metatag_runtime.errors import ErrorCode, InvalidArgument, MetatagError

# Any: the caller wants to write over whatever is there.
ANY = 0

IfMatch = Annotated[
    str | None,
    Header(
        max_length=100,
        description="The document's version as its ETag said it; `*` writes over any.",
        examples=['"3"'],
    ),
]


def etag(version: int) -> str:
    """Return the entity tag of a version."""
    return f'"{version}"'


def expected(if_match: str | None) -> int:
    """Return the version that a caller has seen, or ANY; raises PRECONDITION_REQUIRED without one."""
    if if_match is None or not if_match.strip():
        raise MetatagError(
            "Send the document's ETag as If-Match, so that nobody's change is lost; `*` writes over any.",
            code=ErrorCode.PRECONDITION_REQUIRED,
        )
    return optional(if_match)


def optional(if_match: str | None) -> int:
    """Return the version that a caller has seen; ANY for none and for `*`."""
    given = (if_match or "*").strip()
    if given == "*":
        return ANY
    found = re.fullmatch(r'(?:W/)?"?([1-9][0-9]{0,17})"?', given)
    if found is None:
        raise InvalidArgument('If-Match: give the ETag of the document, for example "3".')
    return int(found[1])
