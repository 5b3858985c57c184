"""What the fake jobs service has learnt: keeps the promises of learning.proto; learns nothing by itself."""

from __future__ import annotations

from typing import Any

from fakes.jobs_service_engine import now
from metatag.v1 import learning_pb2 as m
from metatag.v1 import tagger_pb2
from metatag.v1.learning_pb2_grpc import LearningServiceServicer


class FakeLearningService(LearningServiceServicer):
    """What is known of each user."""

    def __init__(self) -> None:
        self.known: dict[str, m.Learning] = {}

    async def GetLearning(self, request: m.GetLearningRequest, context: Any) -> m.GetLearningResponse:
        return m.GetLearningResponse(learning=self._of(request.user_id))

    async def SetLearning(self, request: m.SetLearningRequest, context: Any) -> m.SetLearningResponse:
        self._of(request.user_id).enabled = request.enabled
        return m.SetLearningResponse(learning=self._of(request.user_id))

    async def ForgetLearning(self, request: m.ForgetLearningRequest, context: Any) -> m.ForgetLearningResponse:
        known = self._of(request.user_id)
        self.known[request.user_id] = m.Learning(enabled=known.enabled)
        return m.ForgetLearningResponse(documents=known.documents)

    async def EvaluateTags(self, request: m.EvaluateTagsRequest, context: Any) -> m.EvaluateTagsResponse:
        known = self._of(request.user_id)
        if not known.documents:
            return m.EvaluateTagsResponse(precision_by_rank=[0.0] * 10)
        return m.EvaluateTagsResponse(
            documents=known.documents,
            f1_at_5=0.5,
            f1_at_10=2 / 3,
            ndcg=0.75,
            precision_by_rank=[1.0, *[0.0] * 9],
            facet_coverage={"year": 1.0},
        )

    def teach(self, user_id: str) -> None:
        """Have a user taught by one document."""
        tags = [tagger_pb2.TagFeedback(tag="wells", kept=1), tagger_pb2.TagFeedback(tag="rivers", removed=1)]
        self.known[user_id] = m.Learning(enabled=True, documents=1, latest_at=now(), kept=1, removed=1, tags=tags)

    def _of(self, user_id: str) -> m.Learning:
        return self.known.setdefault(user_id, m.Learning(enabled=True))
