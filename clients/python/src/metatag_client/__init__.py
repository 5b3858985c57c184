"""A typed client of metatag's public API, sync and async.

Purpose: turn PDFs into tags from Python without knowing the wire: sign in, process, batch with live events, search.
Owns: nothing but the tokens of its session.
Speaks to: the public REST and WebSocket API.
May import: httpx, websockets; no service of metatag.
Change it when: the public contract changes.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from metatag_client.errors import (
    ApiError,
    Conflict,
    MetatagClientError,
    NotFound,
    NotSignedIn,
    Rejected,
    StillWorking,
    TooBusy,
    Unreachable,
)
from metatag_client.models import (
    Document,
    Event,
    Facet,
    Job,
    Options,
    PageRead,
    Result,
    Row,
    Tag,
    Tokens,
    Upload,
    User,
)

if TYPE_CHECKING:
    from metatag_client.aio import AsyncClient
    from metatag_client.client import Client

# Loaded when they are used first: who only handles results does without the HTTP library.
_LATER = {"AsyncClient": "aio", "Client": "client"}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(f"{__name__}.{_LATER[name]}"), name)
    globals()[name] = found
    return found


__all__ = [
    "ApiError",
    "AsyncClient",
    "Client",
    "Conflict",
    "Document",
    "Event",
    "Facet",
    "Job",
    "MetatagClientError",
    "NotFound",
    "NotSignedIn",
    "Options",
    "PageRead",
    "Rejected",
    "Result",
    "Row",
    "StillWorking",
    "Tag",
    "Tokens",
    "TooBusy",
    "Unreachable",
    "Upload",
    "User",
]
