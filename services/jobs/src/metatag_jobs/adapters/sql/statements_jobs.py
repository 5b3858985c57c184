"""Statements of jobs.py; `dialect.py` fills in what stands in braces."""

from __future__ import annotations

INSERT_JOB = """
    INSERT INTO job (id, user_id, type, state, interactive, max_running, options, public_config, secret, limiter,
    idempotency_key, request_digest, columns, request_id, trace_parent, vocabulary_version, budget_micros,
    name, created_at, updated_at) VALUES
    (:id, :user_id, :type, 'creating', :interactive, :max_running, :options, :public_config, :secret, :limiter,
    :idempotency_key, :request_digest, :columns, :request_id, :trace_parent, :vocabulary_version, :budget_micros,
    :name, {now}, {now})
"""

INSERT_DOCS = """
    INSERT INTO doc (id, job_id, user_id, position, state, title, description, columns, source_type, source_path,
    folder, file_id, file_size, stage, problem, created_at, processed_at, reprocess_of, trashed_at) SELECT r.id,
    :job_id, :user_id, r.position, r.state, r.title, r.description, r.columns, r.source_type, r.source_path, r.folder,
    r.file_id, COALESCE(a.size, 0), r.stage, r.problem, {now}, CASE WHEN r.state = 'failed' THEN {now} END,
    r.reprocess_of, CASE WHEN r.reprocess_of IS NOT NULL THEN {now} END FROM
    {rows(id text, position int, state text, title text,
    description text, columns text, source_type text, source_path text, folder text, file_id text, stage text,
    problem text, reprocess_of text)} AS r LEFT JOIN artifact a ON a.id = r.file_id
"""

HOLD_FILES = """
    UPDATE artifact SET refs = refs + r.n FROM {rows(id text, n int)} AS r WHERE artifact.id {keys} AND artifact.id =
    r.id AND artifact.user_id = :user_id AND artifact.kind = 'file'
"""

OWN_FILES = """
    SELECT id FROM artifact WHERE user_id = :user_id AND kind = 'file' AND id IN {ids(ids)}
"""

LOCK_CREATING = """
    SELECT user_id, type FROM job WHERE id = :id AND state = 'creating'{for_update}
"""

KEEP_CREATING = """
    UPDATE job SET updated_at = {now} WHERE id = :id AND state = 'creating'
"""

COUNT_ADDED = """
    UPDATE job SET total = total + :n, queued = queued + :good, failed = failed + :bad, updated_at = {now} WHERE id
    = :id RETURNING total, done, failed, cancelled
"""

ACTIVATE = """
    UPDATE job SET state = CASE WHEN queued > 0 THEN 'running' WHEN type = 'single' THEN 'failed' ELSE 'completed'
    END, completed_at = CASE WHEN queued = 0 THEN {now} END, secret = CASE WHEN queued > 0 THEN secret END,
    updated_at = {now}, problem = CASE WHEN queued = 0 AND type = 'single' THEN (SELECT problem FROM doc WHERE
    job_id = :id AND state = 'failed' LIMIT 1) END WHERE id = :id AND state = 'creating'
"""

WAKE_LANE = """
    INSERT INTO lane (user_id, vtime) SELECT :user_id, COALESCE(MIN(lane.vtime), 0) FROM lane JOIN job ON
    job.user_id = lane.user_id AND job.state = 'running' AND job.running > 0 WHERE true ON CONFLICT (user_id) DO
    UPDATE SET vtime = CASE WHEN lane.vtime > excluded.vtime THEN lane.vtime ELSE excluded.vtime END
"""

GET = """
    SELECT job.id, job.type, job.state, job.total, job.queued, job.running, job.done, job.failed, job.cancelled,
    job.seq, job.public_config, job.problem, job.cost_micros, job.created_at, job.started_at, job.completed_at,
    job.updated_at, job.name, limiter.blocked_until, {now} AS now FROM job LEFT JOIN limiter ON limiter.name =
    job.limiter AND job.limiter <> '' WHERE job.id = :id AND job.user_id = :user_id AND job.state <> 'deleted'
"""

BY_KEY = """
    SELECT id, state, updated_at, request_digest, {now} AS now FROM job WHERE user_id = :user_id AND
    idempotency_key = :key
"""

QUEUE_FAILED = """
    INSERT INTO doc_review (doc_id, user_id, job_id, reasons, due_at) SELECT id, user_id, job_id, 4, {now} FROM doc
    WHERE id IN {ids(ids)} AND state = 'failed'
"""

# The documents are locked, so that of two runs over one of them the second sees the first.
LOCK_ORIGINALS = """
    SELECT id FROM doc WHERE id IN {ids(ids)} AND user_id = :user_id ORDER BY id{for_update}
"""

ORIGINALS = """
    SELECT doc.id, doc.title, doc.description, doc.columns, doc.source_type, doc.source_path, doc.file_id, doc.folder,
    doc.state IN ('done', 'failed', 'cancelled') AS has_ended, EXISTS (SELECT 1 FROM doc AS run JOIN job AS other ON
    other.id = run.job_id WHERE run.reprocess_of = doc.id AND run.state IN ('queued', 'admitted', 'running') AND
    other.state IN ('creating', 'running', 'paused')) AS in_work FROM doc JOIN job ON job.id = doc.job_id WHERE
    doc.id IN {ids(ids)} AND doc.user_id = :user_id AND doc.trashed_at IS NULL AND job.state <> 'deleted'
"""
