"""What follows on what: OpenAPI links from an answer to the calls that take a value out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Follow:
    """One value of an answer (`pointer` into the payload), and the calls that take it as `name`."""

    pointer: str
    name: str
    operations: tuple[str, ...]
    # Where the value goes: into a parameter, or into a field of the JSON body.
    in_body: bool = False


_JOB = (
    "job_status",
    "get_job",
    "job_documents",
    "export_job",
    "pause_job",
    "resume_job",
    "cancel_job",
    "delete_job",
)
_DOCUMENT = ("get_document", "document_file", "tagged_file", "page_picture", "document_history", "correct_document")
_WEBHOOK = ("change_webhook", "rotate_webhook_secret", "test_webhook", "webhook_deliveries", "delete_webhook")
_PROFILE = ("get_profile", "delete_profile")
_VOCABULARY = ("get_vocabulary", "delete_vocabulary")

# Operation, and the status of the answer, to what follows.
FOLLOWS: dict[tuple[str, int], tuple[Follow, ...]] = {
    ("start_batch", 200): (Follow("/job_id", "job_id", _JOB),),
    ("process_single", 200): (
        Follow("/job_id", "job_id", ("job_status", "get_job", "delete_job")),
        Follow("/document_id", "doc_id", _DOCUMENT),
    ),
    ("process_single", 202): (Follow("/job_id", "job_id", _JOB),),
    ("reprocess_document", 202): (Follow("/job_id", "job_id", _JOB),),
    ("reprocess_documents", 202): (Follow("/job_id", "job_id", _JOB),),
    ("create_webhook", 201): (Follow("/id", "webhook_id", _WEBHOOK),),
    ("list_webhooks", 200): (Follow("/webhooks/0/id", "webhook_id", _WEBHOOK),),
    ("save_search", 201): (Follow("/id", "search_id", ("change_search", "delete_search")),),
    ("list_searches", 200): (Follow("/searches/0/id", "search_id", ("change_search", "delete_search")),),
    ("list_jobs", 200): (Follow("/jobs/0/id", "job_id", ("get_job", "job_documents")),),
    ("get_job", 200): (Follow("/documents/0/id", "doc_id", _DOCUMENT),),
    ("job_documents", 200): (Follow("/documents/0/id", "doc_id", _DOCUMENT),),
    ("list_documents", 200): (Follow("/documents/0/id", "doc_id", _DOCUMENT),),
    ("search_documents", 200): (Follow("/documents/0/id", "doc_id", _DOCUMENT),),
    ("make_key", 201): (Follow("/id", "key_id", ("revoke_key",)),),
    ("invite_user", 201): (Follow("/id", "invitation_id", ("withdraw_invitation",)),),
    ("list_invitations", 200): (Follow("/invitations/0/id", "invitation_id", ("withdraw_invitation",)),),
    ("list_keys", 200): (Follow("/keys/0/id", "key_id", ("revoke_key",)),),
    ("put_profile", 200): (Follow("/name", "name", _PROFILE),),
    ("list_profiles", 200): (Follow("/profiles/0/name", "name", _PROFILE),),
    ("put_vocabulary", 200): (Follow("/name", "name", _VOCABULARY),),
    ("list_vocabularies", 200): (Follow("/vocabularies/0/name", "name", _VOCABULARY),),
    ("login", 200): (Follow("/tokens/refresh_token", "refresh_token", ("refresh", "logout"), in_body=True),),
    ("refresh", 200): (Follow("/refresh_token", "refresh_token", ("refresh", "logout"), in_body=True),),
}


def links(operation: str, status: int, base: str) -> dict[str, Any]:
    """Give the OpenAPI links of an answer; `base` is where the payload begins in the body: "/data", or nothing."""
    found: dict[str, Any] = {}
    for follow in FOLLOWS.get((operation, status), ()):
        value = f"$response.body#{base}{follow.pointer}"
        for target in follow.operations:
            place = {"requestBody": {follow.name: value}} if follow.in_body else {"parameters": {follow.name: value}}
            found[target] = {"operationId": target, **place}
    return found
