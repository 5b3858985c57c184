"""The audit log at the door: acts on documents, jobs and lists, and refused acts on anything, one entry each.

What happens to accounts, sessions and keys is written by the store, in the transaction that does it.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import get_contextvars

from metatag_gateway.audit_log import AuditLog
from metatag_gateway.model.audit import ORIGIN, Origin, Outcome, entry
from metatag_gateway.policies import PathPolicy

_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class Act:
    """What an operation is called in the log, and where the id of its target is found."""

    action: str
    target_kind: str
    # The path's parameter that names the target, or the name of a log id that the route bound; empty: none.
    target: str = ""
    # Its success is written by the store.
    is_stored: bool = False


def _stored(action: str, target_kind: str, target: str = "") -> Act:
    return Act(action, target_kind, target, is_stored=True)


# Operations that need a name of their own. Others that change something are called by their function's name.
ACTS: dict[str, Act | None] = {
    "process_single": Act("document.process", "job", "job_id"),
    "start_batch": Act("job.start", "job", "job_id"),
    "process_csv": Act("document.process", "file"),
    "upload_files": Act("file.upload", "file"),
    "pause_job": Act("job.pause", "job", "job_id"),
    "resume_job": Act("job.resume", "job", "job_id"),
    "cancel_job": Act("job.cancel", "job", "job_id"),
    "retry_documents": Act("job.retry", "job", "job_id"),
    "delete_job": Act("job.delete", "job", "job_id"),
    "get_job": Act("job.read", "job", "job_id"),
    "job_documents": Act("job.read", "job", "job_id"),
    "export_job": Act("job.export", "job", "job_id"),
    "get_document": Act("document.read", "document", "doc_id"),
    "document_file": Act("document.download", "document", "doc_id"),
    "tagged_file": Act("document.download", "document", "doc_id"),
    "searchable_file": Act("document.download", "document", "doc_id"),
    "page_words": Act("document.read", "document", "doc_id"),
    "page_picture": Act("document.read", "document", "doc_id"),
    "document_history": Act("document.read", "document", "doc_id"),
    "correct_document": Act("document.correct", "document", "doc_id"),
    "reprocess_document": Act("document.reprocess", "document", "doc_id"),
    "reprocess_documents": Act("document.reprocess", "job", "job_id"),
    "undo_corrections": Act("document.undo", "document", "doc_id"),
    "delete_document": Act("document.delete", "document", "doc_id"),
    "restore_document": Act("document.restore", "document", "doc_id"),
    "erase_document": Act("document.erase", "document", "doc_id"),
    "approve_document": Act("document.approve", "document", "document_id"),
    "skip_document": Act("document.skip", "document", "document_id"),
    "start_tag_job": Act("tag.change", "tag_job", "tag_job_id"),
    "undo_tag_job": Act("tag.undo", "tag_job", "tag_job_id"),
    "create_webhook": Act("webhook.create", "webhook"),
    "change_webhook": Act("webhook.change", "webhook", "webhook_id"),
    "delete_webhook": Act("webhook.delete", "webhook", "webhook_id"),
    "rotate_webhook_secret": Act("webhook.rotate", "webhook", "webhook_id"),
    "test_webhook": Act("webhook.test", "webhook", "webhook_id"),
    "set_learning": Act("learning.change", "learning"),
    "forget_learning": Act("learning.delete", "learning"),
    "put_profile": Act("profile.write", "profile", "name"),
    "get_profile": Act("profile.read", "profile", "name"),
    "delete_profile": Act("profile.delete", "profile", "name"),
    "save_search": Act("search.save", "search"),
    "change_search": Act("search.change", "search", "search_id"),
    "delete_search": Act("search.delete", "search", "search_id"),
    "rename_job": Act("job.rename", "job", "job_id"),
    "review_queue": Act("document.list", "document"),
    "list_trash": Act("document.list", "document"),
    "search_documents": Act("document.search", "document"),
    "list_documents": Act("document.list", "document"),
    "preview": Act("source.preview", "source"),
    "put_vocabulary": Act("vocabulary.write", "vocabulary", "name"),
    "get_vocabulary": Act("vocabulary.read", "vocabulary", "name"),
    "delete_vocabulary": Act("vocabulary.delete", "vocabulary", "name"),
    "read_audit": Act("audit.read", "audit"),
    "export_audit": Act("audit.export", "audit"),
    "export_account": Act("account.export", "account"),
    "delete_account": _stored("account.delete", "account"),
    "delete_user": _stored("account.delete", "account", "user_id"),
    "list_users": Act("account.list", "account"),
    "statistics": Act("statistics.read", "statistics"),
    "register": _stored("account.register", "account"),
    "login": _stored("account.sign_in", "account"),
    "logout": _stored("account.sign_out", "session"),
    "logout_all": _stored("account.end_sessions", "account"),
    "change_password": _stored("account.password", "account"),
    "make_key": _stored("key.create", "key"),
    "revoke_key": _stored("key.revoke", "key", "key_id"),
    "add_user": _stored("account.create", "account"),
    "change_user": _stored("account.change", "account", "user_id"),
    "reset_password": _stored("account.reset_password", "account", "user_id"),
    "invite_user": _stored("account.invite", "invitation"),
    "list_invitations": Act("account.list", "invitation"),
    "withdraw_invitation": _stored("account.uninvite", "invitation", "invitation_id"),
    "accept_invitation": _stored("account.create", "account"),
    "forget_password": _stored("account.reset_asked", "account"),
    "reset_forgotten_password": _stored("account.reset_password", "account"),
    "begin_totp": Act("account.totp_begin", "account"),
    "confirm_totp": _stored("account.totp_on", "account"),
    "remove_totp": _stored("account.totp_off", "account"),
    "remove_users_totp": _stored("account.totp_off", "account", "user_id"),
    "open_single_sign_on": _stored("account.sign_in", "account"),
    # They change nothing.
    "refresh": None,
    "validate_paths": None,
    "find_uploads": None,
    "read_documents": None,
    "check_key": None,
    "look_at_invitation": None,
}


def act_of(operation: str, method: str) -> Act | None:
    """Return what to write of an operation, None for one that is not worth an entry."""
    if operation in ACTS:
        return ACTS[operation]
    return Act(operation, "other") if method in _UNSAFE else None


class Audit:
    """Writes an entry before an act is answered; around the gate, whose refusals are told too."""

    def __init__(self, app: ASGIApp, *, log: AuditLog) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        client = scope.get("client")
        ORIGIN.set(Origin("", "anonymous", "", client[0] if client else ""))

        async def written(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._write(scope, message["status"])
            await send(message)

        await self._app(scope, receive, written)

    async def _write(self, scope: Scope, status: int) -> None:
        state = scope.get("state", {})
        policy: PathPolicy | None = state.get("policy")
        act = act_of(policy.operation, scope["method"]) if policy is not None else None
        principal = state.get("principal")
        # Who is not known leaves no entry here: anybody could fill the log.
        if act is None or principal is None or (act.is_stored and status < 400):
            return
        outcome: Outcome = "done" if status < 400 else "refused" if status < 500 else "failed"
        details = {} if outcome == "done" else {"status": str(status)}
        target = str(scope.get("path_params", {}).get(act.target) or get_contextvars().get(act.target, ""))
        if act.target_kind == "other" and not target:
            target = next(map(str, scope.get("path_params", {}).values()), "")
        await self._log.record(entry(act.action, act.target_kind, target, outcome, **details))
