"""Tags from an OpenAI-compatible provider: asks, reads, repairs once, falls back, and keeps the account of costs."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metatag_tagger.adapters.breaker import Breaker
from metatag_tagger.adapters.chat_request import Attempt, Reply, read_reply, request_body
from metatag_tagger.adapters.manners import Manners, MannersBook
from metatag_tagger.adapters.metrics import CALL_SECONDS, CALLS, COST, TOKENS
from metatag_tagger.adapters.model_list import ModelList, listed, unknown_model
from metatag_tagger.adapters.price_cap import check_price
from metatag_tagger.adapters.provider_http import ProviderHttp
from metatag_tagger.adapters.retries import Retries
from metatag_tagger.errors import Category, ProviderError
from metatag_tagger.llm import money
from metatag_tagger.llm.answer import Reading, read
from metatag_tagger.llm.schema import Level, best_level
from metatag_tagger.model import KeyState, ModelInfo, Reason, Usage
from metatag_tagger.ports import Limits, LlmAnswer, LlmOptions, Question

# Calls for one document with one model, everything counted: ladder, repair, retries.
MAX_CALLS = 8
_RAW = 20_000
# Failures of one model that another model may not have.
_OTHER_MODEL = {
    Category.MODEL_NOT_FOUND, Category.NO_PROVIDER, Category.PROVIDER, Category.MODERATION, Category.CONTEXT_LENGTH,
    Category.RATE_LIMITED, Category.EMPTY_OUTPUT, Category.INVALID_OUTPUT, Category.INVALID_REQUEST, Category.FORBIDDEN,
    Category.TIMEOUT, Category.DATA_POLICY, Category.PARAMETERS, Category.REGION,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChatOptions:
    """How this provider is used. `wait_seconds` bounds the waits inside a call."""

    wait_seconds: float
    data_collection: str = "deny"
    default_key: str = ""


class ChatLlm:
    """Keeps the port Llm over chat completions."""

    def __init__(self, http: ProviderHttp, limits: Limits, options: ChatOptions) -> None:
        self.host = http.host
        self._http = http
        self._limits = limits
        self._options = options
        self._models = ModelList(http)
        self.manners = MannersBook()
        self._breaker = Breaker()
        self._last_failure: ProviderError | None = None

    async def models(self, key: str) -> Sequence[ModelInfo]:
        """Give the provider's models, at most an hour old."""
        return list((await self._models.fetch(key)).values())

    async def check_key(self, key: str) -> KeyState:
        """Ask whether a key is good and what is left on it; servers without that question are asked for models."""
        self._breaker.forget(fingerprint(key))
        try:
            body = await self._http.get("/key", key)
        except ProviderError as error:
            if error.category in (Category.INVALID_REQUEST, Category.MODEL_NOT_FOUND, Category.ADDRESS):
                return await self._check_by_models(key)
            return _refused(error)
        data = body.get("data")
        left = data.get("limit_remaining") if isinstance(data, dict) else None
        return KeyState(True, remaining_micros=money.micros(left))

    async def _check_by_models(self, key: str) -> KeyState:
        try:
            await self._http.get("/models", key)
        except ProviderError as error:
            return _refused(error)
        return KeyState(True)

    def healthy(self) -> bool:
        """Tell whether the provider answered the last call (a refused key or document is an answer)."""
        last = self._last_failure
        return last is None or last.category not in (Category.NETWORK, Category.TIMEOUT, Category.PROVIDER)

    async def close(self) -> None:
        """Close all connections."""
        await self._http.close()

    async def ask(self, question: Question, options: LlmOptions) -> LlmAnswer:
        """Ask for tags; models are tried in order when one cannot answer."""
        known = await self._models.known(options.key)
        names = [name.strip() for name in dict.fromkeys(options.models) if name.strip()]
        asking = _Asking(self, question, options, known)
        try:
            return await self._first_answer(asking, names)
        except ProviderError as error:
            if error.category is Category.MODEL_NOT_FOUND:
                raise unknown_model(names[0], known) from error
            raise

    async def _first_answer(self, asking: _Asking, names: Sequence[str]) -> LlmAnswer:
        if asking.openrouter:
            # OpenRouter tries the list by itself, within one call.
            return await asking.one(names[0], tuple(names[1:]))
        for number, name in enumerate(names):
            try:
                return await asking.one(name, ())
            except ProviderError as error:
                if error.category not in _OTHER_MODEL or number == len(names) - 1:
                    raise
        raise ProviderError(Category.MODEL_NOT_FOUND, "No model was named; give model_name.")

    async def known(self, key: str) -> Mapping[str, ModelInfo]:
        """Return the provider's models by id, none while it does not give them."""
        return await self._models.known(key)

    async def call(self, attempt: Attempt, key: str) -> Reply:
        """Make one call for tags."""
        return await self.complete(attempt.model, key, request_body(attempt, self._options.data_collection))

    async def complete(self, model: str, key: str, body: Mapping[str, Any]) -> Reply:
        """Make one call under the limits, count it, and remember what it says about the key."""
        mark = fingerprint(key)
        self._breaker.check(mark, model)
        async with self._limits.slot(mark, model):
            begun = time.monotonic()
            try:
                reply = read_reply(await self._http.post("/chat/completions", key, dict(body)))
            except ProviderError as error:
                await self._failed(mark, model, error)
                raise
            finally:
                CALL_SECONDS.observe(time.monotonic() - begun)
        self._last_failure = None
        CALLS.labels("ok").inc()
        TOKENS.labels("prompt").inc(reply.usage.prompt_tokens)
        TOKENS.labels("completion").inc(reply.usage.completion_tokens)
        COST.inc(reply.usage.cost_micros or 0)
        await self._limits.succeeded(mark, model)
        return reply

    async def _failed(self, mark: str, model: str, error: ProviderError) -> None:
        CALLS.labels(str(error.category)).inc()
        self._last_failure = error
        self._breaker.note(mark, model, error)
        if error.category in (Category.RATE_LIMITED, Category.BUDGET_WAIT, Category.NO_PROVIDER):
            await self._limits.slow_down(mark, model, error.retry_after or 0.0)

    @property
    def options(self) -> ChatOptions:
        """Give how this provider is used."""
        return self._options


class _Asking:
    """One document's way through the ladder; keeps the sum of what it cost."""

    def __init__(self, llm: ChatLlm, question: Question, options: LlmOptions, known: Mapping[str, ModelInfo]) -> None:
        self._llm = llm
        self._question = question
        self._options = options
        self._known = known
        self._spent = Usage()
        described = any(model.parameters for model in known.values())
        self.openrouter = described or llm.host.endswith("openrouter.ai")

    async def one(self, model: str, fallbacks: tuple[str, ...]) -> LlmAnswer:
        """Ask one model (with OpenRouter's own list of fallbacks) until tags came or nothing helps."""
        info = listed(model, self._known)
        parameters = info.parameters if info and info.parameters else None
        attempt = Attempt.first(
            self._question,
            model=model,
            fallbacks=fallbacks,
            manners=self._llm.manners.of(model) or Manners(level=best_level(parameters)),
            parameters=parameters,
            openrouter=self.openrouter,
        )
        retries = Retries(self._llm.options.wait_seconds)
        for _ in range(MAX_CALLS):
            check_price(
                (attempt.model, *attempt.fallbacks),
                self._options,
                self._known,
                spent=self._spent,
                prompt_tokens=attempt.prompt_tokens,
                max_tokens=attempt.max_tokens,
            )
            try:
                reply = await self._llm.call(attempt, self._options.key)
                self._spent = money.add(self._spent, reply.usage)
                reading = self._read(reply)
            except ProviderError as error:
                eased = attempt.eased(error)
                if eased is None:
                    await retries.wait_or_raise(error)
                attempt = eased or attempt
                continue
            if reading.tags and not (reply.cut_off and attempt.may_grow):
                self._llm.manners.learn(model, attempt.manners)
                raw, answered_by = reply.content[:_RAW], reply.model or model
                return LlmAnswer(reading.tags, answered_by, self._spent, raw, entities=reading.entities)
            attempt = attempt.grown() if reply.cut_off and attempt.may_grow else attempt.repairing(reply.content)
        raise ProviderError(Category.INVALID_OUTPUT)

    def _read(self, reply: Reply) -> Reading:
        if reply.refused:
            raise ProviderError(Category.MODERATION, "The model refused to tag this document.")
        if not reply.content.strip() and not reply.cut_off:
            raise ProviderError(Category.EMPTY_OUTPUT)
        return read(reply.content, self._question)


def fingerprint(key: str) -> str:
    """Give a name for a key that does not reveal it, for limits, breaker and cache."""
    return hashlib.sha256(b"metatag-key:" + key.encode("utf-8", "replace")).hexdigest()[:24]


def _refused(error: ProviderError) -> KeyState:
    if error.category in (Category.AUTH, Category.CREDITS, Category.FORBIDDEN, Category.KEY_LIMIT):
        return KeyState(False, Reason(str(error.code), error.message))
    raise error


__all__ = ["ChatLlm", "ChatOptions", "Level", "fingerprint"]
