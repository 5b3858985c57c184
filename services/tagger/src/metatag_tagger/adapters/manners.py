"""What a model was found to take: parameters left out or renamed, a form of answer, a length of text.

A provider that refuses a part of a request names it; the request is changed there and asked again, and what worked is
remembered for the model, so that only the first document pays for the finding.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace

from metatag_tagger.errors import ProviderError
from metatag_tagger.llm.schema import Level

# Seconds for which a finding is kept; a provider may lift a restriction.
LIFETIME = 86_400.0
_MODELS = 1_000
# Parts of a request without which it still asks the same.
OPTIONAL = frozenset({"temperature", "seed", "max_tokens", "provider", "models", "require_parameters"})
_LIMIT = re.compile(r"(?:at most|maximum of|less than or equal to|<=|up to|maximum(?: value)? (?:is|of))\s*(\d{2,7})")
_CONTEXT = re.compile(r"(?:context|maximum|limit)\D{0,60}?(\d{3,7})")


@dataclass(frozen=True, slots=True)
class Manners:
    """How a model wants to be asked.

    `text_tokens` and `answer_tokens` bound the excerpt and the answer in tokens; 0 means no bound.
    """

    dropped: frozenset[str] = frozenset()
    new_token_name: bool = False
    level: Level = Level.SCHEMA
    merge_system: bool = False
    stream: bool = False
    text_tokens: int = 0
    answer_tokens: int = 0

    def without(self, error: ProviderError) -> Manners | None:
        """Return the manners without what an error refuses, None when it names nothing that can be changed."""
        name = error.parameter
        if name == "response_format":
            return replace(self, level=Level(self.level + 1)) if self.level is not Level.PLAIN else None
        if name == "stream":
            return None if self.stream else replace(self, stream=True)
        if name == "max_tokens" and "max_completion_tokens" in error.detail and not self.new_token_name:
            return replace(self, new_token_name=True)
        if name in ("max_tokens", "max_completion_tokens"):
            bound = _LIMIT.search(error.detail)
            if bound and not self.answer_tokens:
                return replace(self, answer_tokens=int(bound.group(1)))
            name = "max_tokens"
        if name in OPTIONAL and name not in self.dropped:
            return replace(self, dropped=self.dropped | {name})
        return None

    def plainer(self) -> Manners | None:
        """Return the next easier manners after a refusal that names nothing, None after the last."""
        if self.level is not Level.PLAIN:
            return replace(self, level=Level(self.level + 1))
        if not self.merge_system:
            return replace(self, merge_system=True)
        if not self.dropped >= OPTIONAL:
            return replace(self, dropped=OPTIONAL)
        return None


def context_length(detail: str) -> int:
    """Return the model's context length in tokens as an error states it, 0 when it does not."""
    found = _CONTEXT.search(detail.lower())
    return int(found.group(1)) if found else 0


class MannersBook:
    """Manners by model, in this process."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Manners]] = {}

    def of(self, model: str) -> Manners | None:
        """Return what is known of a model, None when nothing is."""
        found = self._known.get(model)
        if found is None or time.monotonic() - found[0] > LIFETIME:
            return None
        return found[1]

    def learn(self, model: str, manners: Manners) -> None:
        """Remember the manners with which a model answered."""
        if len(self._known) >= _MODELS and model not in self._known:
            self._known.pop(next(iter(self._known)))
        self._known[model] = (time.monotonic(), manners)
