"""What a document cost at a provider, summed over its parts, and what a vision model gave for it. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Usage:
    """What a document cost at the provider; an unknown cost is None."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0
    cost_micros: int | None = None
    calls: int = 0
    generation_id: str = ""
    cached: bool = False


@dataclass
class PictureOutcome:
    """What a vision model made of a page; `text` is empty unless `verdict` is "accepted"."""

    verdict: str = ""
    text: str = ""
    model_name: str = ""
    usage: Usage | None = None


def cost_of(usage: Usage | None) -> int:
    """Return what is known to have been spent, in millionths of a US dollar."""
    return (usage.cost_micros or 0) if usage is not None else 0


def add_usage(first: Usage | None, second: Usage | None) -> Usage | None:
    """Return the sum of two parts of a document's costs; one unknown cost makes the sum unknown."""
    if first is None or second is None:
        return first or second
    known = first.cost_micros is not None and second.cost_micros is not None
    return Usage(
        prompt_tokens=first.prompt_tokens + second.prompt_tokens,
        completion_tokens=first.completion_tokens + second.completion_tokens,
        total_tokens=first.total_tokens + second.total_tokens,
        cost_micros=(first.cost_micros or 0) + (second.cost_micros or 0) if known else None,
        calls=first.calls + second.calls,
        generation_id=second.generation_id or first.generation_id,
        cached=first.cached and second.cached,
    )
