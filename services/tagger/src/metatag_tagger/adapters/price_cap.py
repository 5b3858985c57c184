"""Refuses a call that could cost more than is left of its cap, before it is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from metatag_tagger.adapters.model_list import priced
from metatag_tagger.errors import Category, ProviderError
from metatag_tagger.llm import money
from metatag_tagger.model import ModelInfo, Usage
from metatag_tagger.ports import LlmOptions, PriceRule


def check_price(
    models: Sequence[str],
    options: LlmOptions,
    known: Mapping[str, ModelInfo],
    *,
    spent: Usage,
    prompt_tokens: int,
    max_tokens: int,
) -> None:
    """Raise ProviderError when the dearest model that may answer could cost more than is left of the cap."""
    cap = options.max_cost_micros
    if not cap:
        return
    for name in models:
        info = priced(name, known)
        if info is None:
            _refuse_unpriced(name, options, known)
            continue
        expected = money.estimate(info, prompt_tokens, max_tokens) or 0
        if (spent.cost_micros or 0) + expected > cap:
            sentence = f"could cost {expected / 1e6:.4f} dollars, more than its cap of {cap / 1e6:.4f}."
            raise ProviderError(Category.PRICE_CAP, f"Tagging this document {sentence}")


def _refuse_unpriced(name: str, options: LlmOptions, known: Mapping[str, ModelInfo]) -> None:
    rule = options.unknown_price
    published = any(model.prompt_price_micros for model in known.values())
    if rule is PriceRule.REFUSE or (rule is PriceRule.IF_PUBLISHED and published):
        shown = "".join(character for character in name if character.isprintable())[:100]
        raise ProviderError(Category.PRICE_CAP, f"What the model '{shown}' costs is not known, and there is a cap.")
