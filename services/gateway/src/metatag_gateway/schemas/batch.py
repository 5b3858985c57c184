"""Batches: start, control, sources, the legacy call."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import FailFast, Field, StringConstraints, field_validator

from metatag_gateway.batches import SYSTEM_FIELDS
from metatag_gateway.schemas.common import Body, Payload, at_most
from metatag_gateway.schemas.config import TaggingConfig
from metatag_gateway.schemas.history import JobStatus

UUID_PATTERN = r"^[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$"
ROW: dict[str, Any] = {
    "title": "Annual Report",
    "file_path": "https://example.com/report.pdf",
    "file_source_type": "url",
}


MAX_DOCUMENTS = 100_000
MAX_COLUMNS = 200


ColumnName = Annotated[str, StringConstraints(max_length=1000)]
# What a cell holds is cut to what is kept of it; one that is too long fails its row alone.
Row = Annotated[dict[ColumnName, Any], Field(max_length=MAX_COLUMNS), at_most(MAX_COLUMNS)]


_Name = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]


class BatchBody(Body):
    """A batch to start."""

    documents: Annotated[list[Row], FailFast(), at_most(MAX_DOCUMENTS)] = Field(
        max_length=MAX_DOCUMENTS,
        description="One row for each document.",
        examples=[[ROW]],
        json_schema_extra={"minItems": 1},
    )
    config: TaggingConfig
    column_mapping: Annotated[dict[ColumnName, ColumnName], at_most(MAX_COLUMNS)] = Field(
        default_factory=dict,
        max_length=MAX_COLUMNS,
        description="Column of the rows -> system field, where the rows use other names.",
        json_schema_extra={"additionalProperties": {"type": "string", "enum": [*SYSTEM_FIELDS, ""]}},
    )
    job_id: str | None = Field(
        None, max_length=36, pattern=UUID_PATTERN, description="Your own, unused UUID for the job."
    )

    name: _Name = Field("", description="What you call the batch; without one it bears `source_name` and the day.")
    source_name: _Name = Field("", description="The folder or table that the batch is from.")

    @field_validator("column_mapping", mode="before")
    @classmethod
    def _no_mapping(cls, value: Any) -> Any:
        return {} if value is None else value


class StartedView(Payload):
    """A batch that has started."""

    job_id: str
    total_documents: int
    message: str
    warnings: list[str] = Field([], description="What of the request was not understood, a sentence each.")


class StatusView(Payload):
    """How far a job is. `progress` is 0 to 1; `total` and `total_documents` are the same."""

    job_id: str
    status: JobStatus
    progress: float
    processed_count: int
    failed_count: int
    total: int
    total_documents: int
    results_count: int
    cancelled_count: int
    running_count: int
    seq: int
    error_message: str | None
    # When a job that the provider holds back goes on, if known; `error_message` says why it waits.
    waits_until: datetime | None


class ActiveJob(Payload):
    """A job that runs or is paused."""

    job_id: str
    status: JobStatus
    progress: float
    processed_count: int
    failed_count: int
    total: int
    total_documents: int


class ActiveView(Payload):
    """The caller's running and paused jobs."""

    jobs: list[ActiveJob]


class ControlView(Payload):
    """A step that the job takes."""

    message: str
    job_id: str
    status: JobStatus


class PathItem(Body):
    """One source to look at."""

    path: Annotated[str, StringConstraints(max_length=4000)]
    type: Annotated[str, StringConstraints(max_length=50)] = "url"


class PathsBody(Body):
    """Sources to look at."""

    paths: Annotated[list[PathItem], at_most(10_000)] = Field(max_length=10_000)


class PathCheck(Payload):
    """Whether a source could be fetched."""

    path: str
    valid: bool
    error: str | None
    content_type: str | None
    size: int | None


class PathsView(Payload):
    """The sources in the order asked."""

    results: list[PathCheck]
    total: int
    valid_count: int
    invalid_count: int


class Column(Payload):
    """One column of the template."""

    name: str
    required: bool
    description: str


class TemplateView(Payload):
    """A CSV to begin with."""

    template: str
    columns: list[Column]


class UploadedFile(Payload):
    """One stored file; a batch row names it with `file_path` and `file_source_type: upload`."""

    file_name: str
    file_id: str | None
    file_path: str | None
    content_sha256: str | None
    size_bytes: int | None
    error: str | None
    error_code: str | None = None


class UploadsView(Payload):
    """The files in the order sent; a refused one does not touch the others."""

    files: list[UploadedFile]
    stored_count: int
    failed_count: int


class SoughtFile(Body):
    """A file that may be stored already."""

    content_sha256: Annotated[str, StringConstraints(max_length=64, pattern=r"^[0-9A-Fa-f]{64}$")] = Field(
        examples=[64 * "0"]
    )
    file_name: Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00]*$")] = Field(
        examples=["report.pdf"], description="How its reference shall call it."
    )


class SoughtBody(Body):
    """Files of one's own, by content."""

    files: Annotated[list[SoughtFile], at_most(1000)] = Field(max_length=1000)


class FoundFile(Payload):
    """A file that was asked for. `file_path` is null where it must be sent."""

    file_name: str
    content_sha256: str
    file_id: str | None
    file_path: str | None
    size_bytes: int | None


class FoundView(Payload):
    """The files in the order asked for, and how large a file may be."""

    files: list[FoundFile]
    found_count: int
    missing_count: int
    max_upload_bytes: int


class LegacyDocument(Payload):
    """One row of the legacy report."""

    title: str
    success: bool
    tags: list[str]
    error: str | None


class LegacyStatistics(Payload):
    """Counts of the legacy report."""

    total: int
    processed: int
    failed: int
    success_rate: str


class LegacyReport(Payload):
    """What the legacy call says besides the CSV; `statistics` is null when nothing ran."""

    documents: list[LegacyDocument]
    errors: list[str]
    statistics: LegacyStatistics | None = None


class LegacyView(Payload):
    """The legacy synchronous batch."""

    success: bool
    total_documents: int
    processed_count: int
    failed_count: int
    output_csv_url: str
    summary_report: LegacyReport
    processing_time: float
    job_id: str | None
