"""What the examples are about: one person, her job and her document; ids and times are the same in all of them."""

from __future__ import annotations

from typing import Any

Example = dict[str, Any]

USER_ID = "5b6e2f0c-3a7d-4c1e-9f52-0d8a6b1c7e44"
JOB_ID = "0d5c2f5e-8f0a-4f7e-9a51-6d0b3c1e2a77"
DOCUMENT_ID = "9a1f7c3b-52de-4b0a-8c66-1f2e3d4c5b6a"
KEY_ID = "c4d2b8e6-7f31-4a9d-b1a5-2e6f8c0d9b13"
FILE_ID = "f-3fa2c9d07b1e4856a0c9d2e7"
FILE_PATH = f"upload://{FILE_ID}/water-supply-report.pdf"
SHA256 = "3fa2c9d07b1e4856a0c9d2e73fa2c9d07b1e4856a0c9d2e73fa2c9d07b1e4856"
EARLY = "2026-03-02T08:30:00Z"
BEGUN = "2026-03-02T08:30:01Z"
DONE = "2026-03-02T08:30:04Z"
ACCESS = "eyJhbGciOiJIUzI1NiIsImtpZCI6IjFhMmIzYzRkNWU2ZiIsInR5cCI6IkpXVCJ9.eyJ0eXBlIjoiYWNjZXNzIn0.c2lnbmF0dXJl"
REFRESH = "kq0vE6m2Yp3n8Tz5r7Ws1Xc4Vb9Ld0Fg2Hj6Kl8Qa3S"
LINK = "3qVbX0mJ8sKpT2nD5wYzR7cF1hLgA9eUiOoPkQjB4vM"
API_KEY = "mt_4pXq0vE6m2Yp3n8Tz5r7Ws1Xc4Vb9Ld0Fg2Hj6Kl8Q"

CONFIG: Example = {"model_name": "openai/gpt-4o-mini", "num_pages": 3, "num_tags": 8}
TAGS = ["water supply", "rural districts", "annual report"]

USER: Example = {
    "id": USER_ID,
    "email": "asha@example.com",
    "full_name": "Asha Rao",
    "is_active": True,
    "is_verified": False,
    "is_admin": False,
    "role": "user",
    "has_totp": False,
    "created_at": EARLY,
}
INVITATION: Example = {
    "id": "7e0c4a51-9b2d-4f66-8a13-5d7c9e2b1f08",
    "email": "bina@example.com",
    "full_name": "Bina Devi",
    "role": "user",
    "invited_by": USER_ID,
    "created_at": EARLY,
    "expires_at": "2026-03-09T08:30:00Z",
}
TOKENS: Example = {
    "access_token": ACCESS,
    "refresh_token": REFRESH,
    "token_type": "bearer",
    "expires_in": 1800,
}
AUDIT_ENTRY: Example = {
    "id": 4711,
    "at": DONE,
    "actor_id": USER_ID,
    "actor_kind": "session",
    "key_id": "",
    "action": "document.read",
    "target_kind": "document",
    "target_id": DOCUMENT_ID,
    "outcome": "done",
    "address": "192.0.2.7",
    "request_id": "4f0c1d2e3b5a6978",
    "details": {},
}
KEY: Example = {
    "id": KEY_ID,
    "name": "nightly import",
    "prefix": "mt_4pXq",
    "scopes": ["read", "process"],
    "created_at": EARLY,
    "expires_at": "2026-05-31T08:30:00Z",
    "last_used_at": None,
}
JOB: Example = {
    "id": JOB_ID,
    "job_type": "batch",
    "status": "completed",
    "total_documents": 2,
    "processed_count": 1,
    "failed_count": 1,
    "started_at": BEGUN,
    "completed_at": DONE,
    "created_at": EARLY,
    "cost_usd": 0.0004,
    "name": "Collectorate 2026-03-02",
}
METADATA: Example = {
    "is_scanned": False,
    "extraction_method": "text_layer",
    "ocr_confidence": None,
    "needs_review": False,
    "page_count": 3,
    "text_length": 4210,
    "tokens_used": 1830,
    "tagger": "llm",
    "degraded": False,
    "language": "en",
}
MACHINE: Example = {"origin": "machine", "by": None, "at": None}
FACETS: list[Example] = [
    {
        "kind": "document_type",
        "value": "annual report",
        "score": 0.95,
        "source": "local",
        "page": 1,
        "evidence": "Annual Report on Rural Drinking Water Supply",
        **MACHINE,
    },
    {"kind": "date", "value": "2024-25", "score": 0.7, "source": "local", "page": 1, "evidence": "2024-25", **MACHINE},
]
DOCUMENT: Example = {
    "id": DOCUMENT_ID,
    "job_id": JOB_ID,
    "title": "Water Supply in Rural Districts",
    "file_name": "water-supply-report.pdf",
    "file_path": FILE_PATH,
    "file_source_type": "upload",
    "status": "success",
    "tags": TAGS,
    "error_message": None,
    "processed_at": DONE,
    "created_at": EARLY,
    "error_code": None,
    "facets": FACETS,
    "metadata": METADATA,
    "version": 1,
    "reviewed": False,
    "edited": False,
    "folder": "collectorate/2019",
    "row_number": 1,
    "duplicate_of": {
        "document_id": "7f6e5d4c-3b2a-4190-8f7e-6d5c4b3a2910",
        "job_id": JOB_ID,
        "file_name": "water-supply-report-copy.pdf",
    },
    "pages_read": 3,
    "pages_total": 3,
    "reprocess_of": None,
}
FAILED: Example = {
    **DOCUMENT,
    "id": "1e2d3c4b-5a69-4788-97a6-b5c4d3e2f101",
    "title": "No such row",
    "file_name": "gone.pdf",
    "file_path": "https://example.com/gone.pdf",
    "file_source_type": "url",
    "status": "failed",
    "tags": [],
    "facets": [],
    "error_message": "Failed to download PDF from URL: HTTP 404",
    "error_code": "source_unavailable",
    "metadata": {},
}
TAG_DETAILS: list[Example] = [
    {
        "tag": "water supply",
        "score": 0.93,
        "source": "llm",
        "kind": "subject",
        "page": 1,
        "evidence": "the supply of drinking water to rural districts",
        "grounded": True,
        **MACHINE,
        "vocabulary": "",
        "uri": "",
    }
]
PAGES: list[Example] = [
    {
        "number": 1,
        "method": "text_layer",
        "reason": "text_layer_good",
        "confidence": None,
        "ms": 4,
        "language": "en",
        "rotation": 0,
        "error": None,
        "needs_review": False,
        "notes": [],
        "first_text": "",
        "first_method": "",
    }
]
USAGE: Example = {
    "prompt_tokens": 1710,
    "completion_tokens": 120,
    "total_tokens": 1830,
    "cost_usd": 0.0004,
    "calls": 1,
    "cached": False,
}
PROGRESS: Example = {
    "job_id": JOB_ID,
    "status": "processing",
    "progress": 0.5,
    "processed_count": 1,
    "failed_count": 0,
    "total": 2,
    "total_documents": 2,
}
TERMS: list[Example] = [
    {
        "label": "drinking water",
        "aliases": ["potable water"],
        "language": "en",
        "parent": "water",
        "labels": {},
        "uri": "https://example.org/water/1",
    },
    {"label": "irrigation", "aliases": [], "language": "", "parent": "", "labels": {"hi": "सिंचाई"}, "uri": ""},
]
