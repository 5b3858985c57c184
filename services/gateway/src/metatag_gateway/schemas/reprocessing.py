"""Documents that are processed again."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from metatag_gateway.schemas.common import Body, Payload, at_most
from metatag_gateway.schemas.config import TaggingConfig
from metatag_gateway.schemas.history import DocumentId, JobStatus

MAX_DOCUMENTS = 10_000


class ReprocessBody(Body):
    """How to read and tag a document this time; what the config leaves out has its default."""

    config: TaggingConfig = Field(default_factory=TaggingConfig)
    replace_edits: bool = Field(
        False, description="Tags, facets and the title that people gave are replaced too; else they stay, in front."
    )


class ReprocessManyBody(ReprocessBody):
    """The same for many documents."""

    document_ids: Annotated[list[DocumentId], at_most(MAX_DOCUMENTS)] = Field(min_length=1, max_length=MAX_DOCUMENTS)
    name: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")] = Field(
        "", description="What the batch is called."
    )


class ReprocessingView(Payload):
    """A document that is being processed again, and the job that does it."""

    document_id: str
    job_id: str
    status: JobStatus
    warnings: list[str]


class ReprocessingManyView(Payload):
    """The batch that processes documents again."""

    job_id: str
    total_documents: int
    status: JobStatus
    warnings: list[str]
