"""METATAG_TAGGER_*: where the tagger listens, which provider it may ask, and its limits."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from metatag_runtime.settings import ServiceSettings, service_config


class TaggerSettings(ServiceSettings):
    """Everything the service reads from its environment. Times are in seconds unless the name says otherwise."""

    model_config = service_config("TAGGER")

    # "host:port" or "unix:/path".
    listen: str = "0.0.0.0:50052"
    reflection: bool = False
    # Shared limits and cache; empty keeps both in this process.
    redis_url: str = ""

    # Offline tagger: child processes, and what one document may take of them.
    local_workers: int = Field(default=1, ge=1, le=64)
    local_seconds: float = Field(default=60.0, gt=0, le=600)
    local_memory_mb: int = Field(default=2048, ge=0, le=65536)
    # Documents that may wait for a child process; further ones are refused as busy.
    local_queue: int = Field(default=64, ge=1, le=10_000)
    # Whether phrases are ranked by their meaning too (multilingual-e5-small); off saves 75 MB and half of the time.
    local_meaning: bool = True

    # OpenAI-compatible provider.
    llm_base_url: str = "https://openrouter.ai/api/v1"
    llm_key: SecretStr = SecretStr("")
    # A provider that asks for no key (Ollama, vLLM) is used without one.
    llm_keyless: bool = False
    llm_model: str = Field(default="openai/gpt-4o-mini", min_length=1, max_length=200)
    # Comma-separated models, tried in order after the first.
    llm_fallback_models: str = ""
    # Comma-separated models that users may choose on llm_key besides these; "*" for every model.
    llm_offered_models: str = ""
    # Reads pictures of pages for users who ask for it (`vision`); empty: only models that they name do.
    llm_vision_model: str = Field(default="", max_length=200)
    llm_connect_seconds: float = Field(default=10.0, gt=0, le=120)
    llm_read_seconds: float = Field(default=90.0, gt=0, le=600)
    # Longest wait for a place or a retry inside one call; longer waits go back to the caller with retry-after.
    llm_wait_seconds: float = Field(default=2.0, ge=0, le=120)
    llm_input_tokens: int = Field(default=6_000, ge=200, le=200_000)
    # Most calls a minute per key and model over all replicas; 0 means only what the provider enforces.
    llm_calls_per_minute: int = Field(default=0, ge=0, le=100_000)
    llm_concurrency: int = Field(default=8, ge=1, le=256)
    # Millionths of a US dollar that one document may cost; 0 means no cap.
    llm_max_cost_micros: int = Field(default=50_000, ge=0)
    # Sent to the provider for its statistics; empty sends nothing.
    llm_app_name: str = Field(default="", max_length=100)
    llm_app_url: str = Field(default="", max_length=300)
    # HTTP proxy on the way to the provider; proxies of the environment are not used.
    llm_proxy: str = ""
    # OpenRouter only: "deny" keeps to hosts that do not keep or train on prompts.
    llm_data_collection: Literal["allow", "deny"] = "deny"
    # Answers kept in this process when there is no Redis; 0 turns the cache off.
    cache_entries: int = Field(default=1_000, ge=0, le=1_000_000)

    @field_validator("llm_base_url")
    @classmethod
    def _base_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an http or https URL such as https://openrouter.ai/api/v1")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("must hold no user, password, query or fragment; the key has its own variable")
        return value.rstrip("/")

    @property
    def fallback_models(self) -> tuple[str, ...]:
        """Give the fallback models in order."""
        return _names(self.llm_fallback_models)

    @property
    def offered_models(self) -> tuple[str, ...]:
        """Return the models that users may choose besides."""
        return _names(self.llm_offered_models)


def _names(value: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in value.split(",") if name.strip())
