"""Text of pages from an OpenAI-compatible provider's vision models: one chat completion with a picture in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from metatag_tagger.adapters.chat_llm import ChatLlm
from metatag_tagger.adapters.chat_request import Reply
from metatag_tagger.adapters.manners import Manners, MannersBook
from metatag_tagger.adapters.model_list import listed, unknown_model
from metatag_tagger.adapters.price_cap import check_price
from metatag_tagger.adapters.retries import Retries
from metatag_tagger.errors import Category, ProviderError
from metatag_tagger.llm import money
from metatag_tagger.llm.picture_prompt import messages
from metatag_tagger.model import ModelInfo, Usage
from metatag_tagger.offline.excerpt import tokens
from metatag_tagger.picture_verdict import MAX_GROWTH
from metatag_tagger.ports import LlmOptions, PictureAnswer, PictureQuestion

# Calls for one page, everything counted.
_MAX_CALLS = 6
# Tokens of an answer: three times the first text, within these bounds. Reasoning models think before they write.
_LEAST, _MOST, _REASONING = 128, 16_000, 2_000
# Tokens that providers count for a picture of 1,600 pixels' width, at most, and for the rules.
_PICTURE_TOKENS, _RULES_TOKENS = 6_000, 500
# What servers say of a model that takes no pictures. They say it with many codes.
_PICTURES = re.compile(r"image|vision|multi-?modal|modalit|picture|mmproj", re.IGNORECASE)
_REFUSING = {
    Category.INVALID_REQUEST, Category.MODEL_NOT_FOUND, Category.NO_PROVIDER, Category.PARAMETERS, Category.PROVIDER,
    Category.FORBIDDEN,
}  # fmt: skip


class ChatPictures:
    """The port PictureLlm, over the connections, limits and breaker of `ChatLlm`."""

    def __init__(self, llm: ChatLlm) -> None:
        self._llm = llm
        self._manners = MannersBook()

    async def read(self, question: PictureQuestion, options: LlmOptions) -> PictureAnswer:
        """Ask the first of the models for the text of a page."""
        known = await self._llm.known(options.key)
        model = options.models[0]
        try:
            return await self._ask(question, model, options, known)
        except ProviderError as error:
            if _is_unsupported(error):
                return PictureAnswer("", model, Usage(), unsupported=True)
            if error.category is Category.MODEL_NOT_FOUND:
                raise unknown_model(model, known) from error
            raise

    async def _ask(
        self, question: PictureQuestion, model: str, options: LlmOptions, known: Mapping[str, ModelInfo]
    ) -> PictureAnswer:
        manners, retries = self._manners.of(model) or Manners(), Retries(self._llm.options.wait_seconds)
        length = _answer_tokens(question, model, known)
        prompt = _PICTURE_TOKENS + _RULES_TOKENS + tokens(question.first_text)
        check_price([model], options, known, spent=Usage(), prompt_tokens=prompt, max_tokens=length)
        for _ in range(_MAX_CALLS):
            try:
                reply = await self._llm.complete(model, options.key, self._body(question, model, manners, length))
            except ProviderError as error:
                if _is_unsupported(error):
                    raise
                eased = manners.without(error) if error.category is Category.INVALID_REQUEST else None
                if eased is None:
                    await retries.wait_or_raise(error)
                manners = eased or manners
                continue
            self._manners.learn(model, manners)
            return _answer(reply, model)
        raise ProviderError(Category.INVALID_REQUEST)

    def _body(self, question: PictureQuestion, model: str, manners: Manners, length: int) -> dict[str, Any]:
        body: dict[str, Any] = {"model": model, "messages": messages(question), "stream": manners.stream}
        if "temperature" not in manners.dropped:
            body["temperature"] = 0
        if "max_tokens" not in manners.dropped:
            most = min(length, manners.answer_tokens or length)
            body["max_completion_tokens" if manners.new_token_name else "max_tokens"] = most
        if self._llm.host.endswith("openrouter.ai") and "provider" not in manners.dropped:
            body["provider"] = {"data_collection": self._llm.options.data_collection}
        return body


def _answer(reply: Reply, model: str) -> PictureAnswer:
    usage = money.add(Usage(), reply.usage)
    return PictureAnswer(reply.content, reply.model or model, usage, cut_off=reply.cut_off, refused=reply.refused)


def _answer_tokens(question: PictureQuestion, model: str, known: Mapping[str, ModelInfo]) -> int:
    length = min(_MOST, max(_LEAST, MAX_GROWTH * tokens(question.first_text)))
    info = listed(model, known)
    return length + (_REASONING if info is not None and "reasoning" in info.parameters else 0)


def _is_unsupported(error: ProviderError) -> bool:
    return error.category in _REFUSING and _PICTURES.search(error.detail) is not None
