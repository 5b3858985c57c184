"""What webhooks tell of documents, jobs, corrections and tag jobs: from rows to the bodies that are posted."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from metatag_jobs.adapters.sql.dialect import as_json
from metatag_jobs.adapters.sql.events import default_name
from metatag_jobs.model import Source


@dataclass(frozen=True)
class Event:
    """Something that happened `at` a moment, in seconds since 1970."""

    at: float
    kind: str
    data: dict[str, Any]

    def body(self) -> str:
        """Return what is posted."""
        return as_json({"type": self.kind, "timestamp": _moment(self.at), "data": self.data})


def event_of(kind: str, row: Any) -> Event:
    """Return the event of a row; `kind`: documents, jobs, changes or tag_jobs."""
    return _EVENTS[kind](row)


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def _document(row: Any) -> dict[str, Any]:
    result = json.loads(row["body"]) if row["body"] else {}
    return {
        "id": row["id"],
        "job_id": row["job_id"],
        "title": row["title"],
        "file_name": Source(row["source_type"], row["source_path"]).file_name,
        "folder": row["folder"],
        "tags": [tag.get("tag", "") for tag in result.get("tags", ())],
    }


def _document_event(row: Any) -> Event:
    problem = json.loads(row["problem"]) if row["problem"] else {}
    done = row["state"] == "done"
    data = {
        **_document(row),
        "status": "success" if done else "failed",
        "error_code": None if done else problem.get("code"),
        "error_message": None if done else problem.get("message"),
    }
    return Event(row["processed_at"], "document.processed" if done else "document.failed", data)


def _correction_event(row: Any) -> Event:
    data = {
        **_document(row),
        "version": row["version"],
        "action": row["action"],
        "by": row["made_by"] or None,
        "fields": [change["field"] for change in json.loads(row["changes"])],
    }
    return Event(row["made_at"], "document.corrected", data)


def _job_event(row: Any) -> Event:
    data = {
        "id": row["id"],
        "job_type": row["type"],
        "name": row["name"] or default_name(row["type"], row["created_at"]),
        "status": row["state"],
        "total_documents": row["total"],
        "processed_count": row["done"],
        "failed_count": row["failed"],
        "cancelled_count": row["cancelled"],
    }
    return Event(row["completed_at"], f"job.{row['state']}", data)


def _tag_job_event(row: Any) -> Event:
    change = json.loads(row["change"])
    data = {
        "id": row["id"],
        "action": change.get("action", ""),
        "state": row["state"],
        **{name: change.get(name, []) for name in ("tags", "to", "add", "remove")},
        "replace": change.get("replace"),
        "total": row["total"],
        "changed": row["changed"],
        "refused": row["refused"],
        "restored": row["restored"],
        "left": row["left_alone"],
    }
    return Event(row["completed_at"], "tag_job.finished", data)


_EVENTS: dict[str, Callable[[Any], Event]] = {
    "documents": _document_event,
    "jobs": _job_event,
    "changes": _correction_event,
    "tag_jobs": _tag_job_event,
}
