"""The LearningService: what is learnt from corrections, and how good the tags are."""

from __future__ import annotations

from metatag.v1 import learning_pb2 as m
from metatag.v1 import learning_pb2_grpc
from metatag_jobs.learning.learning import Learner
from metatag_jobs.learning.model import Learning
from metatag_jobs.servicer.core import Context
from metatag_jobs.wire import to_message


class LearningServicer(learning_pb2_grpc.LearningServiceServicer):
    """Translates; the use cases do the work."""

    def __init__(self, learner: Learner) -> None:
        self._learner = learner

    async def GetLearning(self, request: m.GetLearningRequest, context: Context) -> m.GetLearningResponse:
        """Tell what was learnt."""
        return m.GetLearningResponse(learning=_message(await self._learner.learning(request.user_id)))

    async def SetLearning(self, request: m.SetLearningRequest, context: Context) -> m.SetLearningResponse:
        """Switch learning on or off."""
        found = await self._learner.enable(request.user_id, request.enabled)
        return m.SetLearningResponse(learning=_message(found))

    async def ForgetLearning(self, request: m.ForgetLearningRequest, context: Context) -> m.ForgetLearningResponse:
        """Delete what was learnt."""
        return m.ForgetLearningResponse(documents=await self._learner.forget(request.user_id))

    async def EvaluateTags(self, request: m.EvaluateTagsRequest, context: Context) -> m.EvaluateTagsResponse:
        """Compare the machine's tags with those that people left."""
        return to_message(m.EvaluateTagsResponse(), await self._learner.evaluate(request.user_id))


def _message(learning: Learning) -> m.Learning:
    return to_message(m.Learning(), learning)
