"""Statements of reprocess.py that give results to documents; they find their rows by key."""

from __future__ import annotations

# Jobs before documents, as everywhere.
LOCK_JOBS = """
    SELECT id FROM job WHERE id {among}SELECT doc.job_id FROM doc WHERE doc.id IN {ids(ids)}{end} ORDER BY
    id{for_update}
"""

LOCK = """
    SELECT id FROM doc WHERE id IN {ids(ids)} ORDER BY id{for_update}
"""

WRITE = """
    UPDATE doc SET version = :version, title = :title, state = 'done', stage = 'finish', problem = NULL, ocr_id =
    :ocr_id, tag_id = :tag_id, processed_at = :at, language = :language, method = :method, confidence = :confidence,
    reviewed_at = NULL, reviewed_by = NULL WHERE id = :id
"""

# A document that was tried again, which has all else from its own end.
AMEND = """
    UPDATE doc SET version = :version, title = :title, reviewed_at = NULL, reviewed_by = NULL WHERE id = :id
"""

RESULT = """
    INSERT INTO doc_result (doc_id, body) VALUES (:id, :body) ON CONFLICT (doc_id) DO UPDATE SET body = excluded.body
"""

REMEMBER = """
    INSERT INTO doc_change (doc_id, version, made_at, made_by, action, body) VALUES (:id, :version, :at, :by, :action,
    :body)
"""

UNQUEUE = """
    DELETE FROM doc_review WHERE doc_id = :id
"""

RECOUNT = """
    UPDATE job SET done = done + 1, failed = failed - :failed, cancelled = cancelled - :cancelled, state = CASE WHEN
    type = 'single' AND state = 'failed' THEN 'completed' ELSE state END,
    problem = CASE WHEN type = 'single' AND
    state = 'failed' THEN NULL ELSE problem END WHERE id = :id
"""

REFER = """
    UPDATE artifact SET refs = refs + r.n FROM {rows(id text, n int)} AS r WHERE artifact.id {keys} AND artifact.id =
    r.id
"""
