"""The description of the API: FastAPI's, put right where our contract differs from its habits."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

TAGS = [
    ("Single Document", "Process one PDF and wait for its tags."),
    ("Batch Processing", "Process many documents and watch them; live events come over a WebSocket."),
    ("User Management", "Accounts and tokens."),
    ("API Keys", "Long-lived keys for pipelines."),
    ("History & Jobs", "What was processed, with texts and results."),
    ("Vocabularies", "Named lists of allowed tags."),
    ("Models & Engines", "What can read and write."),
    ("Health & Status", "How the system is doing."),
    ("Administration", "Accounts of others; administrators only."),
]
DESCRIPTION = """
Turns PDFs, digital or scanned, into metadata tags.

Sign in at `/api/auth/login` and send the access token as `Authorization: Bearer ...`. Errors are
`{"detail": "<one sentence>", "code": "<word>"}`. Live events of a job come over the WebSocket
`/api/batch/ws/{job_id}` (see docs/websocket.md).
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
            # Validation failures are 400 with one sentence; FastAPI writes 422 everywhere.
            operation["responses"].pop("422", None)
    schemas = found["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["TaggingConfig"]["properties"]["num_pages"]["maximum"] = max_pages
    return found
