"""What the caller's corrections teach, and how good the machine's tags were by them."""

from __future__ import annotations

from fastapi import APIRouter, Request

from metatag_gateway.routes.access import Reader, Writer, known
from metatag_gateway.routes.dependencies import dependencies_of
from metatag_gateway.schemas.learning import EvaluationView, ForgottenView, LearningBody, LearningView

router = APIRouter(tags=["Records"])


@router.get("/api/learning", responses=known())
async def get_learning(request: Request, caller: Reader) -> LearningView:
    """Tell whether corrections are learnt from, and what became of which tags."""
    return LearningView.model_validate(await dependencies_of(request).learning.learning(caller.user_id))


@router.put("/api/learning", responses=known())
async def set_learning(request: Request, caller: Writer, body: LearningBody) -> LearningView:
    """Switch learning on or off. Off, nothing is collected or used; what was learnt stays until it is deleted."""
    return LearningView.model_validate(await dependencies_of(request).learning.enable(caller.user_id, body.enabled))


@router.delete("/api/learning", responses=known())
async def forget_learning(request: Request, caller: Writer) -> ForgottenView:
    """Forget what was learnt; documents, their corrections and their history stay."""
    count = await dependencies_of(request).learning.forget(caller.user_id)
    return ForgottenView(message="What was learnt is forgotten", documents=count)


@router.get("/api/history/evaluation", responses=known())
async def evaluate_tags(request: Request, caller: Reader) -> EvaluationView:
    """Compare the machine's tags with those that the caller left in the latest 1,000 corrected or reviewed ones."""
    return EvaluationView.model_validate(await dependencies_of(request).learning.evaluate(caller.user_id))
