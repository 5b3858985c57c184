"""The tables of jobs, for both databases; migrations/ makes them. Times are seconds since 1970, JSON is text."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from metatag_jobs.adapters.sql.metadata import id_type as _id
from metatag_jobs.adapters.sql.metadata import metadata
from metatag_jobs.adapters.sql.webhook_tables import webhook, webhook_delivery

__all__ = ["job", "metadata", "webhook", "webhook_delivery"]

job = Table(
    "job",
    metadata,
    Column("id", _id(), primary_key=True),
    Column("user_id", _id(), nullable=False),
    Column("type", String(16), nullable=False),
    # creating, running, paused, completed, failed, cancelled, deleted
    Column("state", String(16), nullable=False),
    Column("interactive", Boolean, nullable=False),
    # Counters live here: nobody counts documents. total = queued + running + done + failed + cancelled.
    Column("total", Integer, nullable=False, server_default="0"),
    Column("queued", Integer, nullable=False, server_default="0"),
    Column("running", Integer, nullable=False, server_default="0"),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("failed", Integer, nullable=False, server_default="0"),
    Column("cancelled", Integer, nullable=False, server_default="0"),
    Column("max_running", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False, server_default="0"),
    Column("options", Text, nullable=False),
    Column("public_config", Text),
    Column("problem", Text),
    Column("secret", LargeBinary),
    Column("limiter", String(80), nullable=False, server_default=""),
    Column("idempotency_key", String(200)),
    # SHA-256 of the request that brought the key.
    Column("request_digest", String(64)),
    # For people; empty for none.
    Column("name", String(200), nullable=False, server_default=""),
    # Names of the documents' own columns, a list as JSON.
    Column("columns", Text),
    Column("request_id", String(64), nullable=False, server_default=""),
    Column("trace_parent", String(55), nullable=False, server_default=""),
    Column("vocabulary_version", Integer, nullable=False, server_default="0"),
    Column("budget_micros", BigInteger, nullable=False, server_default="0"),
    Column("cost_micros", BigInteger, nullable=False, server_default="0"),
    # Open documents still have to be marked cancelled, or all rows removed.
    Column("sweep", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", Double, nullable=False),
    Column("started_at", Double),
    Column("completed_at", Double),
    Column("updated_at", Double, nullable=False),
    UniqueConstraint("user_id", "idempotency_key", name="uq_job_idempotency"),
)
Index("ix_job_user", job.c.user_id, job.c.created_at)
Index("ix_job_open", job.c.id, sqlite_where=text("state = 'running'"), postgresql_where=text("state = 'running'"))
Index("ix_job_busy", job.c.id, sqlite_where=text("running > 0"), postgresql_where=text("running > 0"))
Index("ix_job_sweep", job.c.id, sqlite_where=text("sweep"), postgresql_where=text("sweep"))
Index("ix_job_updated", job.c.updated_at)
_CREATING = text("state = 'creating'")
Index("ix_job_creating", job.c.updated_at, sqlite_where=_CREATING, postgresql_where=_CREATING)

doc = Table(
    "doc",
    metadata,
    Column("id", _id(), primary_key=True),
    Column("job_id", _id(), nullable=False),
    Column("user_id", _id(), nullable=False),
    Column("position", Integer, nullable=False),
    # queued, admitted, running, done, failed, cancelled
    Column("state", String(16), nullable=False),
    Column("stage", String(8), nullable=False, server_default="fetch"),
    # The fencing token: counts admissions.
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("waits", Integer, nullable=False, server_default="0"),
    Column("crashes", Integer, nullable=False, server_default="0"),
    Column("not_before", Double, nullable=False, server_default="0"),
    Column("owner", _id()),
    Column("lease_until", Double),
    Column("title", Text, nullable=False, server_default=""),
    Column("description", Text, nullable=False, server_default=""),
    # The row's own columns, an object as JSON; null for none.
    Column("columns", Text),
    Column("source_type", String(16), nullable=False),
    Column("source_path", Text, nullable=False),
    Column("file_id", _id()),
    Column("ocr_id", _id()),
    Column("tag_id", _id()),
    Column("file_size", BigInteger, nullable=False, server_default="0"),
    Column("fetch_ms", Integer, nullable=False, server_default="0"),
    Column("ocr_ms", Integer, nullable=False, server_default="0"),
    Column("tag_ms", Integer, nullable=False, server_default="0"),
    Column("problem", Text),
    Column("created_at", Double, nullable=False),
    Column("started_at", Double),
    Column("processed_at", Double),
    # The worker whose lease ran out over it: the crash is taken back when that worker is heard of again.
    Column("lost_by", _id()),
    # What people did with it: the number of changes from 1, a note, the review, whether they changed what it says.
    Column("version", BigInteger, nullable=False, server_default="1"),
    Column("note", Text, nullable=False, server_default=""),
    Column("reviewed_at", Double),
    Column("reviewed_by", _id()),
    Column("edited", Boolean, nullable=False, server_default=text("false")),
    # Where it lay, without the file's name; when it was put into the trash.
    Column("folder", Text, nullable=False, server_default=""),
    Column("trashed_at", Double),
    # The document over which this is another run; such a row bears trashed_at, which keeps it out of every list.
    Column("reprocess_of", _id()),
    # How it was read, from its result; null for those that ended in earlier versions.
    Column("language", String(16)),
    Column("method", String(32)),
    Column("confidence", Double),
    UniqueConstraint("job_id", "position", name="uq_doc_position"),
)
_QUEUED = text("state = 'queued'")
_ADMITTED = text("state = 'admitted'")
_RUNNING = text("state = 'running'")
_ENDED = text("state IN ('done', 'failed') AND trashed_at IS NULL")
_LOST = text("lost_by IS NOT NULL")
_WITH_FILE = text("file_id IS NOT NULL")
_RUN = text("reprocess_of IS NOT NULL")
Index("ix_doc_ready", doc.c.job_id, doc.c.not_before, doc.c.position, sqlite_where=_QUEUED, postgresql_where=_QUEUED)
Index("ix_doc_admitted", doc.c.lease_until, sqlite_where=_ADMITTED, postgresql_where=_ADMITTED)
Index("ix_doc_running", doc.c.owner, sqlite_where=_RUNNING, postgresql_where=_RUNNING)
Index(
    "ix_doc_ended",
    doc.c.user_id,
    doc.c.processed_at,
    doc.c.id,
    doc.c.state,
    doc.c.job_id,
    sqlite_where=_ENDED,
    postgresql_where=_ENDED,
)

Index("ix_doc_reprocess", doc.c.reprocess_of, sqlite_where=_RUN, postgresql_where=_RUN)
Index("ix_doc_lost", doc.c.lost_by, sqlite_where=_LOST, postgresql_where=_LOST)

doc_result = Table(
    "doc_result",
    metadata,
    Column("doc_id", _id(), primary_key=True),
    Column("body", Text, nullable=False),
)

Index("ix_doc_file", doc.c.file_id, doc.c.id, sqlite_where=_WITH_FILE, postgresql_where=_WITH_FILE)

# Documents that a person should look at: why, a sum of the numbers in records/reasons.py, and in which order.
doc_review = Table(
    "doc_review",
    metadata,
    Column("doc_id", _id(), primary_key=True),
    Column("user_id", _id(), nullable=False),
    Column("job_id", _id(), nullable=False),
    Column("reasons", Integer, nullable=False),
    Column("due_at", Double, nullable=False),
)
Index("ix_doc_review_due", doc_review.c.user_id, doc_review.c.due_at, doc_review.c.doc_id)

# Documents in the trash, whose rows bear the same moment.
doc_trash = Table(
    "doc_trash",
    metadata,
    Column("doc_id", _id(), primary_key=True),
    Column("user_id", _id(), nullable=False),
    Column("trashed_at", Double, nullable=False),
)
Index("ix_doc_trash_user", doc_trash.c.user_id, doc_trash.c.trashed_at)
Index("ix_doc_trash_age", doc_trash.c.trashed_at)

# Each change of a document by people, with the values before and after it.
doc_change = Table(
    "doc_change",
    metadata,
    Column("doc_id", _id(), primary_key=True),
    # The document's version after the change.
    Column("version", BigInteger, primary_key=True),
    Column("made_at", Double, nullable=False),
    Column("made_by", _id(), nullable=False),
    # correct, review, bulk, tag_job, undo, process_again
    Column("action", String(16), nullable=False),
    # A list of fields with their values before and after, as JSON.
    Column("body", Text, nullable=False),
    Column("undone", Boolean, nullable=False, server_default=text("false")),
    # The versions that it took back, a list as JSON; null for none.
    Column("undoes", Text),
    # The change of many documents of which it is a part; null for none.
    Column("tag_job_id", _id()),
)
_OF_TAG_JOB = text("tag_job_id IS NOT NULL")
Index(
    "ix_doc_change_of_tag_job",
    doc_change.c.tag_job_id,
    doc_change.c.doc_id,
    sqlite_where=_OF_TAG_JOB,
    postgresql_where=_OF_TAG_JOB,
)

# What webhooks tell one by one.
_CORRECTION = text("action IN ('correct', 'review', 'undo') AND tag_job_id IS NULL")
Index(
    "ix_doc_change_correction",
    doc_change.c.made_at,
    doc_change.c.doc_id,
    sqlite_where=_CORRECTION,
    postgresql_where=_CORRECTION,
)

# Changes of the tags of many documents.
tag_job = Table(
    "tag_job",
    metadata,
    Column("id", _id(), primary_key=True),
    Column("user_id", _id(), nullable=False),
    # running, completed, failed, undoing, undone
    Column("state", String(16), nullable=False),
    # What becomes of tags, and in which documents: JSON of records/tag_model.py and records/finding.py.
    Column("change", Text, nullable=False),
    Column("wanted", Text, nullable=False),
    Column("is_counted", Boolean, nullable=False, server_default=text("false")),
    Column("total", Integer, nullable=False, server_default="0"),
    Column("total_exact", Boolean, nullable=False, server_default=text("false")),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("changed", Integer, nullable=False, server_default="0"),
    Column("refused", Integer, nullable=False, server_default="0"),
    Column("missing", Integer, nullable=False, server_default="0"),
    Column("restored", Integer, nullable=False, server_default="0"),
    Column("left_alone", Integer, nullable=False, server_default="0"),
    # Where it has come to: the moment at which a document ended and its id; undoing, the id alone.
    Column("place_at", Double, nullable=False),
    Column("place_id", _id(), nullable=False),
    # Portions that failed in a row.
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("problem", Text, nullable=False, server_default=""),
    Column("created_at", Double, nullable=False),
    Column("completed_at", Double),
)
_OPEN = text("state IN ('running', 'undoing')")
Index("ix_tag_job_user", tag_job.c.user_id, tag_job.c.id)
Index("ix_tag_job_open", tag_job.c.id, sqlite_where=_OPEN, postgresql_where=_OPEN)

job_event = Table(
    "job_event",
    metadata,
    Column("job_id", _id(), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("body", Text, nullable=False),
)

lane = Table(
    "lane",
    metadata,
    Column("user_id", _id(), primary_key=True),
    Column("vtime", Double, nullable=False, server_default="0"),
)

worker = Table(
    "worker",
    metadata,
    Column("id", _id(), primary_key=True),
    Column("host", String(255), nullable=False),
    Column("slots", Integer, nullable=False),
    Column("interactive_slots", Integer, nullable=False),
    Column("beat_at", Double, nullable=False),
)

leader = Table(
    "leader",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("owner", String(320), nullable=False),
    Column("beat_at", Double, nullable=False),
)

# Objects to delete from the file store: written before each put, taken back by the row that names the object.
doomed = Table(
    "doomed",
    metadata,
    Column("object", _id(), primary_key=True),
    Column("due_at", Double, nullable=False),
)
Index("ix_doomed_due", doomed.c.due_at)

limiter = Table(
    "limiter",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("blocked_until", Double, nullable=False),
)

artifact = Table(
    "artifact",
    metadata,
    # Also the object's name; never used twice.
    Column("id", _id(), primary_key=True),
    Column("user_id", _id(), nullable=False),
    # file, ocr, tag
    Column("kind", String(8), nullable=False),
    Column("digest", _id(), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("refs", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
    UniqueConstraint("user_id", "kind", "digest", name="uq_artifact"),
)
_UNUSED = text("refs <= 0")
Index("ix_artifact_unused", artifact.c.created_at, sqlite_where=_UNUSED, postgresql_where=_UNUSED)

# What people made of the machine's tags of a document: JSON of learning/model.py, and the text's beginning as JSON.
tag_feedback = Table(
    "tag_feedback",
    metadata,
    Column("doc_id", _id(), primary_key=True),
    Column("user_id", _id(), nullable=False),
    Column("made_at", Double, nullable=False),
    Column("body", Text, nullable=False),
    Column("excerpt", Text, nullable=False),
)
Index("ix_tag_feedback_user", tag_feedback.c.user_id, tag_feedback.c.made_at)

# Users who said whether they want to be learnt from.
learning = Table(
    "learning",
    metadata,
    Column("user_id", _id(), primary_key=True),
    Column("enabled", Boolean, nullable=False),
)

vocabulary = Table(
    "vocabulary",
    metadata,
    Column("user_id", _id(), primary_key=True),
    Column("name", String(100), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("terms", Text, nullable=False),
    Column("term_count", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("created_at", Double, nullable=False),
)

# Users whose data is being removed; done: no row of theirs was left at the last look, and they are looked at again.
_REMOVAL = (Column("asked_at", Double, nullable=False), Column("is_done", Boolean, nullable=False))
erasure = Table("erasure", metadata, Column("user_id", _id(), primary_key=True), *_REMOVAL)
