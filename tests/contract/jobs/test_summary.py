"""A user's last days in numbers: what the database counts is what there is, on both databases."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

from fakes.jobs_database import change, make_job, rows
from metatag_jobs.adapters.sql.control import SqlJobStore
from metatag_jobs.adapters.sql.summary import SqlSummary
from metatag_jobs.summaries import Tally
from metatag_runtime.sql import Database

DAY = 86_400.0


def day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()


async def end(database: Database, doc: str, at: float, body: dict[str, Any] | None, code: str = "") -> None:
    problem = json.dumps({"code": code, "message": "It went wrong."}) if code else None
    state = "failed" if code else "done"
    statement = "UPDATE doc SET state = :state, processed_at = :at, problem = :problem WHERE id = :id"
    await change(database, statement, state=state, at=at, problem=problem, id=doc)
    if body is not None:
        await change(
            database, "INSERT INTO doc_result (doc_id, body) VALUES (:id, :body)", id=doc, body=json.dumps(body)
        )


async def test_what_ended_is_counted_by_day_method_confidence_tag_and_cause(database: Database) -> None:
    jobs = SqlJobStore(database)
    now = time.time()
    mine, deleted = await make_job(jobs, 6), await make_job(jobs, 1)
    others = await make_job(jobs, 1, user="somebody else")
    await change(database, "UPDATE job SET cost_micros = 1500 WHERE id = :id", id=mine)
    ids = [
        row["id"] for row in await rows(database, "SELECT id FROM doc WHERE job_id = :id ORDER BY position", id=mine)
    ]
    layer = {"extraction_method": "text_layer", "tags": [{"tag": "wells"}, {"tag": "rivers"}]}
    scan = {"extraction_method": "tesseract_ocr", "tags": [{"tag": "wells"}], "ocr_confidence": 93.5}
    await end(database, ids[0], now - 10, layer)
    await end(database, ids[1], now - 3 * DAY, scan)
    await end(database, ids[2], now - 3 * DAY, {**scan, "ocr_confidence": 100.0, "tags": []})
    await end(database, ids[3], now - 10, None, "source_unavailable")
    # Too long ago; still in work; deleted; somebody else's.
    await end(database, ids[4], now - 40 * DAY, layer)
    for job in (deleted, others):
        (doc,) = await rows(database, "SELECT id FROM doc WHERE job_id = :id", id=job)
        await end(database, doc["id"], now - 10, layer)
    await jobs.delete("u1", deleted)

    found = await SqlSummary(database).of("u1", 30)
    today, before = day(now - 10), day(now - 3 * DAY)
    assert found.processed == [Tally(before, 2), Tally(today, 1)]
    assert found.failed == [Tally(today, 1)]
    assert found.methods == [Tally("tesseract_ocr", 2), Tally("text_layer", 1)]
    assert found.confidence == [Tally("90", 2)]
    assert found.tags == [Tally("wells", 2), Tally("rivers", 1)]
    assert found.failures == [Tally("source_unavailable", 1)]
    assert [(spent.count, spent.cost_micros) for spent in found.spend] == [(1, 1500)]
    assert (await SqlSummary(database).of("u1", 366)).methods == [Tally("tesseract_ocr", 2), Tally("text_layer", 2)]
    nothing = await SqlSummary(database).of("nobody", 30)
    assert nothing.processed == nothing.tags == nothing.spend == []
