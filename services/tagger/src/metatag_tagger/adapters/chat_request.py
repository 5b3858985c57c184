"""One chat completion: what is sent, how it is eased after a refusal, and what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from metatag_tagger.adapters.manners import Manners, context_length
from metatag_tagger.errors import Category, ProviderError
from metatag_tagger.llm import money, prompt
from metatag_tagger.llm.failures import failure
from metatag_tagger.llm.schema import Level, response_format
from metatag_tagger.model import Usage
from metatag_tagger.offline.excerpt import cut, tokens
from metatag_tagger.ports import Question

# Tokens of an answer: 12 entities, and about 25 for each tag with its kind and score.
_BASE_TOKENS = 450
_TOKENS_PER_TAG = 25
# Reasoning models think before they write; without room for that their answer is empty.
_REASONING_TOKENS = 2_000
_GROWTH = 2
# How often a text is shortened for a model that finds it too long, and what is never cut. Tokens.
MAX_SHORTENED = 3
_LEAST_TEXT = 100
_LEAST_ANSWER = 200
# A model's own earlier answer goes back to it no longer than this.
_REPAIR_CHARACTERS = 4_000


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request. It is eased (never repeated as it was) when the provider refuses its form."""

    question: Question
    model: str
    fallbacks: tuple[str, ...]
    manners: Manners
    parameters: frozenset[str] | None
    openrouter: bool
    answer_tokens: int
    shortened: int = 0
    grew: bool = False
    repair_of: str | None = field(default=None, repr=False)

    @classmethod
    def first(
        cls,
        question: Question,
        *,
        model: str,
        fallbacks: tuple[str, ...],
        manners: Manners,
        parameters: frozenset[str] | None,
        openrouter: bool,
    ) -> Attempt:
        """Return the first request to a model."""
        length = _BASE_TOKENS + _TOKENS_PER_TAG * prompt.asked(question.count)
        if parameters is not None and "reasoning" in parameters:
            length += _REASONING_TOKENS
        if manners.text_tokens:
            question = replace(question, excerpt=cut(question.excerpt, manners.text_tokens))
        return cls(question, model, fallbacks, manners, parameters, openrouter, length)

    @property
    def max_tokens(self) -> int:
        """Return the bound of the answer in tokens."""
        return min(self.answer_tokens, self.manners.answer_tokens or self.answer_tokens)

    @property
    def prompt_tokens(self) -> int:
        """Estimate the prompt's length in tokens, rules included."""
        return sum(tokens(str(message["content"])) for message in self.messages())

    @property
    def may_grow(self) -> bool:
        """Tell whether a cut answer may still be asked for with more room."""
        return not self.grew

    def messages(self) -> list[dict[str, Any]]:
        """Give the chat messages."""
        found = prompt.messages(self.question, self.manners.level, merge_system=self.manners.merge_system)
        if self.repair_of is not None:
            found.append({"role": "assistant", "content": self.repair_of or "(empty)"})
            found.append({"role": "user", "content": prompt.REPAIR})
        return found

    def eased(self, error: ProviderError) -> Attempt | None:
        """Return an easier request after a refusal, None when there is none."""
        if error.category is Category.CONTEXT_LENGTH:
            return self._shortened(error.detail)
        if error.category is Category.PARAMETERS:
            manners = self.manners.without(error) if self.openrouter else None
            manners = manners or self._lower()
        elif error.category is Category.INVALID_REQUEST:
            manners = self.manners.without(error) or self.manners.plainer()
        elif error.category is Category.NO_PROVIDER and self.manners.level is Level.SCHEMA and self.openrouter:
            # Asked to keep to the schema, no host may be left; without the demand there is one.
            manners = self._lower()
        else:
            manners = None
        return None if manners is None else replace(self, manners=manners)

    def _lower(self) -> Manners | None:
        level = self.manners.level
        return None if level is Level.PLAIN else replace(self.manners, level=Level(level + 1))

    def _shortened(self, detail: str) -> Attempt | None:
        """Return the request with less text: half of it, or what the context length leaves if it is stated."""
        length = tokens(self.question.excerpt)
        if self.shortened >= MAX_SHORTENED or length <= _LEAST_TEXT:
            return None
        wanted = length // 2
        manners = self.manners
        if context := context_length(detail):
            if self.max_tokens > context // 2:
                manners = replace(manners, answer_tokens=max(_LEAST_ANSWER, context // 4))
            answer = min(self.max_tokens, manners.answer_tokens or self.max_tokens)
            wanted = min(wanted, context - answer - (self.prompt_tokens - length))
        wanted = max(_LEAST_TEXT, wanted)
        question = replace(self.question, excerpt=cut(self.question.excerpt, wanted))
        return replace(
            self,
            question=question,
            manners=replace(manners, text_tokens=wanted),
            shortened=self.shortened + 1,
        )

    def grown(self) -> Attempt:
        """Give the request again with twice the room for the answer."""
        return replace(self, answer_tokens=self.answer_tokens * _GROWTH, grew=True)

    def repairing(self, content: str) -> Attempt:
        """Give the one request that shows the model its unreadable answer; a second one is an error."""
        if self.repair_of is not None:
            raise ProviderError(Category.INVALID_OUTPUT)
        return replace(self, repair_of=content[:_REPAIR_CHARACTERS])


def request_body(attempt: Attempt, data_collection: str) -> dict[str, Any]:
    """Return the JSON of a request: deterministic as far as the model allows, no tools, no plugins."""
    manners, dropped = attempt.manners, attempt.manners.dropped
    body: dict[str, Any] = {"model": attempt.model, "messages": attempt.messages(), "stream": manners.stream}
    if "temperature" not in dropped and _takes(attempt, "temperature"):
        body["temperature"] = 0
    if "max_tokens" not in dropped:
        body["max_completion_tokens" if manners.new_token_name else "max_tokens"] = attempt.max_tokens
    shape = response_format(manners.level, attempt.question.allowed, attempt.question.strict)
    if shape is not None:
        body["response_format"] = shape
    if "seed" not in dropped and attempt.parameters is not None and "seed" in attempt.parameters:
        body["seed"] = 7
    if attempt.openrouter and "provider" not in dropped:
        body["provider"] = {"data_collection": data_collection}
        body["provider"]["require_parameters"] = shape is not None and "require_parameters" not in dropped
    if attempt.openrouter and attempt.fallbacks and "models" not in dropped:
        body["models"] = [attempt.model, *attempt.fallbacks]
    return body


def _takes(attempt: Attempt, name: str) -> bool:
    """Tell whether a model takes a parameter; a list that names none at all is no news."""
    return not attempt.parameters or name in attempt.parameters


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back from one call; `content` is untrusted text and may be empty."""

    content: str
    model: str
    usage: Usage
    cut_off: bool = False
    refused: bool = False


def read_reply(body: Mapping[str, Any]) -> Reply:
    """Read a chat completion; raises ProviderError for one without a usable choice."""
    choices = body.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else None
    if choice is None:
        raise ProviderError(Category.EMPTY_OUTPUT)
    if isinstance(choice.get("error"), dict):
        problem = failure(200, {}, {"error": choice["error"]})
        raise problem or ProviderError(Category.PROVIDER)
    message = choice.get("message")
    message = message if isinstance(message, dict) else {}
    reason = choice.get("finish_reason")
    if reason == "error":
        raise ProviderError(Category.PROVIDER)
    content = _text(message.get("content")) or _elsewhere(message)
    refused = reason == "content_filter" or (bool(message.get("refusal")) and not content)
    generation = str(body.get("id") or "")
    return Reply(
        content=content,
        model=str(body.get("model") or "")[:200],
        usage=money.usage(body.get("usage"), generation),
        cut_off=reason == "length",
        refused=refused,
    )


def _elsewhere(message: Mapping[str, Any]) -> str:
    """Return an answer that stands beside the content: the arguments of a call, or JSON taken for thoughts."""
    calls = message.get("tool_calls")
    call = calls[0] if isinstance(calls, list) and calls and isinstance(calls[0], dict) else message
    function = call.get("function", call.get("function_call"))
    if isinstance(function, dict) and isinstance(function.get("arguments"), str):
        return str(function["arguments"])
    for name in ("reasoning_content", "reasoning"):
        # Servers with a parser for thoughts put a whole JSON answer there when the model did not think.
        thought = message.get(name)
        if isinstance(thought, str) and thought.strip()[:1] == "{":
            return thought
    return ""


def _text(content: Any) -> str:
    """Give a message's text: a string, or the text parts of a list; a reasoning-only answer has none."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return ""
