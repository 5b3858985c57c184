"""The workers' half of the engine in SQL: claims, checkpoints, ends, hand-backs, heartbeats; all in groups, all fenced."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from metatag_jobs.adapters.dialect import as_json, fetch, rows_json
from metatag_jobs.adapters.sql_dispatch import SqlDispatch
from metatag_jobs.adapters.sql_events import job_event, job_of
from metatag_jobs.adapters.sql_search import SearchWriter
from metatag_jobs.errors import Replaced
from metatag_jobs.jsonable import pack, unpack
from metatag_jobs.model import Document, JobEvent, Problem, ProcessOptions, Source, Vocabulary, VocabularyTerm
from metatag_jobs.work import (
    Artifact,
    Beat,
    Checkpoint,
    Claim,
    Finish,
    JobContext,
    PageEvent,
    Release,
    Ticket,
)
from metatag_runtime.sql import Database

_CLAIM_COLUMNS = (
    "doc.id, doc.attempt, doc.job_id, doc.position, doc.title, doc.description, doc.source_type, doc.source_path, "
    "doc.stage, doc.tries, doc.waits, doc.crashes, doc.created_at, doc.started_at, doc.file_id, doc.file_size, "
    "doc.ocr_id, doc.tag_id, doc.fetch_ms, doc.ocr_ms, doc.tag_ms"
)
_COLUMN = {"file": "file_id", "ocr": "ocr_id", "tag": "tag_id"}


class SqlWorkStore(SqlDispatch):
    """The port WorkStore."""

    def __init__(self, database: Database, lease: float = 15.0) -> None:
        super().__init__(database, lease)
        dialect, sql = self._dialect, self._dialect.sql
        fenced = dialect.rows("rows", id="text", attempt="int")
        self._search = SearchWriter(dialect)
        self._start = sql(
            "UPDATE doc SET state = 'running', owner = :owner, lease_until = NULL, "  # noqa: S608
            f"started_at = COALESCE(doc.started_at, :now) FROM {fenced} AS r WHERE doc.id = r.id "
            "AND doc.attempt = r.attempt AND doc.state = 'admitted' "
            f"AND doc.job_id = :job_id RETURNING {_CLAIM_COLUMNS}"
        )
        self._files = sql(f"SELECT id, digest, size FROM artifact WHERE id IN {dialect.ids('ids')}")  # noqa: S608
        self._job_started = sql(
            "UPDATE job SET started_at = COALESCE(started_at, :now), updated_at = {now} WHERE id = :id "
            "RETURNING total, done, failed, cancelled, started_at"
        )
        self._lock_running = sql("SELECT state, started_at FROM job WHERE id = :id{for_update}")
        self._context = sql(
            "SELECT job.user_id, job.type, job.options, job.secret, job.limiter, job.request_id, "
            "job.vocabulary_version, vocabulary.terms FROM job LEFT JOIN vocabulary ON "
            "vocabulary.user_id = job.user_id AND vocabulary.version = job.vocabulary_version "
            "AND vocabulary.name = :name WHERE job.id = :id"
        )
        self._options = sql("SELECT options FROM job WHERE id = :id AND state IN ('running', 'paused')")
        self._advance = sql(
            "UPDATE doc SET stage = r.stage, fetch_ms = doc.fetch_ms + r.fetch_ms, ocr_ms = doc.ocr_ms + r.ocr_ms, "  # noqa: S608
            "tag_ms = doc.tag_ms + r.tag_ms, waits = 0 FROM "
            + dialect.rows("rows", id="text", attempt="int", stage="text", fetch_ms="int", ocr_ms="int", tag_ms="int")
            + " AS r, job WHERE doc.id = r.id AND doc.attempt = r.attempt AND doc.owner = :owner "
            "AND doc.state = 'running' AND job.id = doc.job_id AND job.state IN ('running', 'paused') "
            "RETURNING doc.id, doc.user_id, (SELECT j.state FROM job j WHERE j.id = doc.job_id) AS state"
        )
        self._hold = sql(
            "INSERT INTO artifact (id, user_id, kind, digest, size, refs, created_at) "
            "SELECT r.id, r.user_id, r.kind, r.digest, r.size, r.n, {now} FROM "
            + dialect.rows("rows", id="text", user_id="text", kind="text", digest="text", size="bigint", n="int")
            + " AS r WHERE true ON CONFLICT (user_id, kind, digest) DO UPDATE SET refs = artifact.refs + excluded.refs "
            "RETURNING id, user_id, kind, digest, size"
        )
        self._attach = {
            kind: sql(
                f"UPDATE doc SET {column} = r.artifact"  # noqa: S608
                + (", file_size = r.size" if kind == "file" else "")
                + " FROM "
                + dialect.rows("rows", id="text", artifact="text", size="bigint")
                + " AS r WHERE doc.id = r.id"
            )
            for kind, column in _COLUMN.items()
        }
        self._find = sql(
            "SELECT artifact.id, artifact.digest, artifact.size FROM artifact JOIN doc ON doc.user_id = artifact.user_id "
            "WHERE doc.id = :id AND artifact.kind = :kind AND artifact.digest = :digest"
        )
        self._finish = sql(
            "UPDATE doc SET state = r.state, stage = 'finish', owner = NULL, title = r.title, problem = r.problem, "  # noqa: S608
            "tries = r.tries, processed_at = {now} FROM "
            + dialect.rows("rows", id="text", attempt="int", state="text", title="text", problem="text", tries="int")
            + " AS r WHERE doc.id = r.id AND doc.attempt = r.attempt AND doc.owner = :owner "
            "AND doc.state = 'running' RETURNING doc.id"
        )
        self._results = sql(
            "INSERT INTO doc_result (doc_id, body) SELECT r.id, r.body FROM "  # noqa: S608
            + dialect.rows("rows", id="text", body="text")
            + " AS r WHERE true ON CONFLICT (doc_id) DO NOTHING"
        )
        self._ended = sql(
            "UPDATE job SET running = running - :n, done = done + :good, failed = failed + :bad, "
            "cost_micros = cost_micros + :cost, updated_at = {now} WHERE id = :id "
            "RETURNING total, done, failed, cancelled, state, budget_micros, cost_micros"
        )
        self._release = sql(
            "UPDATE doc SET state = 'queued', owner = NULL, not_before = CASE WHEN r.wait > 0 THEN {now} + r.wait "  # noqa: S608
            "ELSE 0 END, tries = doc.tries + r.tries, waits = doc.waits + r.waits, problem = r.problem FROM "
            + dialect.rows("rows", id="text", attempt="int", wait="float", tries="int", waits="int", problem="text")
            + " AS r WHERE doc.id = r.id AND doc.attempt = r.attempt AND doc.owner = :owner "
            "AND doc.state = 'running' RETURNING doc.id, doc.job_id"
        )
        self._returned = sql("UPDATE job SET queued = queued + :n, running = running - :n WHERE id = :id")
        self._jobs_of = sql(f"SELECT DISTINCT job_id FROM doc WHERE id IN {dialect.ids('ids')}")  # noqa: S608
        self._still_owned = sql(
            f"SELECT doc.id FROM doc JOIN {fenced} AS r ON doc.id = r.id AND doc.attempt = r.attempt "  # noqa: S608
            "WHERE doc.owner = :owner AND doc.state = 'running'"
        )
        self._counters = sql("SELECT total, done, failed, cancelled FROM job WHERE id = :id{for_update}")
        self._beat = sql(
            "INSERT INTO worker (id, host, slots, interactive_slots, beat_at) "
            "VALUES (:owner, :host, :slots, :interactive_slots, {now}) "
            "ON CONFLICT (id) DO UPDATE SET beat_at = {now}, slots = :slots, interactive_slots = :interactive_slots"
        )
        self._owned = sql(
            "SELECT doc.id, doc.attempt, COALESCE(job.state, 'deleted') AS job_state FROM doc "
            "LEFT JOIN job ON job.id = doc.job_id WHERE doc.owner = :owner AND doc.state = 'running'"
        )
        self._leave = sql("DELETE FROM worker WHERE id = :owner")
        self._block = sql(
            "INSERT INTO limiter (name, blocked_until) VALUES (:name, {now} + :seconds) ON CONFLICT (name) DO UPDATE "
            "SET blocked_until = CASE WHEN limiter.blocked_until > excluded.blocked_until "
            "THEN limiter.blocked_until ELSE excluded.blocked_until END"
        )
        self._pause_reason = sql(
            "UPDATE job SET state = 'paused', problem = :problem, updated_at = {now}, queued = queued + :back, "
            "running = running - :back WHERE id = :id"
        )
        self._take_back = sql(
            "UPDATE doc SET state = 'queued', lease_until = NULL WHERE job_id = :id AND state = 'admitted'"
        )

    async def start(self, owner: str, tickets: Sequence[Ticket]) -> dict[str, Claim]:
        """Make this worker the owner of those documents whose ticket is still good; give the claims by document."""
        by_job = _grouped((ticket.job_id, {"id": ticket.document_id, "attempt": ticket.attempt}) for ticket in tickets)
        claims: dict[str, Claim] = {}
        async with self._database.write() as connection:
            for job_id in sorted(by_job):
                job = await fetch(connection, self._lock_running, id=job_id)
                if not job or job[0]["state"] != "running":
                    continue
                now = time.time()
                rows = await fetch(
                    connection, self._start, rows=rows_json(by_job[job_id]), owner=owner, now=now, job_id=job_id
                )
                if rows:
                    await self._tell_started(connection, job_id, rows, now, first=job[0]["started_at"] is None)
                    claims |= {row["id"]: _claim(row) for row in rows}
            await self._add_files(connection, claims)
        return claims

    async def _tell_started(
        self, connection: AsyncConnection, job_id: str, rows: Sequence[Any], now: float, *, first: bool
    ) -> None:
        counters = (await fetch(connection, self._job_started, id=job_id, now=now))[0]
        events: list[JobEvent] = []
        if first:
            events.append(job_event(job_of((await fetch(connection, self._job, id=job_id))[0]), now))
        for row in rows:
            # A later start of the same document is no news.
            if row["started_at"] == now:
                document = Document(
                    id=row["id"],
                    job_id=job_id,
                    position=row["position"],
                    title=row["title"],
                    source=Source(row["source_type"], row["source_path"]),
                    state="processing",
                    stage=row["stage"],
                    created_at=row["created_at"],
                )
                events.append(_counted(JobEvent(at=now, document=document), counters))
        await self._events.append(connection, job_id, events)

    async def _add_files(self, connection: AsyncConnection, claims: dict[str, Claim]) -> None:
        wanted = sorted({claim.file_id for claim in claims.values() if claim.file_id})
        if not wanted:
            return
        found = {row["id"]: row for row in await fetch(connection, self._files, ids=as_json(wanted))}
        for claim in claims.values():
            if claim.file_id in found:
                claim.file_sha256 = found[claim.file_id]["digest"]
                claim.file_size = found[claim.file_id]["size"]

    async def context(self, job_id: str) -> JobContext | None:
        """Give what workers need to know of a job; None when it is gone."""
        async with self._database.read() as connection:
            found = await fetch(connection, self._options, id=job_id)
            if not found:
                return None
            options = unpack(ProcessOptions, json.loads(found[0]["options"]))
            row = (await fetch(connection, self._context, id=job_id, name=options.vocabulary))[0]
        vocabulary = None
        if row["terms"] is not None:
            terms = [unpack(VocabularyTerm, each) for each in json.loads(row["terms"])]
            vocabulary = Vocabulary(options.vocabulary, row["vocabulary_version"], terms)
        return JobContext(
            job_id,
            row["user_id"],
            row["type"],
            options,
            row["secret"],
            row["limiter"],
            row["request_id"],
            vocabulary,
        )

    async def checkpoint(self, owner: str, checkpoints: Sequence[Checkpoint]) -> dict[str, tuple[str, Artifact]]:
        """Store stages' outputs; give the job's state and the artifact in use for each document still owned."""
        by_id = {each.document_id: each for each in checkpoints}
        rows = rows_json(_advance_row(each) for each in sorted(checkpoints, key=lambda each: each.document_id))
        async with self._database.write() as connection:
            kept = await fetch(connection, self._advance, rows=rows, owner=owner)
            in_use = await self._hold_artifacts(connection, [(row, by_id[row["id"]]) for row in kept])
            for kind, statement in self._attach.items():
                attached = [
                    {"id": document_id, "artifact": artifact.id, "size": artifact.size}
                    for document_id, artifact in in_use.items()
                    if by_id[document_id].kind == kind
                ]
                if attached:
                    await connection.execute(statement, {"rows": rows_json(attached)})
        return {row["id"]: (row["state"], in_use[row["id"]]) for row in kept}

    async def _hold_artifacts(
        self, connection: AsyncConnection, kept: Sequence[tuple[Any, Checkpoint]]
    ) -> dict[str, Artifact]:
        wanted: dict[tuple[str, str, str], dict[str, Any]] = {}
        for row, each in kept:
            key = (row["user_id"], each.kind, each.artifact.digest)
            held = wanted.setdefault(
                key,
                {
                    "id": each.artifact.id,
                    "user_id": key[0],
                    "kind": key[1],
                    "digest": key[2],
                    "size": each.artifact.size,
                    "n": 0,
                },
            )
            held["n"] += 1
        if not wanted:
            return {}
        found = await fetch(connection, self._hold, rows=rows_json(wanted[key] for key in sorted(wanted)))
        in_use = {
            (row["user_id"], row["kind"], row["digest"]): Artifact(row["id"], row["digest"], row["size"])
            for row in found
        }
        return {each.document_id: in_use[(row["user_id"], each.kind, each.artifact.digest)] for row, each in kept}

    async def reuse(self, owner: str, claim: Claim, stage: str, kind: str, digest: str) -> tuple[str, Artifact] | None:
        """Checkpoint with an existing artifact of the document's user; None when there is none."""
        async with self._database.read() as connection:
            found = await fetch(connection, self._find, id=claim.document_id, kind=kind, digest=digest)
        if not found:
            return None
        artifact = Artifact(found[0]["id"], found[0]["digest"], found[0]["size"])
        kept = await self.checkpoint(owner, [Checkpoint(claim.document_id, claim.attempt, stage, kind, artifact, 0)])
        if claim.document_id not in kept:
            raise Replaced
        return kept[claim.document_id]

    async def finish(self, owner: str, finishes: Sequence[Finish]) -> dict[str, str]:
        """Store results, counters, events and search entries in one transaction; give the job's state by document."""
        by_job: dict[str, list[Finish]] = {}
        for each in finishes:
            by_job.setdefault(each.claim.job_id, []).append(each)
        states: dict[str, str] = {}
        async with self._database.write() as connection:
            for job_id in sorted(by_job):
                job = await fetch(connection, self._lock_running, id=job_id)
                if job and job[0]["state"] in ("running", "paused"):
                    states |= await self._finish_job(connection, owner, job_id, by_job[job_id])
        return states

    async def _finish_job(
        self, connection: AsyncConnection, owner: str, job_id: str, finishes: Sequence[Finish]
    ) -> dict[str, str]:
        rows = rows_json(_finish_row(each) for each in finishes)
        kept_ids = {row["id"] for row in await fetch(connection, self._finish, rows=rows, owner=owner)}
        kept = [each for each in finishes if each.claim.document_id in kept_ids]
        if not kept:
            return {}
        results = [{"id": each.claim.document_id, "body": as_json(pack(each.result))} for each in kept if each.result]
        if results:
            await connection.execute(self._results, {"rows": rows_json(results)})
            await self._search.add(connection, [each for each in kept if each.result])
        bad = sum(each.document.state == "failed" for each in kept)
        counters = (
            await fetch(
                connection,
                self._ended,
                id=job_id,
                n=len(kept),
                good=len(kept) - bad,
                bad=bad,
                cost=sum(each.cost_micros for each in kept),
            )
        )[0]
        events = _end_events(kept, counters)
        await self._events.append(connection, job_id, events)
        state = await self._end_if_done(connection, job_id)
        if not state:
            state = counters["state"]
            budget = counters["budget_micros"]
            if state == "running" and 0 < budget <= counters["cost_micros"]:
                await self._pause_job(
                    connection, job_id, "budget_exhausted", "The job has used up its budget; resume it to go on."
                )
                state = "paused"
        return dict.fromkeys(kept_ids, state)

    async def _pause_job(self, connection: AsyncConnection, job_id: str, code: str, message: str) -> None:
        taken = await connection.execute(self._take_back, {"id": job_id})
        problem = as_json(pack(Problem(code, message)))
        await connection.execute(self._pause_reason, {"id": job_id, "problem": problem, "back": taken.rowcount})
        job = job_of((await fetch(connection, self._job, id=job_id))[0])
        await self._events.append(connection, job_id, [job_event(job, time.time())])

    async def pause_for(self, job_id: str, code: str, message: str) -> None:
        """Pause a job for a reason that its user must see to; does nothing unless it runs."""
        async with self._database.write() as connection:
            job = await fetch(connection, self._lock_running, id=job_id)
            if job and job[0]["state"] == "running":
                await self._pause_job(connection, job_id, code, message)

    async def release(self, owner: str, releases: Sequence[Release]) -> set[str]:
        """Put owned documents back into the queue; give those that were still owned."""
        async with self._database.write() as connection:
            ids = as_json([each.document_id for each in releases])
            jobs = sorted(row["job_id"] for row in await fetch(connection, self._jobs_of, ids=ids))
            open_jobs = set()
            for job_id in jobs:
                locked = await fetch(connection, self._lock_any, id=job_id)
                if locked and locked[0]["state"] in ("running", "paused"):
                    open_jobs.add(job_id)
            rows = await fetch(
                connection, self._release, rows=rows_json(_release_row(each) for each in releases), owner=owner
            )
            for job_id, group in _grouped((row["job_id"], row["id"]) for row in rows).items():
                if job_id in open_jobs:
                    await connection.execute(self._returned, {"id": job_id, "n": len(group)})
        return {row["id"] for row in rows}

    async def tell_pages(self, owner: str, pages: Sequence[PageEvent]) -> None:
        """Store page events of owned documents."""
        by_job: dict[str, list[PageEvent]] = {}
        for page in pages:
            by_job.setdefault(page.job_id, []).append(page)
        async with self._database.write() as connection:
            for job_id in sorted(by_job):
                counters = await fetch(connection, self._counters, id=job_id)
                group = by_job[job_id]
                wanted = rows_json({"id": each.document_id, "attempt": each.attempt} for each in group)
                owned = {row["id"] for row in await fetch(connection, self._still_owned, rows=wanted, owner=owner)}
                now = time.time()
                events = [
                    _counted(JobEvent(at=now, page=each.page), counters[0])
                    for each in group
                    if each.document_id in owned
                ]
                if counters:
                    await self._events.append(connection, job_id, events)

    async def beat(self, owner: str, host: str, slots: int, interactive_slots: int) -> list[Beat]:
        """Say that a worker lives; give what it owns, with the states of the jobs."""
        async with self._database.write() as connection:
            await connection.execute(
                self._beat, {"owner": owner, "host": host, "slots": slots, "interactive_slots": interactive_slots}
            )
            rows = await fetch(connection, self._owned, owner=owner)
        return [Beat(row["id"], row["attempt"], row["job_state"]) for row in rows]

    async def leave(self, owner: str) -> None:
        """Say that a worker ended; what it still owns is queued again without a crash counted."""
        async with self._database.read() as connection:
            rows = await fetch(connection, self._owned, owner=owner)
        if rows:
            await self.release(owner, [Release(row["id"], row["attempt"]) for row in rows])
        async with self._database.write() as connection:
            await connection.execute(self._leave, {"owner": owner})

    async def block(self, limiter: str, seconds: float) -> None:
        """Hold back all documents that use a limiter, for all workers."""
        async with self._database.write() as connection:
            await connection.execute(self._block, {"name": limiter, "seconds": seconds})


def _grouped(pairs: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


def _counted(event: JobEvent, counters: Any) -> JobEvent:
    event.total = counters["total"]
    event.processed = counters["done"]
    event.failed = counters["failed"]
    event.cancelled = counters["cancelled"]
    return event


def _end_events(kept: Sequence[Finish], counters: Any) -> list[JobEvent]:
    """Give the end events with the counters as they were after each, the last with those of now."""
    now = time.time()
    good = sum(each.document.state == "success" for each in kept)
    done, failed = counters["done"] - good, counters["failed"] - (len(kept) - good)
    events = []
    for each in kept:
        if each.document.state == "success":
            done += 1
        else:
            failed += 1
        each.document.processed_at = now
        event = _counted(JobEvent(at=now, document=each.document), counters)
        event.processed, event.failed = done, failed
        events.append(event)
    return events


def _claim(row: Any) -> Claim:
    return Claim(
        document_id=row["id"],
        attempt=row["attempt"],
        job_id=row["job_id"],
        position=row["position"],
        title=row["title"],
        description=row["description"],
        source=Source(row["source_type"], row["source_path"], row["file_id"] or ""),
        stage=row["stage"],
        tries=row["tries"],
        waits=row["waits"],
        crashes=row["crashes"],
        created_at=row["created_at"],
        file_id=row["file_id"] or "",
        file_size=row["file_size"],
        ocr_id=row["ocr_id"] or "",
        tag_id=row["tag_id"] or "",
        fetch_ms=row["fetch_ms"],
        ocr_ms=row["ocr_ms"],
        tag_ms=row["tag_ms"],
    )


def _advance_row(each: Checkpoint) -> dict[str, Any]:
    times = {"fetch_ms": 0, "ocr_ms": 0, "tag_ms": 0}
    times[{"file": "fetch_ms", "ocr": "ocr_ms", "tag": "tag_ms"}[each.kind]] = each.ms
    return {"id": each.document_id, "attempt": each.attempt, "stage": each.stage, **times}


def _finish_row(each: Finish) -> dict[str, Any]:
    problem = each.document.problem
    return {
        "id": each.claim.document_id,
        "attempt": each.claim.attempt,
        "state": "done" if each.document.state == "success" else "failed",
        "title": each.document.title,
        "problem": as_json(pack(problem)) if problem else None,
        "tries": each.document.tries,
    }


def _release_row(each: Release) -> dict[str, Any]:
    return {
        "id": each.document_id,
        "attempt": each.attempt,
        "wait": each.not_before,
        "tries": int(each.used_try),
        "waits": int(each.waited),
        "problem": as_json(pack(each.problem)) if each.problem else None,
    }
