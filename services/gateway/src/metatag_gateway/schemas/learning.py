"""What corrections teach."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from metatag_gateway.schemas.common import Body, Payload


class LearningBody(Body):
    """Whether corrections are learnt from."""

    enabled: bool


class TagFeedbackView(Payload):
    """In how many documents a tag of the machine was kept or removed, and in how many it was added."""

    tag: str
    kept: int
    removed: int
    added: int


class LearningView(Payload):
    """What was learnt from the caller's corrections."""

    enabled: bool
    documents: int = Field(description="Corrected or reviewed documents that are learnt from, at most 1,000.")
    latest_at: datetime | None
    kept: int
    removed: int
    added: int
    tags: list[TagFeedbackView] = Field(description="The tags of which most was learnt, at most 200.")


class ForgottenView(Payload):
    """What was learnt is gone."""

    message: str
    documents: int


class EvaluationView(Payload):
    """How well the machine's tags agree with those that people left; all shares 0 to 1."""

    documents: int
    f1_at_5: float
    f1_at_10: float
    ndcg: float
    precision_by_rank: list[float]
    facet_coverage: dict[str, float] = Field(description="Share of documents that have a facet of the kind.")
