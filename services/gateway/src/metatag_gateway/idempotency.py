"""What an idempotency key stands for: a digest of the request that brought it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

from metatag_gateway.model.documents import Options


def request_digest(job_type: str, options: Options, documents: Any) -> str:
    """Return the SHA-256, in hex, of what a request asks for: its type, its options and its documents.

    `documents` is whatever JSON names them and their content. The provider's key is no part of it: a client that
    changes its key repeats the same request.
    """
    asked = [job_type, dataclasses.asdict(options), documents]
    digest = hashlib.sha256()
    _add(digest, asked)
    return digest.hexdigest()


def _add(digest: hashlib._Hash, value: Any) -> None:
    """Add a value as JSON, a list entry by entry: written at once, many rows would hold the interpreter's lock."""
    if isinstance(value, list):
        digest.update(b"[")
        for place, entry in enumerate(value):
            digest.update(b", " if place else b"")
            _add(digest, entry)
        digest.update(b"]")
        return
    # Sorted, so that the order in which a client writes its fields does not matter.
    digest.update(json.dumps(value, sort_keys=True, ensure_ascii=True, default=str).encode())
