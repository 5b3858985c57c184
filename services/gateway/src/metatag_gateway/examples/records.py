"""The example of each success about records: operation -> status -> payload."""

from __future__ import annotations

from metatag_gateway.examples.things import (
    CONFIG,
    DOCUMENT,
    DOCUMENT_ID,
    DONE,
    FAILED,
    JOB,
    METADATA,
    PAGES,
    TAG_DETAILS,
    USAGE,
    USER_ID,
    Example,
)

_LEARNING: Example = {
    "enabled": True,
    "documents": 24,
    "latest_at": DONE,
    "kept": 96,
    "removed": 31,
    "added": 22,
    "tags": [{"tag": "water supply", "kept": 11, "removed": 0, "added": 2}],
}
_PROFILE: Example = {
    "name": "Water orders",
    "settings": {"instructions": "Prefer names of schemes.", "num_tags": 6, "use_existing_tags": True},
    "updated_at": DONE,
}

DETAIL: Example = {
    **DOCUMENT,
    "columns": {"department": "Water"},
    "description": "",
    "file_size": 48213,
    "mime_type": "application/pdf",
    "extracted_text": "WATER SUPPLY IN RURAL DISTRICTS. Report of the committee ...",
    "processing_metadata": {**METADATA, "processing_time": 2.31, "model_name": CONFIG["model_name"]},
    "tries": 1,
    "tag_details": TAG_DETAILS,
    "pages": PAGES,
    "usage": USAGE,
    "note": "",
    "reviewed_at": None,
    "reviewed_by": None,
}
_PERSONS: Example = {
    "tag": "drinking water",
    "score": 1.0,
    "source": "person",
    "kind": "",
    "page": 0,
    "evidence": "",
    "grounded": False,
    "origin": "person",
    "by": USER_ID,
    "at": DONE,
    "vocabulary": "water",
    "uri": "",
}
CORRECTED: Example = {
    **DETAIL,
    "title": "Water supply report",
    "tags": ["drinking water"],
    "tag_details": [_PERSONS],
    "version": 2,
    "edited": True,
    "note": "The seal is missing.",
}
_WEBHOOK: Example = {
    "id": "019ad3f2-6b00-7c40-8a10-1f2e3d4c5b6a",
    "url": "https://example.com/hooks/metatag",
    "events": ["job.completed"],
    "active": True,
    "problem": None,
    "created_at": DONE,
}
_SEARCH: Example = {
    "id": "8c1d0a52-7d55-4d0e-9a55-2f5c1f9e6b10",
    "name": "Water orders of 2019",
    "params": {"query": "water", "year": "2019"},
    "created_at": DONE,
}
_CHANGE: Example = {
    "version": 2,
    "at": DONE,
    "by": USER_ID,
    "action": "correct",
    "changes": [
        {"field": "title", "before": DOCUMENT["title"], "after": "Water supply report"},
        {"field": "tags", "before": TAG_DETAILS, "after": [_PERSONS]},
    ],
    "undone": False,
    "undoes": [],
}

_SNIPPET: Example = {
    "page": 1,
    "text": "Report of the committee on the supply of drinking water to rural districts",
    "marks": [{"start": 51, "end": 56}],
}
FOUND: Example = {
    "documents": [{**DOCUMENT, "snippets": [_SNIPPET]}],
    "total": 1,
    "total_exact": True,
    "limit": 50,
    "offset": 0,
}
TAG_JOB: Example = {
    "id": "0199f0c4-5d1e-7a31-9c3f-5b1d2e7a9c04",
    "action": "merge",
    "state": "completed",
    "tags": ["water-supply", "Water Supply"],
    "to": ["water supply"],
    "add": [],
    "remove": [],
    "replace": None,
    "total": 41,
    "total_exact": True,
    "done": 41,
    "changed": 41,
    "refused": 0,
    "missing": 0,
    "restored": 0,
    "left": 0,
    "error_message": None,
    "created_at": DONE,
    "completed_at": DONE,
}
_BEGUN: Example = {
    "state": "running",
    "total": 0,
    "total_exact": False,
    "done": 0,
    "changed": 0,
    "completed_at": None,
}
ERASED = "2026-04-01T08:30:04Z"
_GONE: Example = {
    "message": "The account is deleted; what it had is being removed",
    "user_id": "6f2d0c7e-4a3b-4a53-9a0e-5f0a4c1d2b3e",
}
_DELIVERY = {
    "id": "msg_019ad3f2-7c11-7a30-9b1e-2d4c6f8a0b12",
    "event": "job.completed",
    "state": "delivered",
    "tries": 1,
    "status": 204,
    "error": None,
    "created_at": DONE,
    "due_at": None,
}
RECORDS: dict[str, dict[int, Example]] = {
    "correct_document": {200: CORRECTED},
    "document_history": {200: {"document_id": DOCUMENT_ID, "version": 2, "changes": [_CHANGE], "next": None}},
    "undo_corrections": {200: {**DETAIL, "version": 3}},
    "delete_account": {202: _GONE},
    "delete_user": {202: _GONE},
    "list_webhooks": {200: {"webhooks": [_WEBHOOK]}},
    "create_webhook": {201: {**_WEBHOOK, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}},
    "change_webhook": {200: _WEBHOOK},
    "delete_webhook": {200: {"message": "The webhook is deleted", "id": _WEBHOOK["id"]}},
    "rotate_webhook_secret": {200: {"id": _WEBHOOK["id"], "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}},
    "test_webhook": {202: {"id": _WEBHOOK["id"], "delivery_id": "msg_019ad3f2-7c11-7a30-9b1e-2d4c6f8a0b12"}},
    "webhook_deliveries": {200: {"deliveries": [_DELIVERY]}},
    "retry_webhook_delivery": {
        202: {**_DELIVERY, "state": "pending", "tries": 0, "due_at": DONE},
    },
    "list_searches": {200: {"searches": [_SEARCH]}},
    "save_search": {201: _SEARCH},
    "change_search": {200: {**_SEARCH, "name": "Water orders"}},
    "delete_search": {200: {"message": "The saved search is deleted", "id": _SEARCH["id"]}},
    "get_learning": {200: _LEARNING},
    "set_learning": {200: _LEARNING},
    "forget_learning": {200: {"message": "What was learnt is forgotten", "documents": 24}},
    "evaluate_tags": {
        200: {
            "documents": 24,
            "f1_at_5": 0.61,
            "f1_at_10": 0.66,
            "ndcg": 0.71,
            "precision_by_rank": [0.88, 0.79, 0.71, 0.63, 0.58, 0.5, 0.44, 0.41, 0.0, 0.0],
            "facet_coverage": {"date": 0.92, "document_type": 0.83},
        }
    },
    "list_profiles": {200: {"profiles": [_PROFILE]}},
    "get_profile": {200: _PROFILE},
    "put_profile": {200: _PROFILE},
    "delete_profile": {200: {"message": "The profile is deleted", "name": "Water orders"}},
    "page_words": {
        200: {
            "document_id": DOCUMENT_ID,
            "page": 1,
            "source": "recognised",
            "rotation": 0,
            "hits": [
                {
                    "kind": "tag",
                    "text": "water supply",
                    "boxes": [{"x0": 0.1428, "y0": 0.2071, "x1": 0.3059, "y1": 0.2204}],
                }
            ],
            "words": None,
        }
    },
    "reprocess_document": {202: {"document_id": DOCUMENT_ID, "job_id": JOB["id"], "status": "pending", "warnings": []}},
    "reprocess_documents": {202: {"job_id": JOB["id"], "total_documents": 1, "status": "pending", "warnings": []}},
    "review_queue": {
        200: {
            "documents": [{**DOCUMENT, "reasons": ["duplicate"]}],
            "counts": {
                "low_confidence": 0,
                "no_tags": 0,
                "failed": 0,
                "duplicate": 1,
                "degraded": 0,
                "total": 1,
            },
            "counts_exact": True,
            "next": None,
        }
    },
    "approve_document": {200: {"document_id": DOCUMENT_ID, "version": 2, "reviewed": True, "next": FAILED["id"]}},
    "skip_document": {200: {"document_id": DOCUMENT_ID, "next": FAILED["id"]}},
    "rename_job": {200: {**JOB, "name": "Circulars of 2019"}},
    "delete_document": {
        200: {"message": "The document is in the trash", "document_id": DOCUMENT_ID, "deleted_for_good_at": ERASED}
    },
    "list_trash": {
        200: {
            "documents": [{**DOCUMENT, "trashed_at": DONE, "deleted_for_good_at": ERASED}],
            "total": 1,
            "limit": 50,
            "offset": 0,
            "retention_days": 30.0,
        }
    },
    "list_tags": {
        200: {
            "tags": [{"tag": "water supply", "count": 41, "latest": DONE, "trend": [0, 2, 0, 5, 9, 8, 7, 10]}],
            "total": 1,
            "limit": 50,
            "offset": 0,
            "sampled_documents": 0,
        }
    },
    "start_tag_job": {202: {**TAG_JOB, **_BEGUN}},
    "list_tag_jobs": {200: {"tag_jobs": [TAG_JOB]}},
    "get_tag_job": {200: TAG_JOB},
    "undo_tag_job": {202: {**TAG_JOB, "state": "undoing"}},
    "restore_document": {200: DOCUMENT},
    "erase_document": {200: {"message": "The document is deleted for good", "document_id": DOCUMENT_ID}},
}
