"""What jobs learns from corrections, over gRPC."""

from __future__ import annotations

from metatag.v1 import learning_pb2 as m
from metatag.v1.learning_pb2_grpc import LearningServiceStub
from metatag_gateway.model.learning import Evaluation, Learning, TagFeedback
from metatag_gateway.wire.names import moment
from metatag_runtime.grpc_client import open_channel

PEER = "jobs"
# Seconds.
DEADLINE = 15.0
REPEATABLE = tuple(
    f"metatag.v1.LearningService/{name}" for name in ("GetLearning", "SetLearning", "ForgetLearning", "EvaluateTags")
)


class GrpcLearning:
    """Keeps the promises of record_ports.LearningPeer; the comments of LearningService say the rest."""

    def __init__(self, address: str) -> None:
        self._channel = open_channel(address, REPEATABLE, peer=PEER)
        self._stub = LearningServiceStub(self._channel)

    async def close(self) -> None:
        """Close the channel."""
        await self._channel.close()

    async def learning(self, user_id: str) -> Learning:
        """GetLearning."""
        answer = await self._stub.GetLearning(m.GetLearningRequest(user_id=user_id), timeout=DEADLINE)
        return _learning(answer.learning)

    async def enable(self, user_id: str, enabled: bool) -> Learning:
        """SetLearning."""
        request = m.SetLearningRequest(user_id=user_id, enabled=enabled)
        return _learning((await self._stub.SetLearning(request, timeout=DEADLINE)).learning)

    async def forget(self, user_id: str) -> int:
        """ForgetLearning."""
        request = m.ForgetLearningRequest(user_id=user_id)
        return (await self._stub.ForgetLearning(request, timeout=DEADLINE)).documents

    async def evaluate(self, user_id: str) -> Evaluation:
        """EvaluateTags."""
        found = await self._stub.EvaluateTags(m.EvaluateTagsRequest(user_id=user_id), timeout=DEADLINE)
        return Evaluation(
            found.documents,
            round(found.f1_at_5, 4),
            round(found.f1_at_10, 4),
            round(found.ndcg, 4),
            tuple(round(each, 4) for each in found.precision_by_rank),
            {kind: round(share, 4) for kind, share in sorted(found.facet_coverage.items())},
        )


def _learning(message: m.Learning) -> Learning:
    return Learning(
        message.enabled,
        message.documents,
        moment(message, "latest_at"),
        message.kept,
        message.removed,
        message.added,
        tuple(TagFeedback(each.tag, each.kept, each.removed, each.added) for each in message.tags),
    )
