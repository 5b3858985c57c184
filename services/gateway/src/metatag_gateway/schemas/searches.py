"""Saved searches."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from metatag_gateway.schemas.common import Body, Payload, at_most

MAX_PARAMS = 40


def _one_line(text: str) -> str:
    found = " ".join(text.split())
    if not found:
        raise ValueError("A name has at least one character.")
    return found


Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]*$"), AfterValidator(_one_line)]
_Key = Annotated[str, StringConstraints(min_length=1, max_length=50, pattern=r"^[a-z_]+$")]
_Value = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]
Params = Annotated[
    dict[_Key, _Value],
    at_most(MAX_PARAMS),
    Field(max_length=MAX_PARAMS, description="Parameters of `GET /api/history/documents`, as in its address."),
]


class SearchBody(Body):
    """A search to keep."""

    name: Name
    params: Params


class SearchChangeBody(Body):
    """What becomes of a saved search; what is left out stays."""

    name: Name | None = None
    params: Params | None = None


class SearchView(Payload):
    """A saved search."""

    id: str
    name: str
    params: dict[str, str]
    created_at: datetime


class SearchesView(Payload):
    """A user's saved searches, by name."""

    searches: list[SearchView]


class SearchDeletedView(Payload):
    """A saved search that is gone."""

    message: str
    id: str
