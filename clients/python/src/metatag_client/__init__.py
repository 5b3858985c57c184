"""A typed client of metatag's public API, sync and async.

Purpose: turn PDFs into tags from Python without knowing the wire: sign in, process, batch with live events, search.
Owns: nothing but the tokens of its session.
Speaks to: the public REST and WebSocket API.
May import: httpx, websockets; no service of metatag.
Change it when: the public contract changes.
"""

from metatag_client.aio import AsyncClient
from metatag_client.client import Client
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
