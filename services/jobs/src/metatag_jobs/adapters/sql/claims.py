"""Taking documents over and keeping what their stages made, in SQL; in groups, fenced."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from metatag_jobs.adapters.sql import statements_dispatch as D
from metatag_jobs.adapters.sql import statements_work as S
from metatag_jobs.adapters.sql.dialect import as_json, fetch, rows_json
from metatag_jobs.adapters.sql.engine import SqlEngine, counted, grouped
from metatag_jobs.adapters.sql.events import job_event, job_of
from metatag_jobs.adapters.sql.objects import keep_in
from metatag_jobs.adapters.sql.transact import reads, writes_by_key
from metatag_jobs.jsonable import pack, unpack
from metatag_jobs.model import Document, JobEvent, ProcessOptions, Source, Vocabulary, VocabularyTerm
from metatag_jobs.work import Artifact, Checkpoint, Claim, JobContext, Ticket
from metatag_runtime.sql import Transaction


class SqlClaims(SqlEngine):
    """Claims and checkpoints of the port WorkStore."""

    @writes_by_key
    async def start(self, transaction: Transaction, owner: str, tickets: Sequence[Ticket]) -> dict[str, Claim]:
        """Make this worker the owner of those documents whose ticket is still good; give the claims by document."""
        by_job = grouped((ticket.job_id, {"id": ticket.document_id, "attempt": ticket.attempt}) for ticket in tickets)
        claims: dict[str, Claim] = {}
        for job_id in sorted(by_job):
            now = self._database.now()
            await transaction.run(self._sql(D.LOCK_ANY), {"id": job_id})
            rows = await fetch(
                transaction, self._sql(S.START), rows=rows_json(by_job[job_id]), owner=owner, now=now, job_id=job_id
            )
            if rows:
                await self._tell_started(transaction, job_id, rows, now)
                claims |= {row["id"]: _claim(row) for row in rows}
        return claims

    async def _tell_started(self, transaction: Transaction, job_id: str, rows: Sequence[Any], now: float) -> None:
        # A later start of the same document is no news.
        fresh = [row for row in rows if row["started_at"] == now]
        counters = (await fetch(transaction, self._sql(S.JOB_STARTED), id=job_id, now=now, events=len(fresh)))[0]
        events: list[JobEvent] = []
        if counters["started_at"] == now:
            events.append(job_event(job_of((await fetch(transaction, self._sql(D.JOB), id=job_id))[0]), now))
        events += [counted(JobEvent(at=now, document=_started(row)), counters) for row in fresh]
        await self._events.store(transaction, job_id, [pack(event) for event in events], counters["seq"])

    @reads
    async def context(self, transaction: Transaction, job_id: str) -> JobContext | None:
        """Give what workers need to know of a job; None when it is gone."""
        found = await fetch(transaction, self._sql(S.OPTIONS), id=job_id)
        if not found:
            return None
        options = unpack(ProcessOptions, json.loads(found[0]["options"]))
        row = (await fetch(transaction, self._sql(S.CONTEXT), id=job_id, name=options.vocabulary))[0]
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
            row["trace_parent"],
            vocabulary,
        )

    @writes_by_key
    async def checkpoint(
        self, transaction: Transaction, owner: str, checkpoints: Sequence[Checkpoint]
    ) -> dict[str, tuple[str, Artifact]]:
        """Store stages' outputs; give the job's state and the artifact in use for each document still owned."""
        by_id = {each.document_id: each for each in sorted(checkpoints, key=lambda each: each.document_id)}
        for document_id in await self._without_artifact(transaction, checkpoints):
            del by_id[document_id]
        owned = await fetch(transaction, self._sql(S.LOCK_OWNED), ids=as_json(list(by_id)), owner=owner)
        kept = [row for row in owned if _may_write(row, by_id[row["id"]])]
        if not kept:
            return {}
        in_use = await self._hold_artifacts(transaction, [(row, by_id[row["id"]]) for row in kept])
        new = [each.artifact.id for each in by_id.values() if not each.existing]
        named = {artifact.id for artifact in in_use.values()}
        await keep_in(transaction, self._dialect, [name for name in new if name in named])
        rows = rows_json(_advance_row(by_id[document_id], artifact) for document_id, artifact in in_use.items())
        await transaction.run(self._sql(S.ADVANCE), {"rows": rows})
        await self._let_go(transaction, [row[f"{by_id[row['id']].kind}_id"] for row in kept])
        return {row["id"]: (row["state"], in_use[row["id"]]) for row in kept}

    async def _let_go(self, transaction: Transaction, before: Sequence[str | None]) -> None:
        """Release what the documents held before: a stage made again, or a commit whose answer was lost."""
        counts = {name: len(group) for name, group in grouped((name, 1) for name in before if name).items()}
        if counts:
            rows = rows_json({"id": name, "n": counts[name]} for name in sorted(counts))
            await transaction.run(self._sql(S.LET_GO), {"rows": rows})

    async def _without_artifact(self, transaction: Transaction, checkpoints: Sequence[Checkpoint]) -> list[str]:
        """Lock the artifacts that were found, so that no purge removes them; give the documents whose own is gone."""
        found = {each.artifact.id for each in checkpoints if each.existing}
        if not found:
            return []
        locked = await fetch(transaction, self._sql(S.LOCK_ARTIFACTS), ids=as_json(sorted(found)))
        gone = found - {row["id"] for row in locked}
        return [each.document_id for each in checkpoints if each.existing and each.artifact.id in gone]

    async def _hold_artifacts(
        self, transaction: Transaction, kept: Sequence[tuple[Any, Checkpoint]]
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
        found = await fetch(transaction, self._sql(S.HOLD), rows=rows_json(wanted[key] for key in sorted(wanted)))
        in_use = {
            (row["user_id"], row["kind"], row["digest"]): Artifact(row["id"], row["digest"], row["size"])
            for row in found
        }
        return {each.document_id: in_use[(row["user_id"], each.kind, each.artifact.digest)] for row, each in kept}

    @reads
    async def find_artifacts(
        self, transaction: Transaction, wanted: Sequence[tuple[str, str, str]]
    ) -> dict[str, Artifact]:
        """Give existing artifacts of the documents' users for (document, kind, digest), by document."""
        rows = rows_json({"id": each, "kind": kind, "digest": digest} for each, kind, digest in wanted)
        found = await fetch(transaction, self._sql(S.FIND), rows=rows)
        return {row["doc_id"]: Artifact(row["id"], row["digest"], row["size"]) for row in found}


def _started(row: Any) -> Document:
    return Document(
        id=row["id"],
        job_id=row["job_id"],
        position=row["position"],
        title=row["title"],
        source=Source(row["source_type"], row["source_path"]),
        state="processing",
        stage=row["stage"],
        folder=row["folder"],
        created_at=row["created_at"],
        reprocess_of=row["reprocess_of"] or "",
    )


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
        folder=row["folder"],
        tries=row["tries"],
        waits=row["waits"],
        crashes=row["crashes"],
        created_at=row["created_at"],
        user_id=row["user_id"],
        file_id=row["file_id"] or "",
        file_sha256=row["file_sha256"] or "",
        file_size=row["file_size"],
        ocr_id=row["ocr_id"] or "",
        tag_id=row["tag_id"] or "",
        fetch_ms=row["fetch_ms"],
        ocr_ms=row["ocr_ms"],
        tag_ms=row["tag_ms"],
        reprocess_of=row["reprocess_of"] or "",
        edited=bool(row["edited"]),
    )


def _may_write(row: Any, each: Checkpoint) -> bool:
    return row["attempt"] == each.attempt and row["state"] in ("running", "paused")


def _advance_row(each: Checkpoint, artifact: Artifact) -> dict[str, Any]:
    times = {"fetch_ms": 0, "ocr_ms": 0, "tag_ms": 0}
    times[{"file": "fetch_ms", "ocr": "ocr_ms", "tag": "tag_ms"}[each.kind]] = each.ms
    output: dict[str, Any] = {f"{each.kind}_id": artifact.id}
    if each.kind == "file":
        output["file_size"] = artifact.size
    return {"id": each.document_id, "stage": each.stage, **times, **output}
