"""Who pays for a call to a model, and within which bounds: the caller's key, or the service's own for listed models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metatag_tagger.errors import Category, ProviderError
from metatag_tagger.ports import LlmOptions, PriceRule


@dataclass(frozen=True, slots=True)
class TaggingOptions:
    """The service's own defaults for a request. `default_key` is secret; `keyless` means the provider asks for none."""

    default_key: str = ""
    keyless: bool = False
    default_model: str = ""
    fallback_models: tuple[str, ...] = ()
    # What users may ask for on `default_key` besides; "*" for every model.
    offered_models: tuple[str, ...] = ()
    input_tokens: int = 6_000
    max_cost_micros: int = 0
    # Reads pictures of pages; empty: only the models that requests name do.
    vision_model: str = ""


def llm_options(
    own: TaggingOptions, models: Sequence[str], key: str, *, max_cost_micros: int = 0, spent_micros: int = 0
) -> LlmOptions:
    """Return how a model is asked; the service's own key pays for listed models of a known price only.

    `max_cost_micros` is the caller's cap on a document, 0 for none; `spent_micros` was spent on the document before.
    Raises ProviderError: a model that the service's key does not pay for, or a cap that is met already.
    """
    caps = [cap for cap in (max_cost_micros, own.max_cost_micros) if cap]
    if caps and spent_micros >= min(caps):
        raise ProviderError(Category.PRICE_CAP)
    rule = PriceRule.IGNORE
    if not key and own.default_key:
        _require_listed(own, models)
        rule = PriceRule.IF_PUBLISHED
    if max_cost_micros:
        rule = PriceRule.REFUSE
    left = min(caps) - spent_micros if caps else 0
    return LlmOptions(key or own.default_key, tuple(models), left, rule)


def _require_listed(own: TaggingOptions, models: Sequence[str]) -> None:
    listed = [own.default_model, *own.fallback_models, *own.offered_models, own.vision_model]
    if "*" not in listed and any(model not in listed for model in models):
        names = ", ".join(dict.fromkeys(name for name in listed if name))
        raise ProviderError(
            Category.FORBIDDEN, f"With this server's own key only these models may be used: {names}."[:500]
        )
