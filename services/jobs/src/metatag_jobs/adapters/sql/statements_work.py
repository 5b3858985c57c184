"""Statements of claims.py, ends.py and work.py; `dialect.py` fills in what stands in braces.

COALESCE around a column that is never NULL keeps an index on it out of the plan: a plan that is kept must find the
rows by their own keys, not by the job they are of or the state they are in, of which there may be 100,000.
"""

from __future__ import annotations

START = """
    UPDATE doc SET state = 'running', owner = :owner, lease_until = NULL, started_at = COALESCE(doc.started_at,
    :now) FROM {rows(id text, attempt int)} AS r WHERE doc.id {keys} AND doc.id = r.id AND doc.attempt = r.attempt
    AND COALESCE(doc.state, '') = 'admitted' AND COALESCE(doc.job_id, '') = :job_id AND (SELECT job.state FROM job
    WHERE job.id = :job_id) = 'running' RETURNING doc.id, doc.attempt,
    doc.job_id, doc.user_id, doc.position, doc.title, doc.description, doc.source_type, doc.source_path,
    doc.folder, doc.stage, doc.tries, doc.waits, doc.crashes, doc.created_at, doc.started_at, doc.file_id,
    doc.file_size, doc.ocr_id, doc.tag_id, doc.fetch_ms, doc.ocr_ms, doc.tag_ms, doc.reprocess_of, doc.edited,
    (SELECT artifact.digest FROM artifact WHERE artifact.id = doc.file_id) AS file_sha256
"""

JOB_STARTED = """
    UPDATE job SET started_at = COALESCE(started_at, :now), updated_at = {now}, seq = seq + :events + CASE WHEN
    started_at IS NULL THEN 1 ELSE 0 END WHERE id = :id RETURNING total, done, failed, cancelled, seq, started_at
"""

LOCK_RUNNING = """
    SELECT state FROM job WHERE id = :id{for_update}
"""

CONTEXT = """
    SELECT job.user_id, job.type, job.options, job.secret, job.limiter, job.request_id, job.trace_parent,
    job.vocabulary_version, vocabulary.terms FROM job LEFT JOIN vocabulary ON vocabulary.user_id = job.user_id AND
    vocabulary.version = job.vocabulary_version AND vocabulary.name = :name WHERE job.id = :id
"""

OPTIONS = """
    SELECT options FROM job WHERE id = :id AND state IN ('running', 'paused')
"""

LOCK_OWNED = """
    SELECT doc.id, doc.attempt, doc.user_id, doc.file_id, doc.ocr_id, doc.tag_id, (SELECT job.state FROM job WHERE
    job.id = doc.job_id) AS state FROM doc WHERE doc.id IN {ids(ids)} AND COALESCE(doc.owner, '') = :owner AND
    COALESCE(doc.state, '') = 'running'{for_update}
"""

ADVANCE = """
    UPDATE doc SET stage = r.stage, fetch_ms = doc.fetch_ms + r.fetch_ms, ocr_ms = doc.ocr_ms + r.ocr_ms, tag_ms =
    doc.tag_ms + r.tag_ms, waits = 0, file_id = COALESCE(r.file_id, doc.file_id), file_size = COALESCE(r.file_size,
    doc.file_size), ocr_id = COALESCE(r.ocr_id, doc.ocr_id), tag_id = COALESCE(r.tag_id, doc.tag_id) FROM {rows(id
    text, stage text, fetch_ms int, ocr_ms int, tag_ms int, file_id text, file_size bigint, ocr_id text, tag_id
    text)} AS r WHERE doc.id {keys} AND doc.id = r.id
"""

LET_GO = """
    UPDATE artifact SET refs = refs - r.n FROM {rows(id text, n int)} AS r WHERE artifact.id {keys} AND artifact.id =
    r.id
"""

LOCK_ARTIFACTS = """
    SELECT id FROM artifact WHERE id IN {ids(ids)} ORDER BY id{for_update}
"""

HOLD = """
    INSERT INTO artifact (id, user_id, kind, digest, size, refs, created_at) SELECT r.id, r.user_id, r.kind,
    r.digest, r.size, r.n, {now} FROM {rows(id text, user_id text, kind text, digest text, size bigint, n int)} AS r
    WHERE true ON CONFLICT (user_id, kind, digest) DO UPDATE SET refs = artifact.refs + excluded.refs RETURNING id,
    user_id, kind, digest, size
"""

FIND = """
    SELECT r.id AS doc_id, artifact.id, artifact.digest, artifact.size
    FROM {rows(id text, kind text, digest text)} AS r JOIN doc ON doc.id = r.id
    JOIN artifact ON artifact.user_id = doc.user_id AND artifact.kind = r.kind AND artifact.digest = r.digest
"""

FINISH = """
    UPDATE doc SET state = r.state, stage = CASE WHEN r.state = 'done' THEN 'finish' ELSE doc.stage END, owner =
    NULL, title = r.title, problem = r.problem, tries =
    r.tries, processed_at = {now}, language = r.language, method = r.method, confidence = r.confidence FROM {rows(id
    text, attempt int, state text, title text, problem text, tries int, language text, method text, confidence float)}
    AS r WHERE doc.id {keys} AND doc.id = r.id AND doc.attempt = r.attempt AND COALESCE(doc.owner, '') = :owner AND
    COALESCE(doc.state, '') = 'running' AND (SELECT job.state FROM job WHERE job.id = doc.job_id) IN ('running',
    'paused') RETURNING doc.id
"""

RESULTS = """
    INSERT INTO doc_result (doc_id, body) SELECT r.id, r.body FROM {rows(id text, body text)} AS r WHERE true ON
    CONFLICT (doc_id) DO NOTHING
"""

# A document whose content the user had before is looked at, too.
REVIEW = """
    INSERT INTO doc_review (doc_id, user_id, job_id, reasons, due_at) SELECT f.id, f.user_id, f.job_id, f.reasons, {now}
    FROM (SELECT doc.id, doc.user_id, doc.job_id, r.reasons + CASE WHEN EXISTS (SELECT 1 FROM doc AS other WHERE
    other.file_id = doc.file_id AND other.id < doc.id AND other.reprocess_of IS NULL) THEN 8 ELSE 0 END AS reasons FROM
    {rows(id text, reasons int)}
    AS r JOIN doc ON doc.id = r.id WHERE doc.id {keys}) AS f WHERE f.reasons > 0 ON CONFLICT (doc_id) DO UPDATE SET
    reasons = excluded.reasons, due_at = excluded.due_at
"""

ENDED = """
    UPDATE job SET running = running - :n, done = done + :good, failed = failed + :bad, cost_micros = cost_micros +
    :cost, updated_at = {now}, seq = seq + :n WHERE id = :id RETURNING total, done, failed, cancelled, state,
    budget_micros, cost_micros, seq
"""

RELEASE = """
    UPDATE doc SET state = 'queued', owner = NULL, not_before = CASE WHEN r.wait > 0 THEN {now} + r.wait ELSE 0 END,
    tries = doc.tries + r.tries, waits = doc.waits + r.waits, problem = r.problem FROM {rows(id text, attempt int,
    wait float, tries int, waits int, problem text)} AS r WHERE doc.id {keys} AND doc.id = r.id AND doc.attempt =
    r.attempt AND COALESCE(doc.owner, '') = :owner AND COALESCE(doc.state, '') = 'running' RETURNING doc.id,
    doc.job_id
"""

RETURNED = """
    UPDATE job SET queued = queued + :n, running = running - :n WHERE id = :id
"""

JOBS_OF = """
    SELECT job_id FROM doc WHERE id IN {ids(ids)}
"""

STILL_OWNED = """
    SELECT doc.id FROM doc JOIN {rows(id text, attempt int)} AS r ON doc.id = r.id AND doc.attempt = r.attempt WHERE
    doc.owner = :owner AND doc.state = 'running'
"""

COUNTERS = """
    SELECT total, done, failed, cancelled FROM job WHERE id = :id{for_update}
"""

HEARTBEAT = """
    INSERT INTO worker (id, host, slots, interactive_slots, beat_at) VALUES (:owner, :host, :slots,
    :interactive_slots, {now}) ON CONFLICT (id) DO UPDATE SET beat_at = {now}, slots = :slots, interactive_slots =
    :interactive_slots
"""

# This worker is not gone: the documents that it lost were not its end.
FORGIVE = """
    UPDATE doc SET crashes = doc.crashes - 1, lost_by = NULL WHERE doc.lost_by = :owner
"""

OWNED = """
    SELECT doc.id, doc.attempt, COALESCE(job.state, 'deleted') AS job_state FROM doc LEFT JOIN job ON job.id =
    doc.job_id WHERE doc.owner = :owner AND doc.state = 'running'
"""

LEAVE = """
    DELETE FROM worker WHERE id = :owner
"""

BLOCK = """
    INSERT INTO limiter (name, blocked_until) VALUES (:name, {now} + :seconds) ON CONFLICT (name) DO UPDATE SET
    blocked_until = CASE WHEN limiter.blocked_until > excluded.blocked_until THEN limiter.blocked_until ELSE
    excluded.blocked_until END
"""

PAUSE_REASON = """
    UPDATE job SET state = 'paused', problem = :problem, updated_at = {now}, queued = queued + :back, running =
    running - :back WHERE id = :id
"""

TAKE_BACK = """
    UPDATE doc SET state = 'queued', lease_until = NULL WHERE job_id = :id AND state = 'admitted'
"""
