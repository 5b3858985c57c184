"""One chat completion: what is sent, how it is eased after a refusal, and what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

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
# A model's own earlier answer goes back to it no longer than this.
_REPAIR_CHARACTERS = 4_000


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request. It is eased (never repeated as it was) when the provider refuses its form."""

    question: Question
    model: str
    fallbacks: tuple[str, ...]
    level: Level
    parameters: frozenset[str] | None
    openrouter: bool
    max_tokens: int
    merge_system: bool = False
    halved: bool = False
    grew: bool = False
    repair_of: str | None = field(default=None, repr=False)

    @classmethod
    def first(
        cls,
        question: Question,
        *,
        model: str,
        fallbacks: tuple[str, ...],
        level: Level,
        parameters: frozenset[str] | None,
        openrouter: bool,
    ) -> Attempt:
        """Give the first request to a model."""
        room = _BASE_TOKENS + _TOKENS_PER_TAG * prompt.asked(question.count)
        if parameters is not None and "reasoning" in parameters:
            room += _REASONING_TOKENS
        return cls(question, model, fallbacks, level, parameters, openrouter, room)

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
        found = prompt.messages(self.question, self.level, merge_system=self.merge_system)
        if self.repair_of is not None:
            found.append({"role": "assistant", "content": self.repair_of or "(empty)"})
            found.append({"role": "user", "content": prompt.REPAIR})
        return found

    def eased(self, error: ProviderError) -> Attempt | None:
        """Give an easier request after a refusal, None when there is none."""
        if error.category is Category.CONTEXT_LENGTH and not self.halved:
            shorter = cut(self.question.excerpt, max(100, tokens(self.question.excerpt) // 2))
            return replace(self, question=replace(self.question, excerpt=shorter), halved=True)
        if error.category is not Category.INVALID_REQUEST:
            # Asked to keep to the schema, no host may be left; without the demand there is one.
            if error.category is Category.NO_PROVIDER and self.level is Level.SCHEMA and self.openrouter:
                return replace(self, level=Level.JSON)
            return None
        if self.level is not Level.PLAIN:
            return replace(self, level=Level(self.level + 1))
        return None if self.merge_system else replace(self, merge_system=True)

    def grown(self) -> Attempt:
        """Give the request again with twice the room for the answer."""
        return replace(self, max_tokens=self.max_tokens * _GROWTH, grew=True)

    def repairing(self, content: str) -> Attempt:
        """Give the one request that shows the model its unreadable answer; a second one is an error."""
        if self.repair_of is not None:
            raise ProviderError(Category.INVALID_OUTPUT)
        return replace(self, repair_of=content[:_REPAIR_CHARACTERS])


def request_body(attempt: Attempt, data_collection: str) -> dict[str, Any]:
    """Give the JSON of a request: deterministic as far as the model allows, no tools, no plugins."""
    body: dict[str, Any] = {
        "model": attempt.model,
        "messages": attempt.messages(),
        "temperature": 0,
        "max_tokens": attempt.max_tokens,
        "stream": False,
    }
    shape = response_format(attempt.level, attempt.question.allowed, attempt.question.strict)
    if shape is not None:
        body["response_format"] = shape
    if attempt.parameters is not None and "seed" in attempt.parameters:
        body["seed"] = 7
    if attempt.openrouter:
        body["provider"] = {"data_collection": data_collection, "require_parameters": shape is not None}
        if attempt.fallbacks:
            body["models"] = [attempt.model, *attempt.fallbacks]
    return body


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
    content = _text(message.get("content"))
    refused = reason == "content_filter" or (bool(message.get("refusal")) and not content)
    generation = str(body.get("id") or "")
    return Reply(
        content=content,
        model=str(body.get("model") or "")[:200],
        usage=money.usage(body.get("usage"), generation),
        cut_off=reason == "length",
        refused=refused,
    )


def _text(content: Any) -> str:
    """Give a message's text: a string, or the text parts of a list; a reasoning-only answer has none."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return ""
