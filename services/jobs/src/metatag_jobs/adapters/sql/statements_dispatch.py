"""Statements of dispatch.py; `dialect.py` fills in what stands in braces."""

from __future__ import annotations

OPEN = """
    SELECT job.id, job.user_id, job.interactive, job.queued, job.running, job.max_running, COALESCE(lane.vtime, 0)
    AS vtime FROM job LEFT JOIN lane ON lane.user_id = job.user_id LEFT JOIN limiter ON job.limiter <> '' AND
    limiter.name = job.limiter WHERE job.state = 'running' AND job.queued > 0 AND COALESCE(limiter.blocked_until, 0)
    <= {now} ORDER BY job.created_at, job.id LIMIT 5000
"""

BUSY = """
    SELECT interactive, SUM(running) AS n FROM job WHERE running > 0 GROUP BY interactive
"""

SLOTS = """
    SELECT COALESCE(SUM(slots), 0) AS slots, COALESCE(SUM(interactive_slots), 0) AS interactive_slots FROM worker
    WHERE beat_at > {now} - :lease
"""

ADMIT = """
    UPDATE doc SET state = 'admitted', attempt = attempt + 1, owner = NULL, lease_until = {now} + :lease WHERE id
    {among}SELECT id FROM doc WHERE job_id = :id AND state = 'queued' AND not_before <= {now} ORDER BY not_before,
    position LIMIT :n{skip_locked}{end} AND (SELECT job.state FROM job WHERE job.id = :id) = 'running' RETURNING id,
    attempt, (SELECT job.interactive FROM job WHERE job.id = doc.job_id) AS interactive
"""

COUNT = """
    UPDATE job SET queued = queued - :n, running = running + :n WHERE id = :id
"""

LANE = """
    INSERT INTO lane (user_id, vtime) VALUES (:user_id, :vtime) ON CONFLICT (user_id) DO UPDATE SET vtime =
    excluded.vtime
"""

ADMITTED = """
    SELECT doc.id, doc.attempt, doc.job_id, job.interactive FROM doc JOIN job ON job.id = doc.job_id WHERE doc.state =
    'admitted' AND doc.lease_until < {now} + :left AND job.state = 'running' ORDER BY doc.lease_until LIMIT :n
"""

LAPSED = """
    SELECT doc.id, doc.job_id, doc.attempt FROM doc WHERE doc.state = 'admitted' AND doc.lease_until < {now} LIMIT
    :n
"""

ORPHANS = """
    SELECT doc.id, doc.job_id, doc.attempt FROM doc JOIN job ON job.id = doc.job_id WHERE doc.state = 'running' AND
    job.state IN ('running', 'paused') AND NOT EXISTS (SELECT 1 FROM worker WHERE worker.id = doc.owner AND
    worker.beat_at > {now} - :lease AND (NOT job.interactive OR worker.beat_at > {now} - :interactive_lease)) LIMIT :n
"""

REQUEUE = """
    UPDATE doc SET state = 'queued', lost_by = CASE WHEN :crash = 1 THEN doc.owner END, owner = NULL, lease_until =
    NULL, crashes = doc.crashes + :crash FROM {rows(id text, attempt int)} AS r WHERE doc.id = r.id AND doc.attempt =
    r.attempt AND doc.state = :state RETURNING doc.id, doc.crashes, doc.position, doc.title, doc.source_type,
    doc.source_path, doc.created_at, doc.tries
"""

POISON = """
    UPDATE doc SET state = 'failed', problem = :problem, processed_at = {now} WHERE id IN {ids(ids)}
"""

BACK = """
    UPDATE job SET queued = queued + :back, running = running - :back - :dead, failed = failed + :dead, updated_at =
    {now} WHERE id = :id
"""

LOCK_ANY = """
    SELECT state FROM job WHERE id = :id{for_update}
"""

END = """
    UPDATE job SET state = CASE WHEN type = 'single' AND done = 0 THEN 'failed' ELSE 'completed' END, completed_at =
    {now}, secret = NULL, problem = CASE WHEN type = 'single' AND done = 0 THEN (SELECT problem FROM doc WHERE
    job_id = :id AND state = 'failed' LIMIT 1) END WHERE id = :id AND state IN ('running', 'paused') AND done +
    failed + cancelled >= total
"""

JOB = """
    SELECT job.id, job.type, job.state, job.total, job.queued, job.running, job.done, job.failed, job.cancelled,
    job.seq, job.public_config, job.problem, job.cost_micros, job.created_at, job.started_at, job.completed_at,
    job.updated_at, job.name FROM job WHERE id = :id
"""

FORGET = """
    DELETE FROM worker WHERE beat_at < {now} - :age
"""

SWEPT = """
    SELECT id FROM job WHERE sweep AND state = 'cancelled' LIMIT 1
"""

CANCEL_DOCS = """
    UPDATE doc SET state = 'cancelled', owner = NULL, lease_until = NULL, processed_at = {now} WHERE id IN (SELECT
    id FROM doc WHERE job_id = :id AND state IN ('queued', 'admitted', 'running') LIMIT :n)
"""

SWEEP_DONE = """
    UPDATE job SET sweep = false WHERE id = :id AND state = 'cancelled'
"""
