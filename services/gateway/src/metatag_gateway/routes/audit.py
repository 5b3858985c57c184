"""The audit log and statistics, for auditors and administrators."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response, StreamingResponse

from metatag_gateway.model.audit import AuditEntry, AuditFilter
from metatag_gateway.routes.access import Auditor, known
from metatag_gateway.routes.dependencies import dependencies_of
from metatag_gateway.schemas.audit import (
    AccountCounts,
    ActionCount,
    AuditEntryView,
    AuditView,
    Outcome,
    StatisticsView,
)
from metatag_gateway.schemas.finding import Moment

router = APIRouter(prefix="/api/admin", tags=["Administration"])

Word = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]
COLUMNS = tuple(AuditEntryView.model_fields)
# A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _filter(
    *,
    actor_id: Word = "",
    action: Word = "",
    target_kind: Word = "",
    target_id: Word = "",
    outcome: Outcome | None = None,
    since: Moment | None = None,
    before: Moment | None = None,
) -> AuditFilter:
    """Return what narrows the log: values are compared whole, `since` is included and `before` is not."""
    moments = [None if moment is None else _utc(moment) for moment in (since, before)]
    return AuditFilter(actor_id, action, target_kind, target_id, outcome or "", *moments)


Filter = Annotated[AuditFilter, Depends(_filter)]


@router.get("/audit", responses=known())
async def read_audit(
    request: Request,
    caller: Auditor,
    wanted: Filter,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    before_id: Annotated[int, Query(ge=0, le=2**63 - 1, description="`next_before` of the page before.")] = 0,
) -> AuditView:
    """Read the audit log, newest first."""
    found = await dependencies_of(request).audit.find(wanted, limit, before_id)
    return AuditView(
        entries=[AuditEntryView.model_validate(entry) for entry in found],
        next_before=found[-1].id if len(found) == limit else None,
    )


@router.get(
    "/audit/export",
    response_class=Response,
    responses={
        200: {"content": {"text/csv; charset=utf-8": {}, "application/x-ndjson": {}}, "description": "The entries."},
        **known(),
    },
)
async def export_audit(
    request: Request, caller: Auditor, wanted: Filter, format: Annotated[Literal["csv", "jsonl"], Query()] = "csv"
) -> Response:
    """Give the entries that match as a file, newest first: CSV or JSON Lines."""
    lists = dependencies_of(request).audit.export(wanted)
    write = _csv if format == "csv" else _jsonl

    async def body() -> AsyncIterator[bytes]:
        if format == "csv":
            yield _csv_line(COLUMNS)
        async for found in lists:
            yield write(found)

    media = "text/csv; charset=utf-8" if format == "csv" else "application/x-ndjson"
    headers = {"Content-Disposition": f'attachment; filename="metatag-audit.{format}"', "Cache-Control": "no-store"}
    return StreamingResponse(body(), media_type=media, headers=headers)


@router.get("/statistics", responses=known())
async def statistics(
    request: Request, caller: Auditor, days: Annotated[int, Query(ge=1, le=366)] = 30
) -> StatisticsView:
    """Count accounts, and what was done in the last days, over everybody."""
    parts = dependencies_of(request)
    counted = await parts.audit.count_by_action(datetime.now(UTC) - timedelta(days=days))
    actions = [
        ActionCount.model_validate({"action": action, "outcome": outcome, "count": count})
        for (action, outcome), count in sorted(counted.items())
    ]
    accounts = AccountCounts.model_validate(await parts.accounts.count_users())
    return StatisticsView(days=days, accounts=accounts, actions=actions)


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _csv(entries: Sequence[AuditEntry]) -> bytes:
    rows = [_cells(AuditEntryView.model_validate(entry).model_dump(mode="json")) for entry in entries]
    return b"".join(map(_csv_line, rows))


def _cells(row: dict[str, Any]) -> list[str]:
    return [json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value) for value in row.values()]


def _csv_line(cells: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow("'" + cell if cell.startswith(_FORMULA) else cell for cell in cells)
    return text.getvalue().encode()


def _jsonl(entries: Sequence[AuditEntry]) -> bytes:
    lines = [AuditEntryView.model_validate(entry).model_dump_json() for entry in entries]
    return "".join(f"{line}\n" for line in lines).encode()
