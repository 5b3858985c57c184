"""The calls about records as values: corrections, the review queue, the trash, lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from metatag_client.calls import Call
from metatag_client.models import Document, Job, Json, Options


def correct(document_id: str, changes: Json, version: int | None) -> Call[Document]:
    """Correct a document."""
    path = f"/api/history/documents/{_part(document_id)}"
    # A second try after a lost answer would name a version that is over.
    return Call("PATCH", path, Document.from_json, body=changes, headers=_if_match(version), repeatable=not version)


def history(document_id: str, limit: int, before: int) -> Call[list[Json]]:
    """List the changes of a document."""
    params = {"limit": limit, "before": before}
    path = f"/api/history/documents/{_part(document_id)}/history"
    return Call("GET", path, lambda raw: list(raw["changes"]), params=params)


def undo(document_id: str, steps: int, version: int | None) -> Call[Document]:
    """Take changes back."""
    path = f"/api/history/documents/{_part(document_id)}/undo"
    body, headers = {"steps": steps}, _if_match(version)
    return Call("POST", path, Document.from_json, body=body, headers=headers, repeatable=False)


def documents(params: Json) -> Call[tuple[list[Document], int]]:
    """List documents."""
    given = {name: _query(value) for name, value in params.items() if value is not None}
    return Call("GET", "/api/history/documents", _found, params=given)


def rename_job(job_id: str, name: str) -> Call[Job]:
    """Give a job another name."""
    return Call("PATCH", f"/api/history/jobs/{_part(job_id)}", Job.from_json, body={"name": name})


def review(reason: str | None, limit: int) -> Call[tuple[list[Document], Json]]:
    """List what waits for a person."""
    params = {"limit": limit} | ({"reason": reason} if reason else {})
    return Call("GET", "/api/review", lambda raw: (_found(raw | {"total": 0})[0], raw["counts"]), params=params)


def approve(document_id: str) -> Call[str | None]:
    """Say that a document is right."""
    return Call("POST", f"/api/review/{_part(document_id)}/approve", _next)


def skip(document_id: str) -> Call[str | None]:
    """Put a document at the end of the queue."""
    return Call("POST", f"/api/review/{_part(document_id)}/skip", _next)


def delete_document(document_id: str) -> Call[None]:
    """Put a document into the trash."""
    return Call("DELETE", f"/api/history/documents/{_part(document_id)}", lambda _raw: None)


def trash(limit: int, offset: int) -> Call[tuple[list[Document], int]]:
    """List the trash."""
    return Call("GET", "/api/trash", _found, params={"limit": limit, "offset": offset})


def restore(document_id: str) -> Call[Document]:
    """Take a document out of the trash."""
    return Call("POST", f"/api/trash/{_part(document_id)}/restore", Document.from_json, repeatable=False)


def process_again(document_id: str, options: Options, replace_edits: bool, key: str) -> Call[str]:
    """Process a document again."""
    path = f"/api/history/documents/{_part(document_id)}/process-again"
    body = {"config": options.to_json(), "replace_edits": replace_edits}
    return Call("POST", path, lambda raw: str(raw["job_id"]), body=body, headers={"Idempotency-Key": key})


def process_all_again(
    document_ids: Sequence[str], options: Options, replace_edits: bool, name: str, key: str
) -> Call[str]:
    """Process documents again as one batch."""
    body = {
        "document_ids": list(document_ids), "config": options.to_json(), "replace_edits": replace_edits, "name": name,
    }  # fmt: skip
    path = "/api/history/documents/process-again"
    return Call("POST", path, lambda raw: str(raw["job_id"]), body=body, headers={"Idempotency-Key": key})


def download(document_id: str, tagged: bool) -> Call[bytes]:
    """Get a document's PDF."""
    path = f"/api/history/documents/{_part(document_id)}/{'tagged-file' if tagged else 'file'}"
    return Call("GET", path, bytes, binary=True, seconds=300.0)


def searchable(document_id: str) -> Call[bytes]:
    """Get a document's PDF with the text of its scans."""
    path = f"/api/history/documents/{_part(document_id)}/searchable-file"
    return Call("GET", path, bytes, binary=True, seconds=300.0)


def page_words(document_id: str, page: int, tag: str, query: str, words: bool) -> Call[Json]:
    """Get where a tag or words stand on a page."""
    asked = {"tag": tag, "query": query, "words": "true" if words else ""}
    params = {name: value for name, value in asked.items() if value}
    return Call("GET", f"/api/history/documents/{_part(document_id)}/pages/{page}/words", _same, params=params)


def searches() -> Call[list[Json]]:
    """List saved searches."""
    return Call("GET", "/api/searches", lambda raw: list(raw["searches"]))


def save_search(name: str, params: Json) -> Call[Json]:
    """Keep a search under a name."""
    return Call("POST", "/api/searches", _same, body={"name": name, "params": params}, repeatable=False)


def change_search(search_id: str, changes: Json) -> Call[Json]:
    """Give a saved search another name or other parameters."""
    return Call("PUT", f"/api/searches/{_part(search_id)}", _same, body=changes)


def delete_search(search_id: str) -> Call[None]:
    """Forget a saved search."""
    return Call("DELETE", f"/api/searches/{_part(search_id)}", lambda _raw: None, repeatable=False)


def learning() -> Call[Json]:
    """Tell what was learnt."""
    return Call("GET", "/api/learning", _same)


def set_learning(enabled: bool) -> Call[Json]:
    """Switch learning on or off."""
    return Call("PUT", "/api/learning", _same, body={"enabled": enabled})


def forget_learning() -> Call[int]:
    """Forget what was learnt."""
    return Call("DELETE", "/api/learning", lambda raw: int(raw["documents"]))


def evaluation() -> Call[Json]:
    """Compare the machine's tags with those left."""
    return Call("GET", "/api/history/evaluation", _same)


def profiles() -> Call[list[Json]]:
    """List profiles."""
    return Call("GET", "/api/profiles", lambda raw: list(raw["profiles"]))


def profile(name: str) -> Call[Json]:
    """Give one profile."""
    return Call("GET", f"/api/profiles/{_part(name)}", _same)


def put_profile(name: str, settings: Json) -> Call[Json]:
    """Keep settings under a name."""
    return Call("PUT", f"/api/profiles/{_part(name)}", _same, body=settings)


def delete_profile(name: str) -> Call[None]:
    """Forget a profile."""
    return Call("DELETE", f"/api/profiles/{_part(name)}", lambda _raw: None, repeatable=False)


def webhooks() -> Call[list[Json]]:
    """List webhooks."""
    return Call("GET", "/api/webhooks", lambda raw: list(raw["webhooks"]))


def create_webhook(url: str, events: Sequence[str]) -> Call[Json]:
    """Keep an address."""
    return Call("POST", "/api/webhooks", _same, body={"url": url, "events": list(events)}, repeatable=False)


def change_webhook(webhook_id: str, changes: Json) -> Call[Json]:
    """Change a webhook."""
    return Call("PATCH", f"/api/webhooks/{_part(webhook_id)}", _same, body=changes)


def delete_webhook(webhook_id: str) -> Call[None]:
    """Remove a webhook."""
    return Call("DELETE", f"/api/webhooks/{_part(webhook_id)}", lambda _raw: None, repeatable=False)


def rotate_webhook_secret(webhook_id: str) -> Call[str]:
    """Make a new secret."""
    return Call("POST", f"/api/webhooks/{_part(webhook_id)}/secret", lambda raw: str(raw["secret"]), repeatable=False)


def test_webhook(webhook_id: str) -> Call[str]:
    """Have an event posted."""
    path = f"/api/webhooks/{_part(webhook_id)}/test"
    return Call("POST", path, lambda raw: str(raw["delivery_id"]), repeatable=False)


def retry_webhook_delivery(webhook_id: str, delivery_id: str) -> Call[Json]:
    """Post a delivery again."""
    path = f"/api/webhooks/{_part(webhook_id)}/deliveries/{_part(delivery_id)}/retry"
    return Call("POST", path, _same, repeatable=False)


def webhook_deliveries(webhook_id: str, limit: int) -> Call[list[Json]]:
    """List deliveries."""
    path = f"/api/webhooks/{_part(webhook_id)}/deliveries"
    return Call("GET", path, lambda raw: list(raw["deliveries"]), params={"limit": limit})


def _same(raw: Any) -> Any:
    return raw


def _found(raw: Json) -> tuple[list[Document], int]:
    return [Document.from_json(entry) for entry in raw["documents"]], int(raw["total"])


def _next(raw: Json) -> str | None:
    return str(raw["next"]) if raw["next"] else None


def _if_match(version: int | None) -> dict[str, str]:
    return {"If-Match": f'"{version}"' if version else "*"}


def _query(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _part(text: str) -> str:
    return quote(text, safe="")
