"""The example of each success: operation -> status -> payload, before the response style is put around it."""

from __future__ import annotations

from typing import Any

from metatag_gateway.examples.records import DETAIL, FOUND, RECORDS
from metatag_gateway.examples.things import (
    API_KEY,
    AUDIT_ENTRY,
    CONFIG,
    DOCUMENT,
    DOCUMENT_ID,
    DONE,
    FACETS,
    FAILED,
    FILE_ID,
    FILE_PATH,
    INVITATION,
    JOB,
    JOB_ID,
    KEY,
    LINK,
    PAGES,
    PROGRESS,
    SHA256,
    TAG_DETAILS,
    TAGS,
    TERMS,
    TOKENS,
    USAGE,
    USER,
    Example,
)

_VERSION = {"message": "Document Meta-Tagging API", "version": "2.0.0"}
_VOCABULARY: Example = {"name": "water", "version": 1, "term_count": 2}

_TABLE: Example = {
    "columns": ["title", "file_path", "department"],
    "documents": [{"title": "Annual Report", "file_path": "https://example.com/report.pdf", "department": "Water"}],
    "lines": [2],
    "column_mapping": {"title": "title", "file_path": "file_path"},
    "has_header": True,
    "encoding": "UTF-8",
    "sheet": None,
    "total": 1,
    "warnings": [],
}


def _control(command: str, status: str) -> dict[int, Example]:
    return {200: {"message": f"{command} command sent to job {JOB_ID}", "job_id": JOB_ID, "status": status}}


_SINGLE: Example = {
    "document_title": DOCUMENT["title"],
    "file_name": "water-supply-report.pdf",
    "tags": TAGS,
    "extracted_text_preview": "WATER SUPPLY IN RURAL DISTRICTS. Report of the committee ...",
    "processing_time": 2.31,
    "is_scanned": False,
    "extraction_method": "text_layer",
    "ocr_confidence": None,
    "needs_review": False,
    "raw_ai_response": '{"subjects": ["water supply", "rural districts"]}',
    "error": None,
    "job_id": JOB_ID,
    "document_id": DOCUMENT_ID,
    "tagger": "llm",
    "degraded": False,
    "degraded_reason": None,
    "model_name": CONFIG["model_name"],
    "usage": USAGE,
    "page_count": 3,
    "language": "en",
    "pages": PAGES,
    "tag_details": TAG_DETAILS,
    "facets": FACETS,
    "notes": [],
    "warnings": [],
}
_STATUS_URL = f"/api/history/jobs/{JOB_ID}"
_STATUS: Example = {**PROGRESS, "results_count": 1, "cancelled_count": 0, "running_count": 1, "seq": 7}
_UPLOADED: Example = {
    "file_name": "water-supply-report.pdf",
    "file_id": FILE_ID,
    "file_path": FILE_PATH,
    "content_sha256": SHA256,
    "size_bytes": 48213,
    "error": None,
    "error_code": None,
}
_LEGACY: Example = {
    "success": True,
    "total_documents": 1,
    "processed_count": 1,
    "failed_count": 0,
    "output_csv_url": "data:text/csv;base64,dGl0bGUsZ2VuZXJhdGVkX3RhZ3M=",
    "summary_report": {
        "documents": [{"title": "Annual Report", "success": True, "tags": TAGS, "error": None}],
        "errors": [],
        "statistics": {"total": 1, "processed": 1, "failed": 0, "success_rate": "100.0%"},
    },
    "processing_time": 3.2,
    "job_id": JOB_ID,
}
_STATS: Example = {
    "total_jobs": 1,
    "total_documents": 2,
    "documents_processed": 1,
    "documents_failed": 1,
    "jobs_by_status": {"completed": 1},
    "recent_activity": [JOB],
    "cost_usd": 0.0004,
}
_SUMMARY: Example = {
    "days": 30,
    "processed": [{"name": "2026-03-02", "count": 1}],
    "failed": [{"name": "2026-03-02", "count": 1}],
    "methods": [{"name": "text_layer", "count": 1}],
    "confidence": [{"name": "90", "count": 1}],
    "tags": [{"name": "water supply", "count": 1}],
    "failures": [{"name": "source_unavailable", "count": 1}],
    "spend": [{"name": "2026-03-02", "count": 1, "cost_usd": 0.0004}],
    "sampled_documents": 0,
}
_ENGINES: Example = {
    "engines": [
        {"name": "tesseract", "version": "5.5.0", "healthy": True, "detail": "", "languages": ["eng", "hin"]},
    ],
    "taggers": [
        {
            "name": "local",
            "version": "1",
            "healthy": True,
            "detail": "",
            "default_model": "",
            "has_default_key": False,
        },
    ],
    "max_pages": 10,
    "max_upload_bytes": 52_428_800,
}
_MODEL: Example = {
    "id": CONFIG["model_name"],
    "name": "GPT-4o mini",
    "context_length": 128_000,
    "prompt_price_usd": 0.15,
    "completion_price_usd": 0.6,
    "structured_outputs": True,
}
_TEMPLATE: Example = {
    "template": "title,description,file_source_type,file_path,publishing_date,file_size\n",
    "columns": [{"name": "title", "required": True, "description": "Title of the document"}],
}
_CHECK: Example = {
    "path": "https://example.com/report.pdf",
    "valid": True,
    "error": None,
    "content_type": "application/pdf",
    "size": 48213,
}
_JWK = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
_DEPENDENCY: Example = {"name": "jobs", "healthy": True, "detail": "", "latency_ms": 2}
_HEALTH = "Document Meta-Tagging API is running"

ANSWERS: dict[str, dict[int, Example]] = {
    "process_single": {
        200: _SINGLE,
        202: {
            "job_id": JOB_ID,
            "status": "processing",
            "status_url": _STATUS_URL,
            "message": "The document is being processed; its result will be in the history.",
            "warnings": [],
        },
    },
    "start_batch": {
        200: {"job_id": JOB_ID, "total_documents": 2, "message": "Started processing of 2 documents", "warnings": []},
    },
    "job_status": {200: {**_STATUS, "error_message": None, "waits_until": None}},
    "cancel_job": _control("Cancel", "cancelled"),
    "pause_job": _control("Pause", "paused"),
    "resume_job": _control("Resume", "processing"),
    "retry_documents": {200: {"job_id": JOB_ID, "retried": 1, "status": "processing"}},
    "active_jobs": {200: {"jobs": [PROGRESS]}},
    "validate_paths": {200: {"results": [_CHECK], "total": 1, "valid_count": 1, "invalid_count": 0}},
    "template": {200: _TEMPLATE},
    "upload_files": {200: {"files": [_UPLOADED], "stored_count": 1, "failed_count": 0}},
    "find_uploads": {
        200: {
            "files": [{name: value for name, value in _UPLOADED.items() if name != "error"}],
            "found_count": 1,
            "missing_count": 0,
            "max_upload_bytes": 52_428_800,
        }
    },
    "read_documents": {200: _TABLE},
    "process_csv": {200: _LEGACY},
    "register": {201: USER},
    "login": {200: {"user": USER, "tokens": TOKENS}},
    "refresh": {200: TOKENS},
    "logout": {200: {"message": "Successfully logged out"}},
    "me": {200: USER},
    "logout_all": {200: {"message": "All sessions have ended"}},
    "change_password": {200: TOKENS},
    "list_keys": {200: {"keys": [KEY]}},
    "make_key": {201: {**KEY, "key": API_KEY}},
    "revoke_key": {200: {"message": "API key revoked"}},
    "add_user": {201: {**USER, "first_password": "Zk3vQ1mB8xTn5wLr"}},
    "reset_password": {200: {"user_id": USER["id"], "password": "Zk3vQ1mB8xTn5wLr"}},
    "read_audit": {200: {"entries": [AUDIT_ENTRY], "next_before": None}},
    "statistics": {
        200: {
            "days": 30,
            "accounts": {"total": 12, "active": 11, "administrators": 1, "auditors": 1},
            "actions": [{"action": "document.process", "outcome": "done", "count": 214}],
        }
    },
    "sign_in_methods": {200: {"password": True, "registration": False, "single_sign_on": True, "password_reset": True}},
    "invite_user": {
        201: {
            **INVITATION,
            "token": LINK,
            "url": f"https://tags.example.org/app/#/invitation/{LINK}",
            "is_mailed": True,
        }
    },
    "list_invitations": {200: {"invitations": [INVITATION]}},
    "withdraw_invitation": {200: {"message": "Invitation withdrawn"}},
    "look_at_invitation": {200: {name: INVITATION[name] for name in ("email", "full_name", "role", "expires_at")}},
    "accept_invitation": {201: {**USER, "email": "bina@example.com", "full_name": "Bina Devi"}},
    "forget_password": {202: {"message": "If there is an account with this email, a mail with a link is on its way."}},
    "reset_forgotten_password": {200: {"message": "The password is changed; sign in with it."}},
    "open_single_sign_on": {200: {"user": USER, "tokens": TOKENS}},
    "begin_totp": {
        200: {
            "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
            "uri": "otpauth://totp/metatag:asha%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=metatag",
        }
    },
    "confirm_totp": {200: {"recovery_codes": ["4f0c1d2e-3b5a6978", "a1b2c3d4-e5f60718"]}},
    "remove_totp": {200: {"message": "Second factor removed"}},
    "remove_users_totp": {200: {"message": "Second factor removed"}},
    "list_users": {200: {"users": [USER], "total": 1, "limit": 50, "offset": 0}},
    "change_user": {200: {**USER, "is_active": False}},
    "list_jobs": {200: {"jobs": [JOB], "total": 1, "limit": 50, "offset": 0}},
    "get_job": {
        200: {**JOB, "config": CONFIG, "error_message": None, "waits_until": None, "documents": [DOCUMENT, FAILED]}
    },
    "delete_job": {200: {"message": "Job deleted successfully", "job_id": JOB_ID}},
    "job_documents": {200: {"documents": [DOCUMENT, FAILED], "next_row": None}},
    "list_documents": {200: {**FOUND, "documents": [{**DOCUMENT, "snippets": []}]}},
    "search_documents": {200: FOUND},
    "get_document": {200: DETAIL},
    **RECORDS,
    "stats": {200: _STATS},
    "summary": {200: _SUMMARY},
    "list_vocabularies": {200: {"vocabularies": [_VOCABULARY]}},
    "get_vocabulary": {200: {**_VOCABULARY, "terms": TERMS}},
    "put_vocabulary": {200: {**_VOCABULARY, "warnings": []}},
    "delete_vocabulary": {200: {"message": "Vocabulary deleted"}},
    "engines": {200: _ENGINES},
    "models": {200: {"models": [_MODEL], "total": 1}},
    "check_key": {200: {"valid": True, "error": None, "remaining_usd": 2.5}},
    "root": {200: _VERSION},
    "health": {
        200: {"status": "healthy", "version": "2.0.0", "message": _HEALTH, "dependencies": [_DEPENDENCY]},
    },
    "status": {200: {"status": "ok", "service": "document-meta-tagging-api"}},
    "live": {200: {"status": "ok", "detail": None}},
    "ready": {
        200: {"status": "ok", "detail": None},
        503: {"status": "not ready", "detail": "No answer from: jobs"},
    },
    "jwks": {200: {"keys": [{**_JWK, "kid": "1a2b3c4d5e6f", "use": "sig", "alg": "EdDSA"}]}},
}

# What leaves as a file: operation -> media type -> how it begins.
FILES: dict[str, dict[str, str]] = {
    "preview": {"application/pdf": "%PDF-1.7 ..."},
    "document_file": {"application/pdf": "%PDF-1.7 ..."},
    "tagged_file": {"application/pdf": "%PDF-1.7 ..."},
    "searchable_file": {"application/pdf": "%PDF-1.7 ..."},
    "page_picture": {"image/png": "\x89PNG ..."},
    "export_account": {"application/zip": "PK ..."},
    "export_audit": {
        "text/csv; charset=utf-8": "id,at,actor_id,actor_kind,key_id,action,target_kind,target_id,outcome,...\n",
        "application/x-ndjson": '{"id": 4711, "action": "document.read", "outcome": "done"}\n',
    },
    "export_job": {
        "text/csv; charset=utf-8": f"title,tags,status,processed_at\n{DOCUMENT['title']},water supply,success,{DONE}\n",
        "application/x-ndjson": '{"title": "Water Supply in Rural Districts", "tags": ["water supply"]}\n',
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "PK ...",
        "application/ld+json": '{"@context": {"dcterms": "http://purl.org/dc/terms/"}, "@graph": [\n'
        '{"@id": "urn:uuid:5f0c7cf2-6d1c-4c1a-9d53-0c1e3ab1f7d2", "dcterms:subject": ["water supply"]}\n]}\n',
    },
}


def answer(operation: str, status: int) -> Any:
    """Give the payload of an answer; None where there is no example."""
    return ANSWERS.get(operation, {}).get(status)
