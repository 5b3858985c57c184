"""Statements of webhooks.py; `dialect.py` fills in what stands in braces."""

from __future__ import annotations

COLUMNS = "id, url, events, active, problem, created_at"
DELIVERY = "id, event, state, tries, status, error, created_at, due_at"

LIST = f"SELECT {COLUMNS} FROM webhook WHERE user_id = :user_id ORDER BY id"  # noqa: S608  ours alone
ONE = f"SELECT {COLUMNS} FROM webhook WHERE id = :id AND user_id = :user_id{{for_update}}"  # noqa: S608

ADD = """
    INSERT INTO webhook (id, user_id, url, events, secret, active, problem, created_at, documents_at, jobs_at,
    changes_at, tag_jobs_at) VALUES (:id, :user_id, :url, :events, :secret, true, '', {now}, {now}, {now}, {now}, {now})
"""

CHANGE = """
    UPDATE webhook SET url = :url, events = :events, active = :active, problem = '' WHERE id = :id
"""

BEGIN = """
    UPDATE webhook SET documents_at = {now}, jobs_at = {now}, changes_at = {now}, tag_jobs_at = {now} WHERE id = :id
"""

AGAIN = """
    UPDATE webhook_delivery SET tries = 0, due_at = {now} WHERE webhook_id = :id AND state = 'pending'
"""

RETRY = f"""
    UPDATE webhook_delivery SET state = 'pending', tries = 0, due_at = {{now}}, ended_at = NULL WHERE webhook_id = :id
    AND id = :delivery_id RETURNING {DELIVERY}
"""  # noqa: S608

ROTATE = """
    UPDATE webhook SET old_secret = secret, old_until = {now} + :keep, secret = :secret WHERE id = :id
"""

ADD_DELIVERY = """
    INSERT INTO webhook_delivery (id, webhook_id, event, body, state, tries, status, error, created_at, due_at) VALUES
    (:id, :webhook_id, :event, :body, 'pending', 0, 0, '', {now}, {now})
"""

DELIVERIES = f"""
    SELECT {DELIVERY} FROM webhook_delivery WHERE webhook_id = :id ORDER BY created_at DESC, id DESC LIMIT :n
"""  # noqa: S608

ACTIVE = """
    SELECT id, user_id, events, documents_at, documents_id, jobs_at, jobs_id, COALESCE(changes_at, created_at) AS
    changes_at, changes_id, COALESCE(tag_jobs_at, created_at) AS tag_jobs_at, tag_jobs_id, (SELECT count(*) FROM
    webhook_delivery AS waiting WHERE waiting.webhook_id = webhook.id AND waiting.state = 'pending') AS waiting,
    {now} AS now FROM webhook WHERE active ORDER BY id{skip_locked}
"""

DOCUMENTS = """
    SELECT doc.id, doc.job_id, doc.title, doc.source_type, doc.source_path, doc.folder, doc.state, doc.problem,
    doc.processed_at, doc_result.body FROM doc JOIN job ON job.id = doc.job_id LEFT JOIN doc_result ON
    doc_result.doc_id = doc.id WHERE doc.user_id = :user_id AND doc.state IN ('done', 'failed') AND doc.trashed_at IS
    NULL AND job.state <> 'deleted' AND (doc.processed_at, doc.id) > (:at, :after) AND doc.processed_at < :until ORDER
    BY doc.processed_at, doc.id LIMIT :n
"""

JOBS = """
    SELECT id, type, name, state, total, done, failed, cancelled, created_at, completed_at FROM job WHERE user_id =
    :user_id AND state IN ('completed', 'failed', 'cancelled') AND (completed_at, id) > (:at, :after) AND completed_at <
    :until ORDER BY completed_at, id LIMIT :n
"""

# Those of a tag job are told together.
CHANGES = """
    SELECT made.version, made.made_at, made.made_by, made.action, made.body AS changes, doc.id, doc.job_id, doc.title,
    doc.source_type, doc.source_path, doc.folder, doc_result.body FROM doc_change AS made JOIN doc ON doc.id =
    made.doc_id JOIN job ON job.id = doc.job_id LEFT JOIN doc_result ON doc_result.doc_id = doc.id WHERE doc.user_id =
    :user_id AND made.action IN ('correct', 'review', 'undo') AND made.tag_job_id IS NULL AND doc.trashed_at IS NULL
    AND job.state <> 'deleted' AND (made.made_at, made.doc_id) > (:at, :after) AND made.made_at < :until ORDER BY
    made.made_at, made.doc_id LIMIT :n
"""

TAG_JOBS = """
    SELECT id, state, change, total, changed, refused, restored, left_alone, created_at, completed_at FROM tag_job WHERE
    user_id = :user_id AND state IN ('completed', 'failed', 'undone') AND (completed_at, id) > (:at, :after) AND
    completed_at < :until ORDER BY completed_at, id LIMIT :n
"""

MOVE = """
    UPDATE webhook SET documents_at = :documents_at, documents_id = :documents_id, jobs_at = :jobs_at, jobs_id =
    :jobs_id, changes_at = :changes_at, changes_id = :changes_id, tag_jobs_at = :tag_jobs_at, tag_jobs_id =
    :tag_jobs_id WHERE id = :id
"""

# Heads of the queues: what waits behind a delivery that is not due yet waits too.
DUE = """
    SELECT d.id, d.webhook_id, d.body, d.tries, w.url, w.secret, w.old_secret, w.old_until, {now} AS now FROM webhook AS
    w JOIN webhook_delivery AS d ON d.webhook_id = w.id WHERE w.active AND d.state = 'pending' AND NOT
    w.id IN {ids(without)} AND NOT EXISTS (SELECT 1 FROM webhook_delivery AS earlier WHERE earlier.webhook_id = w.id AND
    earlier.state = 'pending' AND earlier.due_at > {now} AND earlier.id <= d.id) ORDER BY d.id LIMIT :n
"""

RECORD = """
    UPDATE webhook_delivery SET state = :state, tries = tries + 1, status = :status, error = :error, due_at = CASE WHEN
    :waits = 1 THEN {now} + :again END, ended_at = CASE WHEN :waits = 0 THEN {now} END WHERE id = :id AND state =
    'pending'
"""

DISABLE = """
    UPDATE webhook SET active = false, problem = :problem WHERE id = :id
"""

FORGET = """
    DELETE FROM webhook_delivery WHERE ended_at < {now} - :age
"""
