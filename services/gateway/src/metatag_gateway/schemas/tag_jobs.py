"""Changes of the tags of many documents."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from metatag_gateway.model.records import DocumentFilter
from metatag_gateway.model.tag_jobs import TagChange, TagJob
from metatag_gateway.schemas.common import Body, Id, Moment, Payload, at_most
from metatag_gateway.schemas.finding import Method, utc
from metatag_gateway.schemas.history import FacetKind
from metatag_gateway.schemas.records import TagText

MAX_TAGS = 100
MAX_PARTS = 20
MAX_DOCUMENTS = 10_000
Action = Literal["rename", "merge", "split", "delete", "edit"]
State = Literal["running", "completed", "undoing", "undone", "failed"]
# A tag of the machine may be longer than those of people.
KnownTag = Annotated[str, StringConstraints(min_length=1, max_length=500)]
_Tags = Annotated[list[TagText], at_most(MAX_TAGS), Field(max_length=MAX_TAGS)]
_Share = Annotated[float, Field(ge=0, le=100)]
_Line = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]


class SearchBody(Body):
    """Which documents: the filters of the lists, under their names there. Without one: all."""

    # Dates and ids are texts in JSON.
    model_config = ConfigDict(strict=False, extra="forbid")

    query: _Line = ""
    status: Literal["success", "failed"] | None = None
    job_id: Id | None = None
    tag: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")] = ""
    language: Annotated[str, StringConstraints(max_length=16, pattern=r"^[A-Za-z-]*$")] = ""
    method: Method | None = None
    confidence_min: _Share | None = None
    confidence_max: _Share | None = None
    reviewed: bool | None = None
    processed_from: Moment | None = None
    processed_before: Moment | None = None
    facets: Annotated[dict[FacetKind, Annotated[str, StringConstraints(max_length=120)]], at_most(20)] = Field(
        default_factory=dict, description="Beginnings of values, by kind."
    )

    def wanted(self) -> DocumentFilter:
        """Return it as the model has it."""
        return DocumentFilter(
            query=self.query.strip(),
            facets={kind: value.strip() for kind, value in self.facets.items() if value.strip()},
            tag=self.tag.strip(),
            status=self.status or "",
            job_id=str(self.job_id) if self.job_id else "",
            language=self.language,
            method=self.method or "",
            confidence_min=self.confidence_min,
            confidence_max=self.confidence_max,
            reviewed=self.reviewed,
            since=utc(self.processed_from),
            before=utc(self.processed_before),
        )


class TagJobBody(Body):
    """What becomes of tags. `tags` are meant letter by letter, as `GET /api/tags` gives them."""

    # Ids are texts in JSON.
    model_config = ConfigDict(strict=False, extra="ignore")

    action: Action = Field(
        description="`rename`, `merge`, `split` and `delete` change `tags` in all documents; `edit` changes the tags "
        "of those named by `document_ids` or `search`."
    )
    tags: Annotated[list[KnownTag], at_most(MAX_TAGS)] = Field(default_factory=list, max_length=MAX_TAGS)
    to: TagText | None = Field(None, description="The new name, or the tag into which they are merged.")
    into: Annotated[list[TagText], at_most(MAX_PARTS)] = Field(
        default_factory=list, max_length=MAX_PARTS, description="The tags into which one is split."
    )
    add: _Tags = Field(default_factory=list)
    remove: _Tags = Field(default_factory=list, description="In any spelling.")
    replace: _Tags | None = Field(None, description="The whole new list, before `remove` and `add`.")
    document_ids: Annotated[list[Id], at_most(MAX_DOCUMENTS)] | None = Field(
        None, min_length=1, max_length=MAX_DOCUMENTS
    )
    search: SearchBody | None = None

    def change(self) -> TagChange:
        """Return it as the model has it."""
        return TagChange(
            self.action,
            tuple(self.tags),
            (*([self.to] if self.to is not None else []), *self.into),
            tuple(self.add),
            tuple(self.remove),
            None if self.replace is None else tuple(self.replace),
        )


class TagJobView(Payload):
    """How far a change of the tags of many documents is."""

    id: str
    action: Action
    state: State
    tags: list[str]
    to: list[str] = Field(description="What became of `tags`; empty: they were deleted.")
    add: list[str]
    remove: list[str]
    replace: list[str] | None
    total: int = Field(description="Documents that it concerns, at least, where `total_exact` is false.")
    total_exact: bool
    done: int
    changed: int
    refused: int = Field(description="Documents that would have had more than 100 tags, and stayed as they were.")
    missing: int = Field(description="Documents that were named and are not there, or not at their end.")
    restored: int = Field(description="Documents in which it was taken back.")
    left: int = Field(description="Documents that were changed since, and stay as they are when it is taken back.")
    error_message: str | None
    created_at: datetime
    completed_at: datetime | None


class TagJobsView(Payload):
    """The latest changes, newest first."""

    tag_jobs: list[TagJobView]


def tag_job_view(job: TagJob) -> TagJobView:
    """Return a change as it is shown."""
    change = job.change
    return TagJobView(
        id=job.id,
        action=change.action,
        state=job.state,
        tags=list(change.tags),
        to=list(change.to),
        add=list(change.add),
        remove=list(change.remove),
        replace=None if change.replace is None else list(change.replace),
        total=job.total,
        total_exact=job.total_exact,
        done=job.done,
        changed=job.changed,
        refused=job.refused,
        missing=job.missing,
        restored=job.restored,
        left=job.left,
        error_message=job.problem,
        created_at=job.created_at,
        completed_at=job.completed_at,
    )
