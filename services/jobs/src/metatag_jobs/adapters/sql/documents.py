"""The row of a document with its job and result, and the document that it is."""

from __future__ import annotations

import json
from typing import Any

from metatag_jobs.jsonable import unpack
from metatag_jobs.model import Document, Duplicate, Source
from metatag_jobs.results import DocumentResult, Problem

# A cancelled job's open documents are cancelled, whether or not the sweep has reached them.
STATE = (
    "CASE WHEN job.state = 'cancelled' AND doc.state IN ('queued', 'admitted', 'running') THEN 'cancelled' "
    "ELSE doc.state END"
)
COLUMNS = (
    f"doc.id, doc.job_id, doc.position, doc.title, doc.description, doc.columns, doc.source_type, doc.source_path, "
    f"doc.file_id, "
    f"doc.file_size, {STATE} AS state, doc.stage, doc.tries, doc.problem, doc.created_at, doc.processed_at, "
    "doc.ocr_id, doc.version, doc.note, doc.reviewed_at, doc.reviewed_by, doc.edited, doc.folder, doc.trashed_at, "
    "doc.reprocess_of, "
    "original.id AS original_id, original.job_id AS original_job, original.source_type AS original_type, "
    "original.source_path AS original_path, doc_result.body"
)
# Ids are ordered by time, so the smallest one of a content is the earliest.
FROM = (
    "FROM doc JOIN job ON job.id = doc.job_id LEFT JOIN doc_result ON doc_result.doc_id = doc.id "
    "LEFT JOIN doc AS original ON original.id = (SELECT min(other.id) FROM doc AS other WHERE "
    "other.file_id = doc.file_id AND other.id < doc.id AND other.trashed_at IS NULL)"
)
_PUBLIC = {
    "queued": "pending",
    "admitted": "pending",
    "running": "processing",
    "done": "success",
    "failed": "failed",
    "cancelled": "cancelled",
}


def document_of(row: Any) -> Document:
    """Return the document of a row of COLUMNS."""
    in_work = row["state"] == "running"
    has_file = bool(row["file_id"] or row["file_size"])
    return Document(
        id=row["id"],
        job_id=row["job_id"],
        position=row["position"],
        title=row["title"],
        description=row["description"],
        source=Source(row["source_type"], row["source_path"], row["file_id"] or ""),
        file_size=row["file_size"],
        mime_type="application/pdf" if has_file else "",
        state=_PUBLIC[row["state"]],
        result=unpack(DocumentResult, json.loads(row["body"])) if row["body"] else None,
        problem=unpack(Problem, json.loads(row["problem"])) if row["problem"] else None,
        created_at=row["created_at"],
        processed_at=row["processed_at"],
        tries=row["tries"],
        stage=row["stage"] if in_work else "",
        columns=json.loads(row["columns"]) if row["columns"] else {},
        version=row["version"],
        note=row["note"],
        reviewed_at=row["reviewed_at"],
        reviewed_by=row["reviewed_by"] or "",
        edited=bool(row["edited"]),
        folder=row["folder"],
        duplicate_of=_duplicate(row),
        # A run over another document is hidden like one in the trash, but is not there.
        trashed_at=None if row["reprocess_of"] else row["trashed_at"],
        reprocess_of=row["reprocess_of"] or "",
    )


def _duplicate(row: Any) -> Duplicate | None:
    if not row["original_id"] or row["reprocess_of"]:
        return None
    source = Source(row["original_type"], row["original_path"])
    return Duplicate(row["original_id"], row["original_job"], source.file_name)
