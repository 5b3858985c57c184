"""The provider's list of models, fetched at most once an hour per key, and what it tells about the provider."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from rapidfuzz import process

from metatag_tagger.adapters.provider_http import ProviderHttp
from metatag_tagger.errors import Category, ProviderError
from metatag_tagger.llm.money import price_per_million
from metatag_tagger.model import ModelInfo

MAX_AGE = 3600.0
# After a failed fetch the list is asked for again at the earliest after so many seconds.
RETRY_AGE = 60.0
_MODELS = 5_000
_KEYS = 64


class ModelList:
    """Models by id. `find` and `known` never raise; `fetch` does."""

    def __init__(self, http: ProviderHttp) -> None:
        self._http = http
        self._lists: dict[str, tuple[float, dict[str, ModelInfo]]] = {}
        self._failed_at: dict[str, float] = {}
        self._lock = asyncio.Lock()

    async def fetch(self, key: str) -> Mapping[str, ModelInfo]:
        """Give the list, at most an hour old; raises ProviderError when the provider does not give it."""
        async with self._lock:
            stored = self._lists.get(key)
            if stored is not None and time.monotonic() - stored[0] < MAX_AGE:
                return stored[1]
            try:
                found = _read(await self._http.get("/models", key))
            except ProviderError:
                self._failed_at[key] = time.monotonic()
                raise
            while len(self._lists) >= _KEYS:
                self._lists.pop(next(iter(self._lists)))
            self._lists[key] = (time.monotonic(), found)
            self._failed_at.pop(key, None)
            return found

    async def known(self, key: str) -> Mapping[str, ModelInfo]:
        """Give the list, or an empty one while the provider does not give it: tagging works without."""
        if time.monotonic() - self._failed_at.get(key, -RETRY_AGE) < RETRY_AGE:
            stored = self._lists.get(key)
            return stored[1] if stored else {}
        try:
            return await self.fetch(key)
        except ProviderError:
            # A key may be good for completions and still not for the list: the list forbids nothing.
            return {}


def listed(name: str, known: Mapping[str, ModelInfo]) -> ModelInfo | None:
    """Return what the list says of a model; the list and the model's users may write its name differently.

    Ollama lists "llama3.2:latest" for "llama3.2", Google "models/gemini-2.5-flash" for "gemini-2.5-flash", OpenRouter
    "a/b" for its variant "a/b:free".
    """
    for form in (name, f"{name}:latest", f"models/{name}", name.removeprefix("models/"), name.partition(":")[0]):
        if form in known:
            return known[form]
    return None


# Variants of a model that cost no more than it: without pay, and at the cheapest host. Any other may cost more.
_NO_DEARER = ("free", "floor")


def priced(name: str, known: Mapping[str, ModelInfo]) -> ModelInfo | None:
    """Return what is listed of a model at its own price; None when what it costs is not known."""
    base, _, variant = name.partition(":")
    found = listed(name, known)
    if found is None or (variant and found.id == base and variant not in _NO_DEARER):
        return None
    return found if found.prompt_price_micros is not None and found.completion_price_micros is not None else None


def unknown_model(name: str, known: Mapping[str, ModelInfo]) -> ProviderError:
    """Give the error for a model that the list does not hold, naming near matches."""
    near = [match[0] for match in process.extract(name, list(known), limit=3, score_cutoff=60)]
    hint = f"; near matches: {', '.join(near)}" if near else ""
    shown = "".join(character for character in name if character.isprintable())[:100]
    return ProviderError(Category.MODEL_NOT_FOUND, f"The provider does not know the model '{shown}'{hint}.")


def _read(body: Mapping[str, Any]) -> dict[str, ModelInfo]:
    entries = body.get("data")
    found = {}
    for entry in entries[:_MODELS] if isinstance(entries, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("id"), str):
            info = _model(entry)
            found[info.id] = info
    return found


def _model(entry: Mapping[str, Any]) -> ModelInfo:
    pricing = entry.get("pricing")
    pricing = pricing if isinstance(pricing, dict) else {}
    parameters = entry.get("supported_parameters")
    length = entry.get("context_length")
    return ModelInfo(
        id=entry["id"][:200],
        name=str(entry.get("name") or "")[:200],
        context_length=length if isinstance(length, int) and 0 <= length < 2**31 else 0,
        prompt_price_micros=price_per_million(pricing.get("prompt")) if "prompt" in pricing else None,
        completion_price_micros=price_per_million(pricing.get("completion")) if "completion" in pricing else None,
        parameters=frozenset(map(str, parameters)) if isinstance(parameters, list) else frozenset(),
    )
