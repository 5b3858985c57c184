"""The models the fake offers, in the form of GET /models: what each supports and costs."""

from __future__ import annotations

from typing import Any

_ALL = ["temperature", "max_tokens", "seed", "response_format", "structured_outputs"]

# id, context length, dollars per prompt and completion token, supported parameters
MODELS: list[tuple[str, int, str, str, list[str]]] = [
    ("openai/gpt-4o-mini", 128_000, "0.00000015", "0.0000006", _ALL),
    (
        "meta-llama/llama-3.1-8b-instruct",
        131_072,
        "0.00000002",
        "0.00000003",
        ["temperature", "max_tokens", "response_format"],
    ),
    ("mistralai/mistral-7b-instruct", 32_768, "0.00000003", "0.00000006", ["temperature", "max_tokens"]),
    ("deepseek/deepseek-r1", 64_000, "0.0000005", "0.000002", [*_ALL, "reasoning"]),
    ("anthropic/claude-opus-expensive", 200_000, "0.015", "0.075", _ALL),
    (
        "openai/gpt-5-mini",
        400_000,
        "0.00000025",
        "0.000002",
        ["max_tokens", "seed", "response_format", "structured_outputs", "reasoning"],
    ),
    ("google/gemma-3-4b-it:free", 8_192, "0", "0", ["temperature", "max_tokens"]),
]


def entry(model: tuple[str, int, str, str, list[str]]) -> dict[str, Any]:
    """Give one model as the list shows it."""
    name, length, prompt, completion, parameters = model
    return {
        "id": name,
        "name": name.rpartition("/")[2],
        "created": 1_700_000_000,
        "context_length": length,
        "pricing": {"prompt": prompt, "completion": completion, "request": "0", "image": "0"},
        "top_provider": {"context_length": length, "max_completion_tokens": 16_384, "is_moderated": False},
        "per_request_limits": None,
        "supported_parameters": parameters,
    }
