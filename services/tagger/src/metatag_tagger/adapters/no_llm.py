"""No language model: the ports Llm and PictureLlm for a program that writes offline tags alone."""

from __future__ import annotations

from collections.abc import Sequence

from metatag_tagger.errors import NoProviderKey
from metatag_tagger.model import KeyState, ModelInfo
from metatag_tagger.ports import LlmAnswer, LlmOptions, PictureAnswer, PictureQuestion, Question


class NoLlm:
    """Raises NoProviderKey for every question."""

    host = ""

    async def ask(self, question: Question, options: LlmOptions) -> LlmAnswer:
        """Raise NoProviderKey."""
        raise NoProviderKey

    async def read(self, question: PictureQuestion, options: LlmOptions) -> PictureAnswer:
        """Raise NoProviderKey."""
        raise NoProviderKey

    async def models(self, key: str) -> Sequence[ModelInfo]:
        """Return no model."""
        return ()

    async def check_key(self, key: str) -> KeyState:
        """Raise NoProviderKey."""
        raise NoProviderKey

    def healthy(self) -> bool:
        """Return True: nothing is missing."""
        return True

    async def close(self) -> None:
        """Hold nothing to close."""
