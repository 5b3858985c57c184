"""Jobs, events and answers about peers, from the wire."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from google.protobuf import json_format

from metatag.v1 import jobs_pb2 as j
from metatag.v1 import ocr_pb2 as o
from metatag.v1 import tagger_pb2 as t
from metatag_gateway.model.jobs import (
    Dependency,
    Engine,
    Job,
    JobEvent,
    KeyCheck,
    Model,
    SourceCheck,
    Stats,
    Summary,
    Tagger,
    Tally,
)
from metatag_gateway.wire import documents
from metatag_gateway.wire.names import JOB_STATES, JOB_TYPES, moment, usd, word


def job(message: j.Job) -> Job:
    """Give a job."""
    return Job(
        id=message.id,
        job_type=word(JOB_TYPES, message.type, "batch"),
        status=word(JOB_STATES, message.state, "pending"),
        total_documents=message.total,
        processed_count=message.processed,
        failed_count=message.failed,
        cancelled_count=message.cancelled,
        running_count=message.running,
        seq=message.seq,
        created_at=moment(message, "created_at"),
        started_at=moment(message, "started_at"),
        completed_at=moment(message, "completed_at"),
        updated_at=moment(message, "updated_at"),
        config=_config(message) if message.HasField("public_config") else None,
        error_message=message.problem.message or None,
        error_code=message.problem.code or None,
        waits_until=moment(message, "waits_until"),
        cost_usd=usd(message.cost_micros),
        name=message.name,
    )


def event(message: j.JobEvent) -> JobEvent:
    """Give an event."""
    kind = message.WhichOneof("kind")
    common: dict[str, Any] = {
        "seq": message.seq,
        "at": moment(message, "at"),
        "total": message.total,
        "processed": message.processed,
        "failed": message.failed,
        "cancelled": message.cancelled,
    }
    if kind == "job":
        return JobEvent(**common, job=job(message.job))
    if kind == "document":
        found = documents.document(message.document)
        return JobEvent(**common, document=found, document_id=found.id, row=found.row)
    read = message.page
    return JobEvent(**common, page=documents.page(read.page), document_id=read.document_id, row=read.position)


def stats(message: j.GetStatsResponse) -> Stats:
    """Give a user's counts."""
    return Stats(
        total_jobs=message.total_jobs,
        total_documents=message.total_documents,
        documents_processed=message.documents_processed,
        documents_failed=message.documents_failed,
        jobs_by_status=dict(message.jobs_by_status.items()),
        recent_activity=[job(found) for found in message.recent_activity],
        cost_usd=usd(message.cost_micros),
    )


def summary(message: j.GetSummaryResponse) -> Summary:
    """Give a user's last days."""

    def tallies(found: Iterable[j.Tally]) -> tuple[Tally, ...]:
        return tuple(Tally(entry.name, entry.count, usd(entry.cost_micros)) for entry in found)

    return Summary(
        processed=tallies(message.processed),
        failed=tallies(message.failed),
        methods=tallies(message.methods),
        confidence=tallies(message.confidence),
        tags=tallies(message.tags),
        failures=tallies(message.failures),
        spend=tallies(message.spend),
        sampled_documents=message.sampled,
    )


def check(message: j.SourceCheck) -> SourceCheck:
    """Give whether a source could be fetched."""
    size = message.size_bytes if message.HasField("size_bytes") else None
    return SourceCheck(message.valid, message.error or None, message.content_type or None, size)


def dependency(message: j.Dependency) -> Dependency:
    """Give how something is doing."""
    return Dependency(message.name, message.healthy, message.detail, message.latency_ms)


def engine(message: o.Engine) -> Engine:
    """Give a way of reading pages."""
    return Engine(message.name, message.version, message.healthy, message.detail, tuple(message.languages))


def tagger(message: t.TaggerInfo) -> Tagger:
    """Give a way of writing tags."""
    return Tagger(
        message.name,
        message.version,
        message.healthy,
        message.detail,
        message.default_model,
        message.has_default_key,
    )


def model(message: t.ModelInfo) -> Model:
    """Give a model."""
    return Model(
        id=message.id,
        name=message.name,
        context_length=message.context_length,
        prompt_price_usd=usd(message.prompt_price_micros) if message.HasField("prompt_price_micros") else None,
        completion_price_usd=(
            usd(message.completion_price_micros) if message.HasField("completion_price_micros") else None
        ),
        structured_outputs=message.structured_outputs,
    )


def key_check(message: t.CheckKeyResponse) -> KeyCheck:
    """Give what the provider says about a key."""
    remaining = usd(message.remaining_micros) if message.HasField("remaining_micros") else None
    return KeyCheck(message.valid, message.problem.message or None, remaining)


def _config(message: j.Job) -> dict[str, Any]:
    found = json_format.MessageToDict(message.public_config)
    # A Struct knows only floating numbers; the config's whole ones were whole when they came.
    return {key: _whole(value) for key, value in found.items()}


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
