"""The example of each error: status -> body. What a sentence says differs from path to path; its shape does not."""

from __future__ import annotations

from metatag_gateway.examples.things import JOB_ID, Example

_REQUEST = "6f1c0a5e2b7d4893"
_FIELD = {"field": "num_tags", "message": "Input should be less than or equal to 15"}

PROBLEMS: dict[int, Example] = {
    400: {"detail": f"num_tags: {_FIELD['message']}", "code": "invalid_argument", "errors": [_FIELD]},
    401: {"detail": "Invalid or expired token", "code": "unauthenticated"},
    403: {"detail": "This API key lacks the scope 'write'.", "code": "permission_denied"},
    404: {"detail": "Job not found", "code": "not_found"},
    409: {"detail": "The job has ended already.", "code": "invalid_state"},
    412: {
        "detail": "The document was changed meanwhile; load it again and repeat your change.",
        "code": "version_mismatch",
    },
    413: {"detail": "The file is larger than 50 MiB.", "code": "too_large"},
    415: {"detail": "The file is not a PDF.", "code": "unsupported_media"},
    422: {
        "detail": "This Idempotency-Key was sent before with another request; send a new key with a new request.",
        "code": "idempotency_mismatch",
    },
    428: {
        "detail": "Send the document's ETag as If-Match, so that nobody's change is lost; `*` writes over any.",
        "code": "precondition_required",
    },
    429: {
        "detail": "You may send 60 requests a minute; try again in 12 seconds.",
        "code": "quota_exceeded",
    },
    500: {
        "detail": f"Something went wrong on our side. Tell the operator this id: {_REQUEST}.",
        "code": "internal",
        "request_id": _REQUEST,
    },
    503: {"detail": "The jobs service does not answer.", "code": "unavailable", "request_id": _REQUEST},
    504: {
        "detail": "The document is still being processed; its result will be in the history.",
        "code": "deadline_exceeded",
        "job_id": JOB_ID,
        "request_id": _REQUEST,
    },
    507: {
        "detail": "The disk of the stored files is full; try again when there is room.",
        "code": "storage_full",
        "request_id": _REQUEST,
    },
}
