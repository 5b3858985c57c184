"""The description of the API: FastAPI's, put right where our contract differs from its habits."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from metatag_gateway.examples.answers import FILES
from metatag_gateway.examples.problems import PROBLEMS
from metatag_gateway.examples.requests import REQUESTS
from metatag_gateway.schemas.common import Problem
from metatag_gateway.schemas.system import VocabularyBody

_REQUEST_ID = {
    "description": "Finds the request in the logs of all services.",
    "required": True,
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
    "example": "6f1c0a5e2b7d4893",
}
_RETRY_AFTER = {
    "description": "Seconds to wait before the next try.",
    "required": True,
    "schema": {"type": "string", "pattern": "^[0-9]+$"},
    "example": "5",
}
_BEARER = {"required": True, "schema": {"type": "string", "enum": ["Bearer"]}, "example": "Bearer"}
_ETAG = {
    "description": "The version of the document; a change of it needs this as If-Match.",
    "required": True,
    "schema": {"type": "string", "pattern": '^"[0-9]+"$'},
    "example": '"3"',
}
WITH_ETAG = frozenset({"get_document", "correct_document", "undo_corrections"})
TAGS = [
    ("Single Document", "Process one PDF and wait for its tags."),
    ("Batch Processing", "Process many documents and watch them; live events come over a WebSocket."),
    ("User Management", "Accounts and tokens."),
    ("API Keys", "Long-lived keys for pipelines."),
    ("History & Jobs", "What was processed, with texts and results."),
    ("Records", "What people make of documents: corrections, reviews, tags, the trash."),
    ("Webhooks", "Addresses to which events of jobs and documents are posted, signed."),
    ("Profiles", "Settings of tagging under a name."),
    ("Vocabularies", "Named lists of allowed tags."),
    ("Models & Engines", "What can read and write."),
    ("Health & Status", "How the system is doing."),
    ("Administration", "Accounts of others; administrators only."),
]
DESCRIPTION = """
metatag turns PDFs, digital or scanned, into metadata tags.

Sign in at `/api/auth/login` and send the access token as `Authorization: Bearer ...`. Errors are
`{"detail": "<one sentence>", "code": "<word>"}`.

### Live events: `WS /api/batch/ws/{job_id}`

A WebSocket, which the list below cannot hold, sends the events of a job as JSON text frames until its last one. The
token comes as `?token=`, in the header of the upgrade, or in the first message: `{"type": "auth", "token": "..."}`.

| `type` | sent |
|---|---|
| `catchup` | first: the state of the job, and one entry for each row that has ended |
| `progress` | when a row begins, is tried again, or ends; at its end with `tags` or `error` |
| `page` | when a page was read, with `?pages=true` |
| `started` | when the job begins or goes on |
| `keepalive` | after 30 seconds of silence, and when the job is paused |
| `completed`, `cancelled`, `error` | last |

Each frame has a number, `seq`. After a lost connection `?after=<seq>` goes on behind it, each event once and in order.
Close code 1008 is a refusal, other codes mean that one may come again.
"""


def describe(app: FastAPI, *, version: str, max_pages: int) -> dict[str, Any]:
    """Give the OpenAPI description of an app."""
    found = get_openapi(
        title=app.title,
        version=version,
        description=DESCRIPTION.strip(),
        routes=app.routes,
        tags=[{"name": name, "description": text} for name, text in TAGS],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    for operations in found["paths"].values():
        for operation in operations.values():
            _complete(operation, app.state.examples)
    schemas = found["components"]["schemas"]
    # Read by its route itself, because the body may be a table instead; and what errors name.
    for model in (VocabularyBody, Problem):
        described = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= {**described.pop("$defs"), model.__name__: described}
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["TaggingConfig"]["properties"]["num_pages"]["maximum"] = max_pages
    return found


_CLAUSE_END = re.compile(r"[.;:](?:\s|$)")


def _complete(operation: dict[str, Any], examples: Mapping[tuple[str, str], Any]) -> None:
    """Put one operation right: examples of what is sent and answered, headers, no status that we never give."""
    name = operation["operationId"]
    # FastAPI writes the name of the function.
    operation["summary"] = _CLAUSE_END.split(operation["description"], maxsplit=1)[0]
    # Validation failures are 400 with one sentence; FastAPI writes 422 where no answer of ours is one.
    if "HTTPValidationError" in str(operation["responses"].get("422", "")):
        del operation["responses"]["422"]
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        content["example"] = REQUESTS[name][media]
    for media, content in operation["responses"].get("200", {}).get("content", {}).items():
        if (beginning := FILES.get(name, {}).get(media)) is not None:
            if media.endswith("+json"):
                content |= {"schema": {"type": "object"}, "example": json.loads(beginning)}
            else:
                content |= {"schema": {"type": "string", "format": "binary"}, "example": beginning}
    for status, response in operation["responses"].items():
        headers = {"X-Request-ID": _REQUEST_ID}
        if status in ("429", "503", "507"):
            headers["Retry-After"] = _RETRY_AFTER
        if status == "401":
            headers["WWW-Authenticate"] = _BEARER
        if status == "200" and name in WITH_ETAG:
            headers["ETag"] = _ETAG
        response["headers"] = {**response.get("headers", {}), **headers}
        if (content := response.get("content", {}).get("application/json")) is not None:
            content["example"] = examples.get((name, status)) or PROBLEMS[int(status)]
