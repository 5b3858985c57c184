"""Prices and costs in millionths of a US dollar. Nothing is guessed: an unknown price gives None."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from metatag_tagger.model import ModelInfo, Usage

MICROS = Decimal(1_000_000)


def micros(dollars: Any) -> int | None:
    """Give an amount of dollars, a number or a string, in micros, rounded up; None when it is none."""
    if dollars is None or isinstance(dollars, bool):
        return None
    try:
        amount = Decimal(str(dollars))
    except InvalidOperation:
        return None
    if not amount.is_finite() or amount < 0 or amount > 1_000_000:
        return None
    return int((amount * MICROS).to_integral_value(rounding="ROUND_CEILING"))


def price_per_million(dollars_per_token: Any) -> int | None:
    """Give a price per token, as a model list writes it, in micros per million tokens."""
    try:
        amount = Decimal(str(dollars_per_token))
    except InvalidOperation:
        return None
    # OpenRouter writes -1 for a router whose price depends on the model it picks.
    if not amount.is_finite() or amount < 0 or amount > 1:
        return None
    return int(amount * MICROS * MICROS)


def estimate(model: ModelInfo, prompt_tokens: int, completion_tokens: int) -> int | None:
    """Give the most a call can cost, in micros; None when a price is unknown."""
    if model.prompt_price_micros is None or model.completion_price_micros is None:
        return None
    total = prompt_tokens * model.prompt_price_micros + completion_tokens * model.completion_price_micros
    return -(-total // 1_000_000)


def usage(raw: Any, generation: str) -> Usage:
    """Read a response's `usage`; missing or odd numbers count 0, a missing cost stays unknown."""
    found = raw if isinstance(raw, dict) else {}
    prompt, completion = _count(found.get("prompt_tokens")), _count(found.get("completion_tokens"))
    total = _count(found.get("total_tokens")) or prompt + completion
    return Usage(prompt, completion, total, micros(found.get("cost")), 1, generation[:100])


def add(first: Usage, second: Usage) -> Usage:
    """Give the sum of two calls; one unknown cost makes the sum unknown."""
    if not first.calls:
        return second
    known = first.cost_micros is not None and second.cost_micros is not None
    return Usage(
        first.prompt_tokens + second.prompt_tokens,
        first.completion_tokens + second.completion_tokens,
        first.total_tokens + second.total_tokens,
        (first.cost_micros or 0) + (second.cost_micros or 0) if known else None,
        first.calls + second.calls,
        second.generation_id or first.generation_id,
    )


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else 0
